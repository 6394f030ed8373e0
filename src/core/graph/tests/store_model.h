// What a store must do, as a list that is searched from its beginning.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "core/base/clock.h"
#include "core/graph/store.h"

namespace pharos::graph::testing_support {

/// Does random things to a store and to itself, and compares. All under one label, so that a store can be
/// used for many models one after the other.
class StoreModel {
 public:
  StoreModel(std::string root, base::ManualClock& clock, base::Duration time_to_live)
      : root_(std::move(root)), clock_(clock), time_to_live_(time_to_live) {}

  base::Task<int> step(Store& store) {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
      case 2:
        co_await put(store);
        break;
      case 3:
        co_await get(store);
        break;
      case 4:
        co_await remove(store);
        break;
      case 5:
        clock_.advance(std::chrono::seconds(*rc::gen::inRange(1, 50)));
        break;
      case 6:
        co_await sweep(store);
        break;
      default:
        co_await search(store);
        co_await list(store);
    }
    co_return 0;
  }

 private:
  struct Entry {
    StoreItem item;
    base::Duration time_to_live;
    base::WallTime expires_at;
  };

  /// Few, so that things are done to the same items again and again.
  Namespace any_space() const {
    return *rc::gen::elementOf(std::vector<Namespace>{{root_, "a"}, {root_, "a", "b"}, {root_, "a-"}});
  }
  static std::string any_key() { return *rc::gen::element<std::string>("k", "l"); }
  bool is_gone(const Entry& entry) const {
    return entry.time_to_live != kForever && entry.expires_at <= clock_.wall_now();
  }
  void set_expiry(Entry& entry) const {
    if (entry.time_to_live != kForever) entry.expires_at = clock_.wall_now() + entry.time_to_live;
  }
  std::vector<Entry>::iterator find(const Namespace& space, const std::string& key) {
    return std::ranges::find_if(
        entries_, [&](const Entry& each) { return each.item.space == space && each.item.key == key; });
  }

  base::Task<void> put(Store& store) {
    const Namespace space = any_space();
    const std::string key = any_key();
    const json::object value{{"n", *rc::gen::inRange(0, 4)}};
    const base::Duration time_to_live =
        *rc::gen::elementOf(std::vector<base::Duration>{kForever, std::chrono::seconds(40), time_to_live_});
    PutOptions options;
    if (time_to_live != time_to_live_) options.time_to_live = time_to_live;
    co_await store.put(space, key, value, options);
    const base::WallTime now = clock_.wall_now();
    auto old = find(space, key);
    if (old != entries_.end() && is_gone(*old)) {
      entries_.erase(old);
      old = entries_.end();
    }
    if (old == entries_.end()) {
      entries_.push_back({.item = {.space = space, .key = key, .created_at = now}});
      old = std::prev(entries_.end());
    }
    old->item.value = value;
    old->item.updated_at = now;
    old->time_to_live = time_to_live;
    set_expiry(*old);
  }

  base::Task<void> get(Store& store) {
    const Namespace space = any_space();
    const std::string key = any_key();
    const auto got = co_await store.get(space, key);
    const auto expected = find(space, key);
    RC_ASSERT(got.has_value() == (expected != entries_.end() && !is_gone(*expected)));
    if (!got) co_return;
    require_same(*got, *expected);
    set_expiry(*expected);
  }

  base::Task<void> remove(Store& store) {
    const Namespace space = any_space();
    const std::string key = any_key();
    co_await store.delete_item(space, key);
    if (const auto entry = find(space, key); entry != entries_.end()) entries_.erase(entry);
  }

  base::Task<void> sweep(Store& store) {
    const std::size_t swept = co_await store.sweep();
    RC_ASSERT(swept == std::erase_if(entries_, [this](const Entry& each) { return is_gone(each); }));
  }

  base::Task<void> search(Store& store) {
    const Namespace prefix = *rc::gen::arbitrary<bool>() ? Namespace{root_} : any_space();
    const int least = *rc::gen::inRange(0, 3);
    StoreQuery query{.filter = {},
                     .query = {},
                     .limit = *rc::gen::inRange<std::size_t>(0, 4),
                     .offset = *rc::gen::inRange<std::size_t>(0, 3)};
    if (least > 0) query.filter = {{"n", {{"$gte", least}}}};
    const std::vector<StoreItem> found = co_await store.search(prefix, query);
    std::vector<Entry*> expected;
    for (Entry& each : entries_) {
      const bool under = each.item.space.size() >= prefix.size() &&
                         std::equal(prefix.begin(), prefix.end(), each.item.space.begin());
      if (under && !is_gone(each) && each.item.value.at("n").as_int64() >= least) expected.push_back(&each);
    }
    expected.erase(expected.begin(),
                   expected.begin() + static_cast<std::ptrdiff_t>(std::min(query.offset, expected.size())));
    if (query.limit != 0 && expected.size() > query.limit) expected.resize(query.limit);
    RC_ASSERT(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      require_same(found[i], *expected[i]);
      set_expiry(*expected[i]);
    }
  }

  base::Task<void> list(Store& store) {
    const std::vector<Namespace> found = co_await store.list_namespaces({.prefix = {root_}});
    std::set<Namespace> expected;
    for (const Entry& each : entries_) {
      if (!is_gone(each)) expected.insert(each.item.space);
    }
    RC_ASSERT(found == std::vector<Namespace>(expected.begin(), expected.end()));
  }

  static void require_same(const StoreItem& got, const Entry& expected) {
    RC_ASSERT(got.space == expected.item.space);
    RC_ASSERT(got.key == expected.item.key);
    RC_ASSERT(got.value == expected.item.value);
    RC_ASSERT(got.created_at == expected.item.created_at);
    RC_ASSERT(got.updated_at == expected.item.updated_at);
  }

  std::string root_;
  base::ManualClock& clock_;
  base::Duration time_to_live_;
  std::vector<Entry> entries_;  ///< in the order in which they were made
};

}  // namespace pharos::graph::testing_support
