// Which texts of a JSON object are meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/json.h"

namespace pharos::graph {

/// A way to texts within JSON: `title`, `author.name`, `messages[*].text`, `pages[0]`, `pages[-1]` (the
/// last), and `$`, the whole. What is no text there is taken as JSON; null and what is not there as nothing.
class TextPath {
 public:
  /// Throws base::Error (kInvalidInput) that says where the path cannot be read.
  explicit TextPath(std::string_view path);

  /// Adds what the path leads to; texts of white space are nothing.
  void collect(const boost::json::object& value, std::vector<std::string>& texts) const;

 private:
  struct Every {};
  using Step = std::variant<std::string, std::ptrdiff_t, Every>;  ///< a field, a place in a list, all of it

  void collect(const boost::json::value& value, std::size_t step, std::vector<std::string>& texts) const;
  [[noreturn]] static void refuse(std::string_view path, std::string_view why);
  static Step read_place(std::string_view path, std::string_view inside);

  std::vector<Step> steps_;
};

}  // namespace pharos::graph
