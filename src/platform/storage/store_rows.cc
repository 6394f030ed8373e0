#include "platform/storage/store_rows.h"

#include <bit>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "platform/storage/json_text.h"

namespace pharos::storage {
namespace {

graph::StoreTime read_time(std::int64_t microseconds) {
  return graph::StoreTime(std::chrono::microseconds(microseconds));
}

std::vector<float> read_vectors(std::string_view bytes) {
  std::vector<float> vectors;
  vectors.reserve(bytes.size() / sizeof(float));
  for (std::size_t i = 0; i + sizeof(float) <= bytes.size(); i += sizeof(float)) {
    std::uint32_t bits = 0;
    for (std::size_t byte = 0; byte < sizeof(float); ++byte) {
      bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + byte])) << (8 * byte);
    }
    vectors.push_back(std::bit_cast<float>(bits));
  }
  return vectors;
}

}  // namespace

graph::StoreRow read_item(StoredItem item) {
  json::value value = read_json(item.value, fmt::format("item '{}'", item.place.key));
  graph::StoreRow row{
      .id = item.id,
      .place = std::move(item.place),
      .value = std::move(value.as_object()),
      .created_at = read_time(item.created_at),
      .updated_at = read_time(item.updated_at),
      .time_to_live = {},
      .meaning = {.embedder = std::move(item.embedder), .vectors = read_vectors(item.vectors)}};
  if (item.time_to_live) row.time_to_live = std::chrono::microseconds(*item.time_to_live);
  return row;
}

std::int64_t write_time(graph::StoreTime time) {
  return time.time_since_epoch().count();
}

std::string write_item_value(const graph::StoreRow& row) {
  return write_json(row.value, fmt::format("item '{}'", row.place.key));
}

std::string write_vectors(const std::vector<float>& vectors) {
  std::string bytes;
  bytes.reserve(vectors.size() * sizeof(float));
  for (const float number : vectors) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    for (std::size_t byte = 0; byte < sizeof(float); ++byte) {
      bytes.push_back(static_cast<char>((bits >> (8 * byte)) & 0xffU));
    }
  }
  return bytes;
}

std::string after_prefix(std::string_view prefix) {
  std::string after(prefix);
  after.back() = '/';  // the character after the dot
  return after;
}

}  // namespace pharos::storage
