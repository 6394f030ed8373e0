// The other engine of `pharos bench graph|checkpoint --peer`: a program that runs a case when asked to.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "core/graph/bench/bench.h"
#include "platform/storage/bench/bench.h"

namespace pharos::server {

/// Starts the program at once and asks it one thing at a time, a line of JSON each way. Ends it when
/// destroyed. Used from one thread.
class PeerProcess final : public graph::BenchPeer, public storage::CheckpointPeer {
 public:
  /// Throws base::Error (kNotFound) when there is no such program.
  explicit PeerProcess(const std::filesystem::path& program);
  ~PeerProcess() override;
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  graph::BenchTimes run(const std::string& case_name, double seconds) override;
  graph::BenchTimes run_at(const std::string& case_name, const std::string& place, double seconds) override;

 private:
  void ask(std::string line) const;
  std::string answer();

  std::string name_;
  pid_t process_ = -1;
  int socket_ = -1;
  std::string received_;  ///< what came after the last whole line
};

}  // namespace pharos::server
