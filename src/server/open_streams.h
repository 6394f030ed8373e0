// How many streams somebody has open at the same time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace pharos::server {

/// Thread-safe. Counts within this process.
class OpenStreams {
 public:
  explicit OpenStreams(std::int64_t most) : most_(most), counts_(std::make_shared<Counts>()) {}

  /// Counts one more of `whose` for as long as what it gives lives. Throws http::RefusedError (kLimited) when
  /// they have as many as they may.
  std::shared_ptr<void> open(const std::string& whose);

 private:
  struct Counts {
    std::mutex mutex;
    std::map<std::string, std::int64_t> open;  ///< those who have any
  };

  std::int64_t most_;
  std::shared_ptr<Counts> counts_;
};

}  // namespace pharos::server
