// Who sessions and keys are, remembered for some seconds so that a request need not ask the database.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "platform/security/lru_map.h"
#include "platform/security/tables/sessions.h"

namespace pharos::security {

/// Thread-safe. What is remembered is never older than four seconds: with a second for the way of a request,
/// a change in the database counts everywhere within five.
class Identities {
 public:
  static constexpr std::chrono::seconds kFresh{4};

  explicit Identities(const base::Clock& clock, std::size_t capacity = 65'536);

  /// Null when it is not known freshly enough. `id` is a session's or a key's.
  std::shared_ptr<const Identity> find(std::string_view id);
  /// `asked_at` is when the database was asked, not when it answered.
  void put(const std::string& id, std::shared_ptr<const Identity> identity, base::SteadyTime asked_at);

  void forget(std::string_view id);
  /// After a change to somebody whose sessions are not at hand.
  void forget_all();

 private:
  struct Known {
    std::shared_ptr<const Identity> identity;
    base::SteadyTime asked_at;
  };
  struct Shard {
    explicit Shard(std::size_t capacity) : known(capacity) {}
    std::mutex mutex;
    LruMap<std::string, Known, TextHash> known;
    base::SteadyTime forgotten_at = base::SteadyTime::min();  ///< what was asked before does not count
  };

  Shard& shard_of(std::string_view id) { return *shards_[TextHash{}(id) % shards_.size()]; }

  const base::Clock& clock_;
  std::array<std::unique_ptr<Shard>, 16> shards_;
};

}  // namespace pharos::security
