// A PostgreSQL server of the tests' own: in a temporary folder, reached by a socket there, gone with the
// program.
#pragma once

#include <string>

#include <sys/types.h>

#include "platform/storage/tests/support.h"

namespace pharos::storage::testing_support {

class PostgresServer {
 public:
  /// The one of this program, started when first asked for.
  static PostgresServer& shared();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The URL of a new, empty database.
  std::string make_database();
  void start();
  /// As a machine that loses its power would, so that nothing is tidied up.
  void crash();

 private:
  PostgresServer();
  pid_t launch(const std::vector<std::string>& command) const;
  std::string url(const std::string& database) const;

  Folder folder_;
  pid_t pid_ = -1;
  int databases_ = 0;
};

}  // namespace pharos::storage::testing_support
