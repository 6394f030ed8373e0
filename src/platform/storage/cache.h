// What can be computed again, kept for a while.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/base/task.h"

namespace pharos::storage {

/// Thread-safe. Never fails: what cannot be had now is not there.
class Cache {
 public:
  virtual ~Cache() = default;

  virtual base::Task<std::optional<std::string>> get(std::string key) = 0;
  virtual base::Task<void> put(std::string key, std::string value, base::Duration time_to_live) = 0;
  virtual base::Task<void> remove(std::string key) = 0;
};

/// In this program: at most so many bytes of keys and values, the least recently used going first.
class LocalCache final : public Cache {
 public:
  LocalCache(std::size_t most_bytes, const base::Clock& clock) : most_bytes_(most_bytes), clock_(clock) {}

  base::Task<std::optional<std::string>> get(std::string key) override;
  base::Task<void> put(std::string key, std::string value, base::Duration time_to_live) override;
  base::Task<void> remove(std::string key) override;

  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    std::string value;
    base::SteadyTime expires_at;

    std::size_t bytes() const { return key.size() + value.size(); }
  };
  using Entries = std::list<Entry>;

  void erase(Entries::iterator entry);

  const std::size_t most_bytes_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;  ///< guards what follows
  Entries entries_;           ///< the most recently used first
  std::unordered_map<std::string, Entries::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace pharos::storage
