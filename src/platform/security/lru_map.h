// A map that forgets what was not used for longest when it is full.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace pharos::security {

/// Not thread-safe. References stay good until their entry is forgotten.
template <class Key, class Value, class Hash = std::hash<Key>, class Equal = std::equal_to<>>
class LruMap {
 public:
  /// `capacity` must be at least 1.
  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}

  /// The value, which counts as used now; null when there is none.
  template <class Like>
  Value* find(const Like& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  /// The value put in, or the one that was there.
  Value& put(Key key, Value value) {
    if (Value* there = find(key)) return *there;
    if (entries_.size() >= capacity_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(std::move(key), entries_.begin());
    return entries_.front().second;
  }

  template <class Like>
  void erase(const Like& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
  }

  void clear() {
    places_.clear();
    entries_.clear();
  }
  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t capacity_;
  Entries entries_;  // the one used last comes first
  std::unordered_map<Key, typename Entries::iterator, Hash, Equal> places_;
};

/// For maps from texts that are looked up without a string of their own.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace pharos::security
