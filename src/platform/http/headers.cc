#include "platform/http/headers.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/text.h"

namespace pharos::http {
bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return base::lower(x) == base::lower(y); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const Field& field) { return equal_ignoring_case(field.first, name); });
  fields_.emplace_back(name, std::move(value));
}

void Headers::add_unless_there(std::string_view name, std::string_view value) {
  if (!has(name)) fields_.emplace_back(name, value);
}

void Headers::append(const Headers& others) {
  fields_.insert(fields_.end(), others.begin(), others.end());
}

bool lists(std::string_view field, std::string_view wanted) {
  for (const std::string& item : base::split(field, ',')) {
    const std::string_view whole = base::trim(item);
    const std::size_t end = whole.find(';');
    if (!equal_ignoring_case(base::trim(whole.substr(0, end)), wanted)) continue;
    if (end == std::string_view::npos) return true;
    const std::string_view weight = base::trim(whole.substr(end + 1));
    return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  }
  return false;
}

}  // namespace pharos::http
