#include "server/tables.h"

#include "apps/base/tables.h"
#include "apps/mirror/serving/mirror_routes.h"
#include "platform/flags/flag_tables.h"
#include "platform/jobs/tables.h"
#include "platform/memory/memory_tables.h"
#include "platform/privacy/privacy_tables.h"
#include "platform/runs/run_tables.h"
#include "platform/security/security_tables.h"

namespace pharos::embedded {
extern const std::string_view personal_data_json;
}  // namespace pharos::embedded

namespace pharos::server {

std::array<storage::RoomTables, 8> all_tables() {
  return {security::security_tables(), jobs::job_tables(),     privacy::privacy_tables(),
          flags::flag_tables(),        runs::run_tables(),     memory::memory_tables(),
          base_api::tables(),          mirror::mirror_tables()};
}

const privacy::Inventory& personal_data() {
  static const privacy::Inventory inventory = privacy::read_inventory(embedded::personal_data_json);
  return inventory;
}

}  // namespace pharos::server
