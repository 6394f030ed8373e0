#include "apps/mirror/wording/plain_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace pharos::mirror {
namespace {

constexpr UChar32 kEmojiStyle = 0xfe0f;

/// Takes the first code point off `text`: U+FFFD for bytes that are not UTF-8.
UChar32 take_code_point(std::string_view& text) {
  UChar32 point = 0;
  std::int32_t length = 0;
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), U8_MAX_LENGTH));
  U8_NEXT_OR_FFFD(text.data(), length, size, point);
  text.remove_prefix(static_cast<std::size_t>(length));
  return point;
}

void append(std::string& text, UChar32 point) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, point);
  text.append(bytes.data(), static_cast<std::size_t>(length));
}

bool is_break(UChar32 point) {
  return point == '\t' || point == '\n' || point == '\r' || point == 0x85 || point == 0x2028 ||
         point == 0x2029;
}

bool steers(UChar32 point) {
  const bool overrides_direction =
      (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
  return overrides_direction || u_charType(point) == U_CONTROL_CHAR || U_IS_UNICODE_NONCHAR(point) ||
         point == 0xfeff;
}

int columns(UChar32 point) {
  if (point == kEmojiStyle) return 1;  // the sign before it is drawn as an emoji, one column wider
  const int category = u_charType(point);
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK) return 0;
  // Format characters are not seen, but for the signs that stand before a number.
  if (category == U_FORMAT_CHAR)
    return u_hasBinaryProperty(point, UCHAR_PREPENDED_CONCATENATION_MARK) ? 1 : 0;
  const int width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
  const bool wide =
      width == U_EA_WIDE || width == U_EA_FULLWIDTH || u_hasBinaryProperty(point, UCHAR_EMOJI_PRESENTATION);
  return wide ? 2 : 1;
}

/// The bytes of `text` that fit into `width` columns: whole code points with the marks that follow them, at
/// least one.
std::size_t bytes_that_fit(std::string_view text, int width) {
  std::string_view rest = text;
  int used = 0;
  while (!rest.empty()) {
    std::string_view after = rest;
    used += columns(take_code_point(after));
    if (used > width && rest.size() != text.size()) break;
    rest = after;
  }
  return text.size() - rest.size();
}

/// Puts `word` on the last of `lines` when it fits there, else on new ones.
void place(std::string_view word, int width, std::vector<std::string>& lines) {
  if (!lines.empty() && display_width(lines.back()) + 1 + display_width(word) <= width) {
    lines.back().append(" ").append(word);
    return;
  }
  while (!word.empty()) {
    const std::size_t fitting = bytes_that_fit(word, width);
    lines.emplace_back(word.substr(0, fitting));
    word.remove_prefix(fitting);
  }
}

constexpr auto kAscii = std::to_array<std::pair<UChar32, std::string_view>>({
    {0x00b1, "+/-"},
    {0x00b0, " deg"},
    {0x00b7, "-"},
    {0x00d7, "x"},
    {0x2013, "-"},
    {0x2014, "-"},
    {0x2018, "'"},
    {0x2019, "'"},
    {0x201c, "\""},
    {0x201d, "\""},
    {0x2026, "..."},
    {0x2192, "->"},
    {0x2502, "|"},
    {0x2264, "<="},
    {0x2265, ">="},
    {0x2212, "-"},
    {0x00a0, " "},
});

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const UChar32 point = take_code_point(text);
    if (is_break(point)) {
      plain += ' ';
    } else if (!steers(point)) {
      append(plain, point);
    }
  }
  return plain;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += columns(take_code_point(text));
  return width;
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) place(text.substr(0, end), std::max(width, 2), lines);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string to_ascii(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const UChar32 point = take_code_point(text);
    const auto* known = std::ranges::find(kAscii, point, &std::pair<UChar32, std::string_view>::first);
    if (point < 0x80) {
      ascii += static_cast<char>(point);
    } else if (known != kAscii.end()) {
      ascii += known->second;
    } else if (columns(point) > 0) {
      ascii += '?';
    }
  }
  return ascii;
}

}  // namespace pharos::mirror
