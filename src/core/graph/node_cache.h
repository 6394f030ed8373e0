// Results of nodes kept from one run to another, so that a node need not run twice for the same input.
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/task.h"

namespace pharos::graph {

namespace json = boost::json;

/// Which result: of a node, for an input.
struct CacheKey {
  std::string node;   ///< `graph/node`
  std::string input;  ///< SHA-256 of what the node reads, or what its key function gave

  friend bool operator==(const CacheKey&, const CacheKey&) = default;
};

/// Thread-safe. A cache that fails is as good as an empty one: the node runs.
class NodeCache {
 public:
  virtual ~NodeCache() = default;

  /// Empty when there is none, or when its time is over.
  virtual base::Task<std::optional<json::value>> get(CacheKey key) = 0;
  /// Keeps a result for `time_to_live`, or until the room is needed; one of the same key is replaced.
  virtual base::Task<void> put(CacheKey key, json::value result,
                               std::optional<base::Duration> time_to_live) = 0;
  /// Forgets the results of `graph/node`, of all nodes of `graph/`, or, when empty, everything.
  virtual base::Task<void> clear(std::string prefix) = 0;
};

/// In memory, for one process; when it is full, what was not asked for the longest goes. Outlived by `clock`.
class MemoryCache final : public NodeCache {
 public:
  explicit MemoryCache(const base::Clock& clock, std::size_t most_results = 1000)
      : clock_(clock), most_results_(most_results) {}

  base::Task<std::optional<json::value>> get(CacheKey key) override;
  base::Task<void> put(CacheKey key, json::value result, std::optional<base::Duration> time_to_live) override;
  base::Task<void> clear(std::string prefix) override;
  std::size_t size() const;

 private:
  struct Entry {
    CacheKey key;
    json::value result;
    base::SteadyTime until;
  };
  using Entries = std::list<Entry>;

  static std::string index_of(const CacheKey& key) { return key.node + '\n' + key.input; }
  void forget(Entries::iterator entry);

  const base::Clock& clock_;
  const std::size_t most_results_;
  mutable std::mutex mutex_;
  Entries entries_;  ///< the one asked for last in front
  std::unordered_map<std::string, Entries::iterator> index_;
};

}  // namespace pharos::graph
