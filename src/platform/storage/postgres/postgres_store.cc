#include "platform/storage/postgres/postgres_store.h"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/storage/store_rows.h"

namespace pharos::storage {
namespace {

using graph::ChosenRow;
using graph::StorePlace;
using graph::StoreRow;
using graph::StoreSelection;
using postgres::Field;
using postgres::Query;
using postgres::Row;
using postgres::Rows;

constexpr std::size_t kScanRows = 500;  // at a time, so that a search holds few of them

/// The statements for what lies under one namespace, and those for all there is: one statement that is to
/// serve both would be planned as if it were always the whole table.
struct Statements {
  std::string_view page;
  std::string_view scan;
  std::string_view scan_meanings;
  std::string_view spaces;
};
#define PHAROS_ITEM "SELECT id, namespace, key, value, created_at, updated_at, time_to_live"
#define PHAROS_FROM " FROM pharos.store_items WHERE namespace >= $1"
#define PHAROS_ALIVE " AND (expires_at IS NULL OR expires_at > $3::bigint)"
#define PHAROS_NEXT " AND (namespace, key) > ($4, $5) ORDER BY namespace, key LIMIT $6::bigint"
#define PHAROS_STATEMENTS(end)                                                                         \
  {.page = PHAROS_ITEM PHAROS_FROM end PHAROS_ALIVE " ORDER BY id LIMIT $4::bigint OFFSET $5::bigint", \
   .scan = PHAROS_ITEM PHAROS_FROM end PHAROS_ALIVE PHAROS_NEXT,                                       \
   .scan_meanings = PHAROS_ITEM ", embedder, vectors" PHAROS_FROM end PHAROS_ALIVE PHAROS_NEXT,        \
   .spaces = "SELECT DISTINCT namespace" PHAROS_FROM end PHAROS_ALIVE}
constexpr Statements kUnder = PHAROS_STATEMENTS(" AND namespace < $2");
constexpr Statements kAll = PHAROS_STATEMENTS(" AND $2::text IS NULL");
constexpr std::string_view kGet =
    PHAROS_ITEM " FROM pharos.store_items WHERE namespace = $1 AND key = $2" PHAROS_ALIVE;
#undef PHAROS_ITEM
#undef PHAROS_FROM
#undef PHAROS_ALIVE
#undef PHAROS_NEXT
#undef PHAROS_STATEMENTS

/// One that has outlived its time gives its row to a new item.
constexpr std::string_view kPut =
    "INSERT INTO pharos.store_items AS old (namespace, key, value, created_at, updated_at, time_to_live,"
    " expires_at, embedder, vectors) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)"
    " ON CONFLICT (namespace, key) DO UPDATE SET"
    " id = CASE WHEN old.expires_at <= excluded.updated_at THEN excluded.id ELSE old.id END,"
    " created_at = CASE WHEN old.expires_at <= excluded.updated_at THEN excluded.created_at"
    "  ELSE old.created_at END,"
    " value = excluded.value, updated_at = excluded.updated_at, time_to_live = excluded.time_to_live,"
    " expires_at = excluded.expires_at, embedder = excluded.embedder, vectors = excluded.vectors";

/// Rows are locked in one order, so that two of these cannot wait for each other.
constexpr std::string_view kRefresh =
    "UPDATE pharos.store_items SET expires_at = greatest(expires_at, $2::bigint + time_to_live)"
    " WHERE id IN (SELECT id FROM pharos.store_items WHERE id = ANY($1::bigint[])"
    "  AND expires_at > $2::bigint ORDER BY id FOR UPDATE)";

/// What somebody else holds is being made anew or deleted.
constexpr std::string_view kSweep =
    "WITH gone AS (DELETE FROM pharos.store_items WHERE id IN (SELECT id FROM pharos.store_items"
    " WHERE expires_at <= $1::bigint FOR UPDATE SKIP LOCKED) RETURNING id) SELECT count(*) FROM gone";

const Statements& statements_for(const std::string& prefix) {
  return prefix.empty() ? kAll : kUnder;
}

Field time_field(graph::StoreTime time) {
  return std::to_string(write_time(time));
}

/// The parameters that name a namespace, what comes after it, and the time.
std::vector<Field> under(const std::string& prefix, graph::StoreTime now) {
  return {prefix, prefix.empty() ? Field() : Field(after_prefix(prefix)), time_field(now)};
}

/// Bytes as PostgreSQL writes and reads them: `\x` and two digits each.
std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "\\x";
  for (const char character : bytes) {
    const auto byte = static_cast<unsigned char>(character);
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0xfU]);
  }
  return text;
}

std::string bytes_of(std::string_view text) {
  const auto digit = [](char character) {
    return static_cast<unsigned>(character <= '9' ? character - '0' : character - 'a' + 10);
  };
  std::string bytes;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(text[i]) << 4U | digit(text[i + 1])));
  }
  return bytes;
}

Query put_query(const StoreRow& row) {
  Query query{.sql = kPut,
              .parameters = {row.place.space, row.place.key, write_item_value(row),
                             time_field(row.updated_at), Field(), Field(), Field(), Field()}};
  if (row.time_to_live) {
    query.parameters[4] = std::to_string(row.time_to_live->count());
    query.parameters[5] = time_field(*row.expires_at());
  }
  if (!row.meaning.embedder.empty()) {
    query.parameters[6] = row.meaning.embedder;
    query.parameters[7] = hex(write_vectors(row.meaning.vectors));
  }
  return query;
}

