#include "server/commands/find_user.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::server {

security::User find_user(Service& service, const std::string& email) {
  constexpr std::int64_t kPage = 1000;
  for (std::int64_t skip = 0;; skip += kPage) {
    const auto page = Service::wait(service.people().list(security::server_itself(), skip, kPage));
    for (const security::User& user : page.data) {
      if (user.email == email) return user;
    }
    if (skip + kPage >= page.count) break;
  }
  throw base::Error(base::Code::kNotFound, fmt::format("nobody here has the address {}", email));
}

}  // namespace pharos::server
