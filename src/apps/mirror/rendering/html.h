// Markup that is safe by its type: text from outside can only enter a page escaped.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace pharos::mirror {

/// `text` for an element's content or a quoted attribute: & < > " ' become references, control characters go
/// (a tab or a line break becomes a space) and bytes that are not UTF-8 become U+FFFD.
std::string escape(std::string_view text);

class Html;

namespace detail {

const std::string& safe(const Html& markup);
inline std::string safe(std::string_view text) {
  return escape(text);
}
template <class Number>
  requires std::is_arithmetic_v<Number>
Number safe(Number number) {
  return number;
}

template <class Argument>
using Safe = std::remove_cvref_t<decltype(safe(std::declval<const Argument&>()))>;

}  // namespace detail

/// A piece of a page. Made by `html` from a literal with escaped arguments, or by `verbatim`.
class Html {
 public:
  Html() = default;

  /// For what is markup already and comes from the program itself, such as its style sheet.
  static Html verbatim(std::string_view markup) { return Html(std::string(markup)); }

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  Html& operator+=(const Html& more) {
    text_ += more.text_;
    return *this;
  }
  friend Html operator+(Html first, const Html& second) { return std::move(first += second); }

 private:
  explicit Html(std::string text) : text_(std::move(text)) {}

  template <class... Arguments>
  friend Html html(fmt::format_string<detail::Safe<Arguments>...> literal, const Arguments&... arguments);

  std::string text_;
};

inline const std::string& detail::safe(const Html& markup) {
  return markup.text();
}

/// Markup from a literal whose `{}` are filled with numbers, with other markup, and with text, which is
/// escaped.
template <class... Arguments>
Html html(fmt::format_string<detail::Safe<Arguments>...> literal, const Arguments&... arguments) {
  return Html(fmt::vformat(literal, fmt::make_format_args(detail::safe(arguments)...)));
}

}  // namespace pharos::mirror
