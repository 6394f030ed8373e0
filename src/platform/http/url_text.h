// Texts as they stand in addresses and forms: percent-encoding, `a=b&c=d`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pharos::http {

/// What `%41%20b` stands for, or nothing when it is no valid UTF-8, has a zero byte or a `%` that starts
/// nothing. In forms and queries a `+` is a space.
std::optional<std::string> decode_percent(std::string_view text, bool plus_is_space);

/// Everything but letters, digits and `-._~` as `%XX`.
std::string encode_percent(std::string_view text);

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

/// The pairs of a query or of an `application/x-www-form-urlencoded` body, in their order; nothing when one
/// of them cannot be decoded.
std::optional<NamedTexts> decode_form(std::string_view text);

}  // namespace pharos::http
