// The PostgreSQL server of the tests.
#pragma once

#include "platform/storage/postgres/private_server.h"
#include "platform/storage/tests/support.h"

namespace pharos::storage::testing_support {

/// The one of this program, started when first asked for.
struct PostgresServer {
  static postgres::PrivateServer& shared() {
    static postgres::PrivateServer server(postgres::PrivateServer::Disk::kCareless);
    return server;
  }
};

}  // namespace pharos::storage::testing_support
