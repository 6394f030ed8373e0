#include "core/graph/node_cache.h"

#include <iterator>
#include <utility>

#include "core/base/deadline.h"

namespace pharos::graph {

base::Task<std::optional<json::value>> MemoryCache::get(CacheKey key) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(index_of(key));
  if (found == index_.end()) co_return std::nullopt;
  const Entries::iterator entry = found->second;
  if (entry->until <= clock_.now()) {
    forget(entry);
    co_return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  co_return entry->result;
}

base::Task<void> MemoryCache::put(CacheKey key, json::value result,
                                  std::optional<base::Duration> time_to_live) {
  const std::lock_guard lock(mutex_);
  if (const auto old = index_.find(index_of(key)); old != index_.end()) forget(old->second);
  const base::SteadyTime until =
      time_to_live ? base::Deadline::in(clock_, *time_to_live).when() : base::SteadyTime::max();
  entries_.push_front({.key = std::move(key), .result = std::move(result), .until = until});
  index_.emplace(index_of(entries_.front().key), entries_.begin());
  while (entries_.size() > most_results_) forget(std::prev(entries_.end()));
  co_return;
}

base::Task<void> MemoryCache::clear(std::string prefix) {
  const std::lock_guard lock(mutex_);
  const bool of_graph = prefix.empty() || prefix.ends_with('/');
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    const std::string& node = entry->key.node;
    if (of_graph ? node.starts_with(prefix) : node == prefix) forget(entry);
    entry = next;
  }
  co_return;
}

std::size_t MemoryCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void MemoryCache::forget(Entries::iterator entry) {
  index_.erase(index_of(entry->key));
  entries_.erase(entry);
}

}  // namespace pharos::graph
