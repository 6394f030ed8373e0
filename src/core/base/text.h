// Small helpers for UTF-8 text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::base {

/// True when `text` is well-formed UTF-8 (no overlong forms, surrogates or values above U+10FFFF).
bool is_utf8(std::string_view text);

/// The number of code points. `text` must be well-formed UTF-8.
std::size_t count_code_points(std::string_view text);

/// At most `limit` code points of `text`, cut at a word where one ends in the last third, with `…` when cut.
std::string shorten(std::string_view text, std::size_t limit);

/// `text` without white space at both ends.
std::string_view trim(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);

std::string join(std::span<const std::string> parts, std::string_view separator);

/// The candidate nearest to `word` by edit distance when it is near enough to be a slip of the hand, else
/// empty. For "did you mean" in errors.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace pharos::base
