// How a store's items lie in a storage.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"

namespace pharos::graph {

/// A path of labels, such as {"users", "ann", "likes"}.
using Namespace = std::vector<std::string>;

/// A moment as storages keep it: the same in all of them.
using StoreTime = std::chrono::sys_time<std::chrono::microseconds>;

/// `users.ann.likes.`: labels have no dots, so that a namespace begins with another exactly when the joined
/// texts do.
std::string join_namespace(const Namespace& space);
Namespace split_namespace(std::string_view joined);

/// Throws base::Error (kInvalidInput) that says which rule a namespace of an item breaks.
void require_namespace(const Namespace& space);
/// So for the labels alone: a prefix may be empty.
void require_labels(const Namespace& space);
void require_key(std::string_view key);
/// Throws base::Error (kInvalidInput) for text that is not UTF-8 and for numbers that are not finite: they
/// could not be read back from everywhere.
void require_storable(const boost::json::object& value, std::string_view key);

/// The name of a row.
struct StorePlace {
  std::string space;  ///< joined
  std::string key;
};

/// What makes an item's texts comparable with a query.
struct Meaning {
  std::string embedder;        ///< whose vectors they are; empty when there are none
  std::vector<float> vectors;  ///< one after the other, each as long as any of that embedder
};

struct StoreRow {
  std::int64_t id = 0;  ///< grows in the order in which rows are made
  StorePlace place;
  boost::json::object value;
  StoreTime created_at;
  StoreTime updated_at;
  std::optional<std::chrono::microseconds> time_to_live;
  Meaning meaning;

  std::optional<StoreTime> expires_at() const {
    return time_to_live ? std::optional(updated_at + *time_to_live) : std::nullopt;
  }
};

}  // namespace pharos::graph
