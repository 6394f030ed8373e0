// A store that keeps its items in memory: for tests, tools, and servers that may forget.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/store.h"

namespace pharos::graph {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(StoreSettings settings = {});

 private:
  struct Entry {
    StoreRow row;
    std::optional<StoreTime> expires_at;

    bool is_gone(StoreTime now) const { return expires_at && *expires_at <= now; }
  };
  using Key = std::pair<std::string, std::string>;  ///< the joined namespace and the key

  base::Task<void> put_row(StoreRow row) override;
  base::Task<std::optional<StoreRow>> get_row(StorePlace place, StoreTime now) override;
  base::Task<void> delete_row(StorePlace place) override;
  base::Task<std::vector<ChosenRow>> select_rows(std::string prefix, StoreSelection selection,
                                                 StoreTime now) override;
  base::Task<std::vector<std::string>> list_spaces(std::string prefix, StoreTime now) override;
  base::Task<void> refresh_rows(std::vector<std::int64_t> ids, StoreTime now) override;
  base::Task<std::size_t> sweep_rows(StoreTime now) override;

  template <class Action>
  void for_each(const std::string& prefix, StoreTime now, Action action) const;
  void forget(std::map<Key, Entry>::iterator entry);

  mutable std::mutex mutex_;  ///< guards what follows
  std::map<Key, Entry> entries_;
  std::map<std::int64_t, Entry*> by_id_;
  std::int64_t last_id_ = 0;
};

}  // namespace pharos::graph
