#include "platform/storage/cache.h"

#include <utility>

namespace pharos::storage {

base::Task<std::optional<std::string>> LocalCache::get(std::string key) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key);
  if (found == places_.end()) co_return std::nullopt;
  const Entries::iterator entry = found->second;
  if (entry->expires_at <= clock_.now()) {
    erase(entry);
    co_return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  co_return entry->value;
}

base::Task<void> LocalCache::put(std::string key, std::string value, base::Duration time_to_live) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(key); found != places_.end()) erase(found->second);
  Entry entry{.key = std::move(key), .value = std::move(value), .expires_at = clock_.now() + time_to_live};
  if (entry.bytes() > most_bytes_) co_return;
  bytes_ += entry.bytes();
  entries_.push_front(std::move(entry));
  places_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > most_bytes_) erase(std::prev(entries_.end()));
}

base::Task<void> LocalCache::remove(std::string key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(key); found != places_.end()) erase(found->second);
  co_return;
}

std::size_t LocalCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void LocalCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes();
  places_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace pharos::storage
