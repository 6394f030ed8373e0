// What nodes remember across threads: JSON objects under keys, in namespaces.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/task.h"
#include "core/graph/store_row.h"
#include "core/graph/store_selection.h"
#include "core/graph/text_embedder.h"
#include "core/graph/text_path.h"

namespace pharos::graph {

namespace json = boost::json;

/// As a time to live: it stays until it is deleted.
inline constexpr base::Duration kForever = base::Duration::max();

struct StoreSettings {
  base::Clock* clock = nullptr;            ///< outlives the store; the machine's clock when null
  base::Duration time_to_live = kForever;  ///< of items that are put without one
  bool refresh_on_read = true;             ///< an item that is read lives on as if it had been put now
  std::shared_ptr<TextEmbedder> embedder;  ///< finds items by meaning; none: they are found by filter only
  std::vector<std::string> index = {"$"};  ///< the texts in an item that are embedded, see TextPath
};

struct StoreItem {
  Namespace space;
  std::string key;
  json::object value;
  base::WallTime created_at;    ///< kept when the value is replaced
  base::WallTime updated_at;    ///< when the value was put
  std::optional<double> score;  ///< of a search by meaning: 1 for the same, 0 for nothing in common
};

struct PutOptions {
  std::optional<base::Duration> time_to_live;  ///< the store's when unset
  std::optional<std::vector<std::string>>
      index;  ///< the store's when unset; empty: no meaning to be found by
};

struct StoreQuery {
  json::object filter;          ///< what an item's value must have, see StoreFilter
  std::string query;            ///< orders the items by their nearness to its meaning
  std::size_t limit = 10;       ///< at most so many; 0: all
  std::size_t offset = 0;       ///< skips so many
  std::optional<bool> refresh;  ///< the store's refresh_on_read when unset
};

struct NamespaceQuery {
  Namespace prefix;           ///< how they begin; `*` stands for any label
  Namespace suffix;           ///< how they end; `*` stands for any label
  std::size_t max_depth = 0;  ///< cuts deeper ones off there; 0: none
  std::size_t limit = 100;    ///< at most so many; 0: all
  std::size_t offset = 0;     ///< skips so many
};

/// The long-term memory of graphs. Thread-safe. An item that has outlived its time is never seen, whether
/// sweep() has been there or not. What is wrong with a call is a base::Error (kInvalidInput); a storage adds
/// its own (kUnavailable).
///
/// A new kind of storage implements the private part, which deals in rows; what the promises mean is the
/// same for all.
class Store {
 public:
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Makes an item or replaces its value. A namespace has at least one label; labels are not empty, have
  /// neither dots nor control characters, and the first is not `langgraph`.
  base::Task<void> put(Namespace space, std::string key, json::object value, PutOptions options = {});
  /// `refresh` is the store's refresh_on_read when unset.
  base::Task<std::optional<StoreItem>> get(Namespace space, std::string key,
                                           std::optional<bool> refresh = {});
  /// Does nothing when there is no such item.
  base::Task<void> delete_item(Namespace space, std::string key);

  /// The items in the namespaces that begin with `prefix` (none: all), in the order in which they were made;
  /// with a query the nearest first, and after them those without a meaning to compare. Throws base::Error
  /// (kUnsupported) for a query without an embedder.
  base::Task<std::vector<StoreItem>> search(Namespace prefix, StoreQuery query = {});
  /// The namespaces that have items, in order.
  base::Task<std::vector<Namespace>> list_namespaces(NamespaceQuery query = {});
  /// Deletes what has outlived its time; says how many items that were.
  base::Task<std::size_t> sweep();

 protected:
  /// Throws base::Error (kInvalidInput) for a path that cannot be read or a time to live that is not
  /// positive.
  explicit Store(StoreSettings settings);

 private:
  /// Makes or replaces. One that is replaced keeps its id and created_at, unless it has outlived its time.
  virtual base::Task<void> put_row(StoreRow row) = 0;
  /// Nothing when it has outlived its time at `now`; so for the others.
  virtual base::Task<std::optional<StoreRow>> get_row(StorePlace place, StoreTime now) = 0;
  virtual base::Task<void> delete_row(StorePlace place) = 0;
  /// Adds the rows of the namespaces that begin with the joined `prefix` to the selection and gives what it
  /// has chosen.
  virtual base::Task<std::vector<ChosenRow>> select_rows(std::string prefix, StoreSelection selection,
                                                         StoreTime now) = 0;
  /// The joined namespaces that begin with `prefix` and have rows.
  virtual base::Task<std::vector<std::string>> list_spaces(std::string prefix, StoreTime now) = 0;
  /// The rows of these ids live on from `now`, as long as they were to when they were put.
  virtual base::Task<void> refresh_rows(std::vector<std::int64_t> ids, StoreTime now) = 0;
  virtual base::Task<std::size_t> sweep_rows(StoreTime now) = 0;

  StoreTime now() const;
  base::Task<void> add_meaning(StoreRow& row, const std::vector<TextPath>& paths);
  base::Task<std::vector<std::vector<float>>> embed(std::vector<std::string> texts);
  base::Task<void> refresh(std::vector<std::int64_t> ids, std::optional<bool> wanted, StoreTime now);

  StoreSettings settings_;
  std::vector<TextPath> index_;
  base::SystemClock system_clock_;
};

}  // namespace pharos::graph
