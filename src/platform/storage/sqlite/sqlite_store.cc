#include "platform/storage/sqlite/sqlite_store.h"

#include <memory>
#include <utility>

#include "platform/storage/store_rows.h"

namespace pharos::storage {
namespace {

using graph::ChosenRow;
using graph::StorePlace;
using graph::StoreRow;
using graph::StoreSelection;
using sqlite::Connection;
using sqlite::Statement;

#define PHAROS_ITEM "SELECT id, namespace, key, value, created_at, updated_at, time_to_live"
#define PHAROS_UNDER \
  " FROM store_items WHERE namespace >= ?1 AND namespace < ?2 AND (expires_at IS NULL OR expires_at > ?3)"

constexpr std::string_view kGet = PHAROS_ITEM
    " FROM store_items WHERE namespace = ?1 AND key = ?2 AND (expires_at IS NULL OR expires_at > ?3)";
constexpr std::string_view kPage = PHAROS_ITEM PHAROS_UNDER " ORDER BY id LIMIT ?4 OFFSET ?5";
constexpr std::string_view kScan = PHAROS_ITEM PHAROS_UNDER;
constexpr std::string_view kScanMeanings = PHAROS_ITEM ", embedder, vectors" PHAROS_UNDER;
constexpr std::string_view kSpaces = "SELECT DISTINCT namespace" PHAROS_UNDER;
#undef PHAROS_ITEM
#undef PHAROS_UNDER

constexpr std::string_view kPut =
    "INSERT INTO store_items (namespace, key, value, created_at, updated_at, time_to_live, expires_at,"
    " embedder, vectors) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)"
    " ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at,"
    " time_to_live = excluded.time_to_live, expires_at = excluded.expires_at,"
    " embedder = excluded.embedder, vectors = excluded.vectors";

/// A row with nothing but what is written of it.
struct Written {
  StorePlace place;
  std::string value;
  std::int64_t now = 0;
  std::optional<std::int64_t> time_to_live;
  std::optional<std::int64_t> expires_at;
  std::string embedder;
  std::string vectors;
};

Written write(StoreRow row) {
  Written written{.place = row.place,
                  .value = write_item_value(row),
                  .now = write_time(row.updated_at),
                  .time_to_live = {},
                  .expires_at = {},
                  .embedder = std::move(row.meaning.embedder),
                  .vectors = write_vectors(row.meaning.vectors)};
  if (row.time_to_live) written.time_to_live = row.time_to_live->count();
  if (const auto expires_at = row.expires_at()) written.expires_at = write_time(*expires_at);
  return written;
}

/// What has outlived its time makes room: the new one is another.
void insert(Connection& connection, const Written& item) {
  connection.statement("DELETE FROM store_items WHERE namespace = ? AND key = ? AND expires_at <= ?")
      .bind(item.place.space)
      .bind(item.place.key)
      .bind(item.now)
      .step();
  const bool has_meaning = !item.embedder.empty();
  connection.statement(kPut)
      .bind(item.place.space)
      .bind(item.place.key)
      .bind(item.value)
      .bind(item.now)
      .bind(item.time_to_live)
      .bind(item.expires_at)
      .bind(item.embedder)
      .bind_bytes(has_meaning ? std::optional<std::string_view>(item.vectors) : std::nullopt)
      .step();
}

StoreRow row_of(const Statement& read, bool with_meaning) {
  StoredItem item{.id = read.number(0),
                  .place = {.space = read.text(1), .key = read.text(2)},
                  .value = read.text(3),
                  .created_at = read.number(4),
                  .updated_at = read.number(5),
                  .time_to_live = {},
                  .embedder = {},
                  .vectors = {}};
  if (!read.is_null(6)) item.time_to_live = read.number(6);
  if (with_meaning) {
    item.embedder = read.text(7);
    item.vectors = read.text(8);
  }
  return read_item(std::move(item));
}

/// Ready for what follows the namespaces and the time.
Statement& under(Connection& connection, std::string_view sql, const std::string& prefix, std::int64_t now) {
  const std::string end = prefix.empty() ? "\xff" : after_prefix(prefix);  // no UTF-8 has such a byte
  return connection.statement(sql).bind(prefix).bind(end).bind(now);
}

std::vector<ChosenRow> page(Connection& connection, const std::string& prefix,
                            const StoreSelection& selection, std::int64_t now) {
  const std::int64_t limit = selection.limit() == 0 ? -1 : static_cast<std::int64_t>(selection.limit());
  Statement& read = under(connection, kPage, prefix, now);
  read.bind(limit).bind(static_cast<std::int64_t>(selection.offset()));
  std::vector<ChosenRow> rows;
  while (read.step()) rows.push_back({.row = row_of(read, false), .score = {}});
  return rows;
}

std::vector<ChosenRow> scan(Connection& connection, const std::string& prefix, StoreSelection& selection,
                            std::int64_t now) {
  const bool with_meaning = selection.compares_meaning();
  Statement& read = under(connection, with_meaning ? kScanMeanings : kScan, prefix, now);
  while (read.step()) selection.add(row_of(read, with_meaning));
  return selection.take();
}

}  // namespace

SqliteStore::SqliteStore(std::filesystem::path file, base::Pool& disk, graph::StoreSettings settings)
    : Store(std::move(settings)), database_(std::move(file), disk, sqlite_migrations()) {}

base::Task<void> SqliteStore::put_row(StoreRow row) {
  co_await database_.write(
      [item = write(std::move(row))](Connection& connection) { insert(connection, item); });
}

base::Task<std::optional<StoreRow>> SqliteStore::get_row(StorePlace place, graph::StoreTime now) {
  return database_.read([place = std::move(place), now](Connection& connection) -> std::optional<StoreRow> {
    Statement& read = connection.statement(kGet);
    if (!read.bind(place.space).bind(place.key).bind(write_time(now)).step()) return std::nullopt;
    return row_of(read, false);
  });
}

base::Task<void> SqliteStore::delete_row(StorePlace place) {
  co_await database_.write([place = std::move(place)](Connection& connection) {
    connection.statement("DELETE FROM store_items WHERE namespace = ? AND key = ?")
        .bind(place.space)
        .bind(place.key)
        .step();
  });
}

base::Task<std::vector<ChosenRow>> SqliteStore::select_rows(std::string prefix, StoreSelection selection,
                                                            graph::StoreTime now) {
  return database_.read(
      [prefix = std::move(prefix), selection = std::move(selection), now](Connection& connection) mutable {
        return selection.is_plain() ? page(connection, prefix, selection, write_time(now))
                                    : scan(connection, prefix, selection, write_time(now));
      });
}

base::Task<std::vector<std::string>> SqliteStore::list_spaces(std::string prefix, graph::StoreTime now) {
  return database_.read([prefix = std::move(prefix), now](Connection& connection) {
    Statement& read = under(connection, kSpaces, prefix, write_time(now));
    std::vector<std::string> spaces;
    while (read.step()) spaces.push_back(read.text(0));
    return spaces;
  });
}

base::Task<void> SqliteStore::refresh_rows(std::vector<std::int64_t> ids, graph::StoreTime now) {
  co_await database_.write([ids = std::move(ids), now](Connection& connection) {
    for (const std::int64_t id : ids) {
      connection
          .statement(
              "UPDATE store_items SET expires_at = max(expires_at, ?2 + time_to_live)"
              " WHERE id = ?1 AND expires_at > ?2")
          .bind(id)
          .bind(write_time(now))
          .step();
    }
  });
}

base::Task<std::size_t> SqliteStore::sweep_rows(graph::StoreTime now) {
  const auto gone = std::make_shared<std::size_t>(0);
  co_await database_.write([gone, now](Connection& connection) {
    Statement& sweep = connection.statement("DELETE FROM store_items WHERE expires_at <= ? RETURNING id");
    sweep.bind(write_time(now));
    for (*gone = 0; sweep.step();) ++*gone;
  });
  co_return *gone;
}

}  // namespace pharos::storage
