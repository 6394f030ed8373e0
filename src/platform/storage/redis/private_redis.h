// A Redis of this program's own, for tests: in a temporary folder, reached by a socket there, gone with the
// program.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "platform/storage/temporary_folder.h"

namespace pharos::storage::redis {

/// Needs the Debian package `redis-server`. Blocks. Used from one thread.
class PrivateRedis {
 public:
  /// Starts it, with `options` as on its command line. Throws base::Error: kNotFound when Redis is not
  /// installed, kUnavailable when it does not start.
  explicit PrivateRedis(std::vector<std::string> options = {});
  ~PrivateRedis();
  PrivateRedis(const PrivateRedis&) = delete;
  PrivateRedis& operator=(const PrivateRedis&) = delete;

  std::string url() const;
  int port() const { return port_; }  ///< it listens there too, for this machine alone

  /// It goes when the thread that started it does.
  void start();
  /// At once, and everything it had is gone.
  void kill();
  /// Alive, but does nothing, until it goes on.
  void pause();
  void go_on();

 private:
  void signal(int number) const;

  TemporaryFolder folder_;
  std::vector<std::string> options_;
  int port_;
  pid_t pid_ = -1;
};

}  // namespace pharos::storage::redis
