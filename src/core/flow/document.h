// A file as it was written: values with their places, and what is wrong with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/json.h"

namespace pharos::flow {

namespace json = boost::json;

/// Lines and columns count from 1.
struct Place {
  int line = 1;
  int column = 1;

  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Member;

/// One value of a file.
struct Item {
  enum class Kind { kScalar, kList, kMap };

  Kind kind = Kind::kScalar;
  Place place;
  json::value scalar;           ///< null, true or false, a number, text
  std::vector<Item> items;      ///< of a list
  std::vector<Member> members;  ///< of a map, in order

  bool is_text() const { return kind == Kind::kScalar && scalar.is_string(); }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  std::string text() const { return std::string(scalar.get_string()); }
};

struct Member {
  std::string key;
  Place place;
  Item value;
};

json::value to_json(const Item& item);
/// `text`, `a list`, ...: for messages.
std::string_view kind_of(const Item& item);

/// What is wrong with a file: all of it, a line each, `file:line:column: sentence`.
class FileError : public base::Error {
 public:
  explicit FileError(std::vector<std::string> lines);

  const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// Collects what is wrong, so that it is told at once.
class Problems {
 public:
  void add(Place place, std::string sentence);
  /// What is wrong with a file that this one names: whole lines, told after this file's own.
  void add_lines(const std::vector<std::string>& lines);
  bool empty() const { return count() == 0; }
  std::size_t count() const { return found_.size() + lines_.size(); }
  /// Throws FileError, in the order of the file, when there is any.
  void raise(const std::string& file) const;

 private:
  struct Problem {
    Place place;
    std::string sentence;

    friend auto operator<=>(const Problem&, const Problem&) = default;
  };
  std::vector<Problem> found_;
  std::vector<std::string> lines_;
};

/// Reads one YAML document, of which JSON is a part. Anchors, tags and several documents are refused. Returns
/// an empty item when it cannot be read, and says why in `problems`.
Item parse_yaml(std::string_view text, Problems& problems);

}  // namespace pharos::flow
