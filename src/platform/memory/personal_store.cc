#include "platform/memory/personal_store.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/storage/store_rows.h"
#include "platform/storage/time.h"

namespace pharos::memory {
namespace {

using graph::ChosenRow;
using graph::StorePlace;
using graph::StoreRow;
using graph::StoreSelection;
using graph::StoreTime;
using storage::Row;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.isolation = storage::Isolation::kCommitted};
/// How many items a search has in memory at once.
constexpr std::int64_t kBatch = 200;

#define PHAROS_ITEM "SELECT id, namespace, key, value, created_at, updated_at, time_to_live"
#define PHAROS_MINE " FROM memories WHERE team_id = $1 AND user_id = $2"
#define PHAROS_ALIVE " AND (expires_at IS NULL OR expires_at > $3)"
#define PHAROS_UNDER PHAROS_MINE PHAROS_ALIVE " AND substr(namespace, 1, $4) = $5"

constexpr const char* kGet = PHAROS_ITEM PHAROS_MINE PHAROS_ALIVE " AND namespace = $4 AND key = $5";
constexpr const char* kPage = PHAROS_ITEM PHAROS_UNDER " ORDER BY id LIMIT $6 OFFSET $7";
constexpr const char* kBatchOfAll = PHAROS_ITEM PHAROS_UNDER " AND id > $6 ORDER BY id LIMIT $7";
constexpr const char* kBatchWithMeaning =
    PHAROS_ITEM ", embedder, vectors" PHAROS_UNDER " AND id > $6 ORDER BY id LIMIT $7";
constexpr const char* kSpaces = "SELECT DISTINCT namespace" PHAROS_UNDER;
constexpr const char* kCount = "SELECT count(*)" PHAROS_MINE;
constexpr const char* kForgetExpired =
    "DELETE FROM memories WHERE team_id = $1 AND user_id = $2 AND namespace = $3 AND key = $4 AND expires_at "
    "<= $5";
constexpr const char* kDelete =
    "DELETE FROM memories WHERE team_id = $1 AND user_id = $2 AND namespace = $3 AND key = $4";
constexpr const char* kPut =
    "INSERT INTO memories (team_id, user_id, namespace, key, value, created_at, updated_at, time_to_live,"
    " expires_at, embedder, vectors) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)"
    " ON CONFLICT (team_id, user_id, namespace, key) DO UPDATE SET value = excluded.value,"
    " updated_at = excluded.updated_at, time_to_live = excluded.time_to_live, expires_at = "
    "excluded.expires_at,"
    " embedder = excluded.embedder, vectors = excluded.vectors RETURNING created_at";
/// Never shortens a life: reads that overtake each other do no harm.
constexpr const char* kRefresh =
    "UPDATE memories SET expires_at = $4 + time_to_live WHERE team_id = $1 AND user_id = $2 AND id = $3"
    " AND expires_at < $4 + time_to_live";
constexpr const char* kSweepMine =
    "DELETE FROM memories WHERE team_id = $1 AND user_id = $2 AND expires_at <= $3";
constexpr const char* kSweep = "DELETE FROM memories WHERE expires_at <= $1";

#undef PHAROS_ITEM
#undef PHAROS_MINE
#undef PHAROS_ALIVE
#undef PHAROS_UNDER

/// Runs a statement whose first values say whose items it is about.
template <class... Values>
storage::Rows run(Session& session, const char* sql, const Values&... values) {
  return session.run(sql, session.scope().team_id, session.scope().user_id, values...);
}

StoreRow row_of(const Row& row, bool with_meaning) {
  storage::StoredItem item{.id = row.number("id"),
                           .place = {.space = row.text("namespace"), .key = row.text("key")},
                           .value = row.text("value"),
                           .created_at = row.number("created_at"),
                           .updated_at = row.number("updated_at"),
                           .time_to_live = row.optional_number("time_to_live"),
                           .embedder = {},
                           .vectors = {}};
  if (with_meaning) {
    item.embedder = row.text("embedder");
    item.vectors = row.optional_bytes("vectors").value_or("");
  }
  return storage::read_item(std::move(item));
}

void write_row(Session& session, const StoreRow& row, const std::string& value) {
  const std::int64_t now = storage::write_time(row.updated_at);
  std::optional<std::int64_t> time_to_live;
  std::optional<std::int64_t> expires_at;
  std::optional<storage::Bytes> vectors;
  if (row.time_to_live) time_to_live = row.time_to_live->count();
  if (const auto end = row.expires_at()) expires_at = storage::write_time(*end);
  if (!row.meaning.embedder.empty()) vectors = storage::Bytes{storage::write_vectors(row.meaning.vectors)};
  // What has outlived its time makes room: the new one is another.
  run(session, kForgetExpired, row.place.space, row.place.key, now);
  const storage::Rows put = run(session, kPut, row.place.space, row.place.key, value, now, time_to_live,
                                expires_at, row.meaning.embedder, vectors);
  const bool is_new = put.at(0).number(0) == now;
  if (is_new && run(session, kCount).at(0).number(0) > PersonalStore::kMostItems) {
    throw base::Error(
        base::Code::kTooLarge,
        fmt::format("there are {} items already, which is all that is kept for one person: delete "
                    "some, or give them a time to live",
                    PersonalStore::kMostItems));
  }
}

std::vector<ChosenRow> page(Session& session, const std::string& prefix, const StoreSelection& selection,
                            std::int64_t now) {
  const auto limit = selection.limit() == 0 ? std::numeric_limits<std::int64_t>::max()
                                            : static_cast<std::int64_t>(selection.limit());
  std::vector<ChosenRow> rows;
  for (const Row& row : run(session, kPage, now, base::count_code_points(prefix), prefix, limit,
                            static_cast<std::int64_t>(selection.offset()))) {
    rows.push_back({.row = row_of(row, false), .score = {}});
  }
  return rows;
}

std::vector<ChosenRow> scan(Session& session, const std::string& prefix, StoreSelection selection,
                            std::int64_t now) {
  const bool with_meaning = selection.compares_meaning();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  while (true) {
    const storage::Rows rows = run(session, with_meaning ? kBatchWithMeaning : kBatchOfAll, now,
                                   base::count_code_points(prefix), prefix, last, kBatch);
    for (const Row& row : rows) selection.add(row_of(row, with_meaning));
    if (static_cast<std::int64_t>(rows.size()) < kBatch) return selection.take();
    last = rows.back().number("id");
  }
}

}  // namespace

