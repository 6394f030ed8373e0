#include "core/graph/memory_store.h"

#include <algorithm>
#include <iterator>

namespace pharos::graph {

MemoryStore::MemoryStore(StoreSettings settings) : Store(std::move(settings)) {}

/// Those of the namespaces that begin with `prefix` lie side by side.
template <class Action>
void MemoryStore::for_each(const std::string& prefix, StoreTime now, Action action) const {
  for (auto entry = entries_.lower_bound({prefix, ""}); entry != entries_.end(); ++entry) {
    if (!entry->first.first.starts_with(prefix)) return;
    if (!entry->second.is_gone(now)) action(entry->second.row);
  }
}

void MemoryStore::forget(std::map<Key, Entry>::iterator entry) {
  by_id_.erase(entry->second.row.id);
  entries_.erase(entry);
}

base::Task<void> MemoryStore::put_row(StoreRow row) {
  const std::lock_guard lock(mutex_);
  const Key key{row.place.space, row.place.key};
  const auto old = entries_.find(key);
  if (old != entries_.end() && old->second.is_gone(row.updated_at)) {
    forget(old);
  } else if (old != entries_.end()) {
    row.id = old->second.row.id;
    row.created_at = old->second.row.created_at;
  }
  if (row.id == 0) row.id = ++last_id_;
  Entry& entry = entries_[key];
  entry.expires_at = row.expires_at();
  entry.row = std::move(row);
  by_id_[entry.row.id] = &entry;
  co_return;
}

base::Task<std::optional<StoreRow>> MemoryStore::get_row(StorePlace place, StoreTime now) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find({place.space, place.key});
  if (entry == entries_.end() || entry->second.is_gone(now)) co_return std::nullopt;
  co_return entry->second.row;
}

base::Task<void> MemoryStore::delete_row(StorePlace place) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find({place.space, place.key});
  if (entry != entries_.end()) forget(entry);
  co_return;
}

base::Task<std::vector<ChosenRow>> MemoryStore::select_rows(std::string prefix, StoreSelection selection,
                                                            StoreTime now) {
  const std::lock_guard lock(mutex_);
  for_each(prefix, now, [&](const StoreRow& row) { selection.add(row); });
  co_return selection.take();
}

base::Task<std::vector<std::string>> MemoryStore::list_spaces(std::string prefix, StoreTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> spaces;
  for_each(prefix, now, [&](const StoreRow& row) {
    if (spaces.empty() || spaces.back() != row.place.space) spaces.push_back(row.place.space);
  });
  co_return spaces;
}

base::Task<void> MemoryStore::refresh_rows(std::vector<std::int64_t> ids, StoreTime now) {
  const std::lock_guard lock(mutex_);
  for (const std::int64_t id : ids) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || found->second->is_gone(now)) continue;
    Entry& entry = *found->second;
    if (entry.row.time_to_live) {
      entry.expires_at = std::max(entry.expires_at, std::optional(now + *entry.row.time_to_live));
    }
  }
  co_return;
}

base::Task<std::size_t> MemoryStore::sweep_rows(StoreTime now) {
  const std::lock_guard lock(mutex_);
  std::size_t gone = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->second.is_gone(now)) {
      forget(entry);
      ++gone;
    }
    entry = next;
  }
  co_return gone;
}

}  // namespace pharos::graph
