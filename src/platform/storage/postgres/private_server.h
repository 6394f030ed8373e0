// A PostgreSQL server of this program's own, for tests and measurements: in a temporary folder, reached by a
// socket there, gone with the program.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "platform/storage/temporary_folder.h"

namespace pharos::storage::postgres {

/// Needs the Debian package `postgresql`. Blocks. Used from one thread.
class PrivateServer {
 public:
  enum class Disk {
    kSafe,     ///< as it is installed
    kCareless  ///< quicker, and a machine that loses its power loses the database
  };

  /// Starts it. Throws base::Error: kNotFound when PostgreSQL is not installed, kUnavailable when it does not
  /// start.
  explicit PrivateServer(Disk disk);
  ~PrivateServer();
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  /// The URL of a new, empty database.
  std::string make_database();
  void drop_database(const std::string& url);

  /// The server goes when the thread that started it does.
  void start();
  /// As an administrator does: who is connected is told, what is committed is kept.
  void stop();
  /// As a machine that loses its power would, so that nothing is tidied up.
  void crash();
  /// Only the process that looks after the others dies: they notice by themselves.
  void kill_postmaster();

 private:
  pid_t launch(const std::vector<std::string>& command) const;
  void end_with(int signal);
  std::string url(const std::string& database) const;

  TemporaryFolder folder_;
  Disk disk_;
  pid_t pid_ = -1;
  int databases_ = 0;
};

}  // namespace pharos::storage::postgres