PersonalStore::PersonalStore(storage::Database& database, storage::Scope scope, graph::StoreSettings settings)
    : Store(std::move(settings)), database_(database), scope_(std::move(scope)) {}

base::Task<void> PersonalStore::put_row(StoreRow row) {
  std::string value = storage::write_item_value(row);
  if (value.size() > kLargestValue) {
    throw base::Error(base::Code::kTooLarge,
                      fmt::format("item '{}': the value has {} bytes as JSON, at most {} "
                                  "are kept: split it into several items",
                                  row.place.key, value.size(), kLargestValue));
  }
  auto work = [row = std::move(row), value = std::move(value)](Session& session) {
    write_row(session, row, value);
  };
  co_await database_.write(scope_, std::move(work), kCommitted);
}

base::Task<std::optional<StoreRow>> PersonalStore::get_row(StorePlace place, StoreTime now) {
  auto work = [place = std::move(place), now = storage::write_time(now)](Session& session) {
    const storage::Rows rows = run(session, kGet, now, place.space, place.key);
    return rows.empty() ? std::nullopt : std::optional(row_of(rows[0], false));
  };
  co_return co_await database_.read(scope_, std::move(work));
}

base::Task<void> PersonalStore::delete_row(StorePlace place) {
  auto work = [place = std::move(place)](Session& session) { run(session, kDelete, place.space, place.key); };
  co_await database_.write(scope_, std::move(work), kCommitted);
}

base::Task<std::vector<ChosenRow>> PersonalStore::select_rows(std::string prefix, StoreSelection selection,
                                                              StoreTime now) {
  auto work = [prefix = std::move(prefix), selection = std::move(selection),
               now = storage::write_time(now)](Session& session) {
    return selection.is_plain() ? page(session, prefix, selection, now)
                                : scan(session, prefix, selection, now);
  };
  co_return co_await database_.read(scope_, std::move(work));
}

base::Task<std::vector<std::string>> PersonalStore::list_spaces(std::string prefix, StoreTime now) {
  auto work = [prefix = std::move(prefix), now = storage::write_time(now)](Session& session) {
    std::vector<std::string> spaces;
    for (const Row& row : run(session, kSpaces, now, base::count_code_points(prefix), prefix))
      spaces.push_back(row.text(0));
    return spaces;
  };
  co_return co_await database_.read(scope_, std::move(work));
}

base::Task<void> PersonalStore::refresh_rows(std::vector<std::int64_t> ids, StoreTime now) {
  auto work = [ids = std::move(ids), now = storage::write_time(now)](Session& session) {
    for (const std::int64_t id : ids) run(session, kRefresh, id, now);
  };
  co_await database_.write(scope_, std::move(work), kCommitted);
}

base::Task<std::size_t> PersonalStore::sweep_rows(StoreTime now) {
  auto work = [now = storage::write_time(now)](Session& session) {
    run(session, kSweepMine, now);
    return session.changed();
  };
  co_return co_await database_.write(scope_, std::move(work), kCommitted);
}

base::Task<std::size_t> sweep_memories(storage::Database& database, const base::Clock& clock) {
  auto work = [now = storage::time_number(clock)](Session& session) {
    session.run(kSweep, now);
    return session.changed();
  };
  co_return co_await database.write(storage::Scope::system(), std::move(work), kCommitted);
}

}  // namespace pharos::memory