StoreRow row_of(const Row& row) {
  StoredItem item{.id = std::stoll(*row.at(0)),
                  .place = {.space = *row.at(1), .key = *row.at(2)},
                  .value = *row.at(3),
                  .created_at = std::stoll(*row.at(4)),
                  .updated_at = std::stoll(*row.at(5)),
                  .time_to_live = {},
                  .embedder = {},
                  .vectors = {}};
  if (row.at(6)) item.time_to_live = std::stoll(*row.at(6));
  if (row.size() > 8 && row.at(7) && row.at(8)) {
    item.embedder = *row.at(7);
    item.vectors = bytes_of(*row.at(8));
  }
  return read_item(std::move(item));
}

}  // namespace

PostgresStore::PostgresStore(postgres::Settings server, base::Pool& disk, base::Clock& clock,
                             graph::StoreSettings settings)
    : Store([&] {
        if (settings.clock == nullptr) settings.clock = &clock;
        return std::move(settings);
      }()),
      disk_(disk),
      server_(std::move(server), disk, clock, postgres_migrations()) {}

base::Task<void> PostgresStore::put_row(StoreRow row) {
  co_await server_.ask(put_query(row));
}

base::Task<std::optional<StoreRow>> PostgresStore::get_row(StorePlace place, graph::StoreTime now) {
  Query query{.sql = kGet, .parameters = {std::move(place.space), std::move(place.key), time_field(now)}};
  const Rows rows = co_await server_.ask(std::move(query));
  if (rows.empty()) co_return std::nullopt;
  co_return row_of(rows.front());
}

base::Task<void> PostgresStore::delete_row(StorePlace place) {
  Query query{.sql = "DELETE FROM pharos.store_items WHERE namespace = $1 AND key = $2",
              .parameters = {std::move(place.space), std::move(place.key)}};
  co_await server_.ask(std::move(query));
}

base::Task<std::vector<ChosenRow>> PostgresStore::select_rows(std::string prefix, StoreSelection selection,
                                                              graph::StoreTime now) {
  return selection.is_plain() ? page(std::move(prefix), std::move(selection), now)
                              : scan(std::move(prefix), std::move(selection), now);
}

base::Task<std::vector<ChosenRow>> PostgresStore::page(std::string prefix, StoreSelection selection,
                                                       graph::StoreTime now) {
  Query query{.sql = statements_for(prefix).page, .parameters = under(prefix, now)};
  query.parameters.push_back(selection.limit() == 0 ? Field() : Field(std::to_string(selection.limit())));
  query.parameters.emplace_back(std::to_string(selection.offset()));
  std::vector<ChosenRow> chosen;
  for (const Row& row : co_await server_.ask(std::move(query))) {
    chosen.push_back({.row = row_of(row), .score = {}});
  }
  co_return chosen;
}

/// An item's place never changes, so however many others come and go meanwhile each is looked at once.
base::Task<std::vector<ChosenRow>> PostgresStore::scan(std::string prefix, StoreSelection selection,
                                                       graph::StoreTime now) {
  const Statements& statements = statements_for(prefix);
  const auto shared = std::make_shared<StoreSelection>(std::move(selection));
  Row last{std::nullopt, prefix, ""};
  while (true) {
    Query query{.sql = shared->compares_meaning() ? statements.scan_meanings : statements.scan,
                .parameters = under(prefix, now)};
    query.parameters.insert(query.parameters.end(), {last.at(1), last.at(2), std::to_string(kScanRows)});
    auto rows = std::make_shared<Rows>(co_await server_.ask(std::move(query)));
    if (rows->empty()) break;
    last = rows->back();
    const bool is_last = rows->size() < kScanRows;
    auto look = [shared, rows = std::move(rows)] {
      for (const Row& row : *rows) shared->add(row_of(row));
    };
    co_await base::run_on(disk_, std::move(look));
    if (is_last) break;
  }
  co_return shared->take();
}

base::Task<std::vector<std::string>> PostgresStore::list_spaces(std::string prefix, graph::StoreTime now) {
  Query query{.sql = statements_for(prefix).spaces, .parameters = under(prefix, now)};
  std::vector<std::string> spaces;
  for (const Row& row : co_await server_.ask(std::move(query))) spaces.push_back(*row.at(0));
  co_return spaces;
}

base::Task<void> PostgresStore::refresh_rows(std::vector<std::int64_t> ids, graph::StoreTime now) {
  Query query{.sql = kRefresh, .parameters = {fmt::format("{{{}}}", fmt::join(ids, ",")), time_field(now)}};
  co_await server_.ask(std::move(query));
}

base::Task<std::size_t> PostgresStore::sweep_rows(graph::StoreTime now) {
  Query query{.sql = kSweep, .parameters = {time_field(now)}};
  const Rows rows = co_await server_.ask(std::move(query));
  co_return std::stoull(*rows.at(0).at(0));
}

}  // namespace pharos::storage
