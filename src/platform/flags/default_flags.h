// What features are where nobody has changed them: read from a setting.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::flags {

/// Name → for how many percent of all teams it is on.
using DefaultFlags = std::map<std::string, std::int64_t, std::less<>>;

/// Of `new_reports=on`, `dark_pages=off`, `quick_search=20%`. Throws base::Error (kInvalidInput).
DefaultFlags read_default_flags(const std::vector<std::string>& parts);

/// Small letters, digits and `_`, a letter first, at most 64. Throws base::Error (kInvalidInput).
void check_flag_name(std::string_view name);

}  // namespace pharos::flags
