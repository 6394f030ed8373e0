// Names and values as queries and forms have them: `a=b&c=d`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pharos::oidc {

/// Everything but letters, digits and `-._~` as `%XX`.
std::string encode(std::string_view text);

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace pharos::oidc
