#include "platform/security/identities.h"

#include <algorithm>

namespace pharos::security {

Identities::Identities(const base::Clock& clock, std::size_t capacity) : clock_(clock) {
  for (auto& shard : shards_) {
    shard = std::make_unique<Shard>(std::max<std::size_t>(1, capacity / shards_.size()));
  }
}

std::shared_ptr<const Identity> Identities::find(std::string_view id) {
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  const Known* known = shard.known.find(id);
  return known != nullptr && clock_.now() - known->asked_at < kFresh ? known->identity : nullptr;
}

void Identities::put(const std::string& id, std::shared_ptr<const Identity> identity,
                     base::SteadyTime asked_at) {
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  // An answer that was on its way while the session was ended must not bring it back.
  if (asked_at <= shard.forgotten_at) return;
  shard.known.put(id, {}) = {.identity = std::move(identity), .asked_at = asked_at};
}

void Identities::forget(std::string_view id) {
  Shard& shard = shard_of(id);
  const std::scoped_lock lock(shard.mutex);
  shard.known.erase(id);
  shard.forgotten_at = clock_.now();
}

void Identities::forget_all() {
  for (const auto& shard : shards_) {
    const std::scoped_lock lock(shard->mutex);
    shard->known.clear();
    shard->forgotten_at = clock_.now();
  }
}

}  // namespace pharos::security
