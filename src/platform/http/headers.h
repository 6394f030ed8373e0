// The header fields of a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pharos::http {

/// True when the two are equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Names and values in their order; names are compared without regard to case. A message has few: they are
/// searched from the front.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// The first value of that name, or nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The first value of that name, or an empty text.
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }
  bool has(std::string_view name) const { return find(name).has_value(); }

  /// Adds one more, though there may be one of that name.
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The only one of that name from now on.
  void set(std::string_view name, std::string value);
  /// Adds one unless there is one of that name.
  void add_unless_there(std::string_view name, std::string_view value);
  void append(const Headers& others);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool empty() const { return fields_.empty(); }
  void reserve(std::size_t count) { fields_.reserve(count); }

 private:
  std::vector<Field> fields_;
};

/// True when a list in a header field (`gzip, br;q=0.5`) names `wanted` and does not forbid it (`;q=0`).
bool lists(std::string_view field, std::string_view wanted);

}  // namespace pharos::http
