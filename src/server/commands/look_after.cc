// Looking after a server's data from its own machine: `users`, `audit`, `backup`, `restore`, `migrate`.
#include <filesystem>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/storage/backup.h"
#include "server/commands/commands.h"
#include "server/commands/find_user.h"
#include "server/service.h"

namespace pharos::server {
namespace {

/// What is kept in a data folder without DATABASE_URL.
storage::DataFolder data_of(const std::filesystem::path& folder) {
  // Without the keys what they have sealed would be lost, and everybody logged out.
  return {.folder = folder,
          .databases = {Service::kDatabaseFile, AgentService::kThreadsFile, kThreadsFile},
          .files = {"token-keys.json", "sealing-keys", "audit-checkpoints.jsonl", "demo-password"}};
}

/// A bar on a terminal, nothing elsewhere.
storage::BackupProgress progress_on(const Console& console) {
  if (!console.err_is_terminal) return {};
  return [&console](std::uintmax_t done, std::uintmax_t of) {
    console.note(fmt::format("\r{:>3} %", of == 0 ? 100 : done * 100 / of));
  };
}

std::uintmax_t bytes_of(const storage::BackupManifest& manifest) {
  std::uintmax_t bytes = 0;
  for (const storage::BackupFile& file : manifest.files) bytes += file.bytes;
  return bytes;
}

}  // namespace

int users_list(Composition& parts, const Console& console, const UserOptions& options) {
  Service service(parts);
  const auto page = Service::wait(service.people().list(security::server_itself(), 0, 1000));
  if (options.json) {
    console.print(base::pretty_json(base::to_json(page)));
    return 0;
  }
  for (const security::User& user : page.data) {
    console.print(fmt::format("{:<40} {:<8} {}{}\n", user.email, user.is_active ? "active" : "disabled",
                              user.created_at, user.is_superuser ? "  runs the server" : ""));
  }
  console.print(fmt::format("{} of {}\n", page.data.size(), page.count));
  return 0;
}

int users_add(Composition& parts, const Console& console, const UserOptions& options) {
  Service service(parts);
  const security::User user =
      Service::wait(service.people().create(security::server_itself(), {.email = options.email,
                                                                        .password = options.password,
                                                                        .full_name = {},
                                                                        .is_superuser = options.superuser}));
  console.print(options.json ? base::pretty_json(base::to_json(user)) : fmt::format("made {}\n", user.email));
  return 0;
}

int users_disable(Composition& parts, const Console& console, const UserOptions& options) {
  Service service(parts);
  security::PersonChange change;
  change.is_active = false;
  const security::User user = Service::wait(service.people().change(
      security::server_itself(), find_user(service, options.email).id, std::move(change)));
  console.print(options.json ? base::pretty_json(base::to_json(user))
                             : fmt::format("disabled {}\n", user.email));
  return 0;
}

int audit_verify(Composition& parts, const Console& console, const AuditOptions& options) {
  Service service(parts);
  std::vector<security::AuditFault> faults = Service::wait(service.audit().verify());
  // What was signed outside the database tells of a chain that was made anew as a whole.
  for (auto& fault : Service::wait(service.audit_checkpoints().verify())) faults.push_back(std::move(fault));
  if (options.json) {
    boost::json::array list;
    for (const auto& fault : faults) {
      list.push_back({{"team_id", fault.team_id}, {"number", fault.number}, {"what", fault.what}});
    }
    console.print(base::pretty_json({{"whole", faults.empty()}, {"faults", std::move(list)}}));
  } else if (faults.empty()) {
    console.print("every chain of the audit log is whole\n");
  } else {
    for (const auto& fault : faults) {
      console.print(fmt::format("{} entry {}: {}\n", fault.team_id, fault.number, fault.what));
    }
  }
  return faults.empty() ? 0 : 1;
}

int backup(Composition& parts, const Console& console, const BackupOptions& options) {
  if (!parts.settings().serve.database_url.empty()) {
    throw base::Error(base::Code::kUnsupported,
                      "backup copies the data folder; what is in DATABASE_URL is backed up with pg_dump");
  }
  storage::MachineFiles files;
  const auto manifest = storage::back_up(data_of(parts.settings().data), options.folder, parts.clock(), files,
                                         progress_on(console));
  console.print(
      fmt::format("{} files, {} bytes, in {}\n", manifest.files.size(), bytes_of(manifest), options.folder));
  if (parts.settings().serve.s3) console.note("photos are in S3_BUCKET, and not in this copy\n");
  return 0;
}

int restore(Composition& parts, const Console& console, const BackupOptions& options) {
  storage::MachineFiles files;
  const auto manifest = storage::restore(options.folder, parts.settings().data, files, progress_on(console));
  console.print(fmt::format("{} files, {} bytes, in {}\n", manifest.files.size(), bytes_of(manifest),
                            parts.settings().data.string()));
  return 0;
}

int migrate(Composition& parts, const Console& console, const MigrateOptions& options) {
  const std::vector<std::string> steps = Service::pending_migrations(parts);
  for (const std::string& step : steps) console.print(step + "\n");
  if (steps.empty()) console.print("every table has its newest form\n");
  if (options.check) return steps.empty() ? 0 : 1;
  if (!steps.empty()) const Service brings_them_about(parts);
  return 0;
}

}  // namespace pharos::server
