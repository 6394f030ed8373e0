// How a store's items lie in a table, whichever database has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/graph/store.h"

namespace pharos::storage {

/// An item's row as the databases give it.
struct StoredItem {
  std::int64_t id = 0;
  graph::StorePlace place;
  std::string value;
  std::int64_t created_at = 0;
  std::int64_t updated_at = 0;
  std::optional<std::int64_t> time_to_live;
  std::string embedder;
  std::string vectors;  ///< as write_vectors has written them
};

graph::StoreRow read_item(StoredItem item);

std::int64_t write_time(graph::StoreTime time);
/// Throws base::Error (kInvalidInput) when it could not be read back.
std::string write_item_value(const graph::StoreRow& row);
/// The lowest byte first, whatever the machine does.
std::string write_vectors(const std::vector<float>& vectors);

/// What comes after every namespace that begins with `prefix`, which is not empty and ends with a dot.
std::string after_prefix(std::string_view prefix);

}  // namespace pharos::storage
