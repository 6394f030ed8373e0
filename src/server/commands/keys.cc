// `pharos keys`: keys for programs, made and revoked on the server's own machine.
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "server/commands/commands.h"
#include "server/commands/find_user.h"
#include "server/service.h"

namespace pharos::server {
namespace {

/// Somebody, acting for their own team; the machine's owner may do what each of them may.
security::Caller as(const security::User& user) {
  return {.user_id = user.id,
          .email = user.email,
          .team_id = user.team_id,
          .role = security::Role::kOwner,
          .is_superuser = user.is_superuser};
}

std::string line_of(const security::ApiKeyInfo& key) {
  return fmt::format("{}  {:<24} {}{}\n", key.id, key.name, key.created_at, key.is_good ? "" : "  ended");
}

}  // namespace

int keys_make(Composition& parts, const Console& console, const KeyOptions& options) {
  Service service(parts);
  security::NewApiKey wanted{.name = options.name, .scopes = {}, .expires_in_days = options.days};
  for (const std::string& scope : options.scopes)
    wanted.scopes.push_back(base::from_name<security::Permission>(scope, "--scope"));
  const security::CreatedApiKey made =
      Service::wait(service.keys().create(as(find_user(service, options.email)), std::move(wanted)));
  console.print(options.json ? base::pretty_json(base::to_json(made)) : made.key + "\n");
  if (!options.json) console.note("it is shown once; whoever has it acts for " + options.email + "\n");
  return 0;
}

int keys_list(Composition& parts, const Console& console, const KeyOptions& options) {
  Service service(parts);
  const auto keys = Service::wait(service.keys().list(as(find_user(service, options.email))));
  if (options.json) {
    console.print(base::pretty_json({{"data", base::to_json(keys)}}));
    return 0;
  }
  for (const security::ApiKeyInfo& key : keys) console.print(line_of(key));
  return 0;
}

int keys_revoke(Composition& parts, const Console& console, const KeyOptions& options) {
  Service service(parts);
  Service::wait(service.keys().revoke(as(find_user(service, options.email)), options.id));
  console.print(options.json ? base::pretty_json({{"revoked", options.id}})
                             : fmt::format("revoked {}\n", options.id));
  return 0;
}

}  // namespace pharos::server
