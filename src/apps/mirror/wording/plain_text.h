// Text from outside made fit for a page or a terminal: cleaned, measured in columns, wrapped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pharos::mirror {

/// `text` as well-formed UTF-8 that cannot steer what shows it: bytes that are not UTF-8 become U+FFFD, tabs
/// and line breaks become spaces, other control characters, direction overrides and noncharacters go.
std::string plain_text(std::string_view text);

/// The columns of a terminal that `text` takes: wide characters and emoji take two, combining marks none.
/// An upper bound for joined emoji, which some terminals draw apart.
int display_width(std::string_view text);

/// Lines of at most `width` columns (at least 2), broken at spaces, inside words only when a word is wider.
/// Runs of spaces become one. Empty for a text without words.
std::vector<std::string> wrap(std::string_view text, int width);

/// For terminals without Unicode: the signs of a report in ASCII ("±" is "+/-"), any other character as "?".
std::string to_ascii(std::string_view text);

}  // namespace pharos::mirror
