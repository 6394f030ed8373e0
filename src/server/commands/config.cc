// `pharos config`: what this program was told, and where.
#include <fmt/format.h>

#include "core/base/json.h"
#include "server/commands/commands.h"

namespace pharos::server {

int config(Composition& parts, const Console& console, const ConfigOptions& options) {
  const std::vector<SettingEntry>& entries = parts.settings().entries;
  if (options.json) {
    console.print(base::pretty_json(base::to_json(entries)));
    return 0;
  }
  for (const SettingEntry& entry : entries) {
    console.print(
        fmt::format("{}={}\n    {}; from: {}\n", entry.name, entry.value, entry.about, entry.source));
  }
  return 0;
}

}  // namespace pharos::server
