// Whom a command names by address.
#pragma once

#include <string>

#include "server/service.h"

namespace pharos::server {

/// Throws base::Error (kNotFound).
security::User find_user(Service& service, const std::string& email);

}  // namespace pharos::server
