#include "platform/storage/postgres/postgres_saver.h"

#include <utility>

#include "platform/storage/checkpoint_rows.h"

namespace pharos::storage {
namespace {

using graph::ThreadKey;
using postgres::Field;
using postgres::Query;
using postgres::Row;
using postgres::Rows;

#define PHAROS_PUT "SELECT pharos.put_checkpoints($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
constexpr std::string_view kPut = PHAROS_PUT "false)";
constexpr std::string_view kPutAgain = PHAROS_PUT "true)";
#undef PHAROS_PUT

/// The rows that a page of checkpoints is read from, in one statement and so of one state of the database.
#define PHAROS_READ_PAGE(page)                                                                         \
  "WITH RECURSIVE this (line) AS (SELECT id FROM pharos.lines WHERE thread_id = $1 AND path = $2),"    \
  " page AS MATERIALIZED (SELECT * FROM pharos.checkpoints WHERE line = (SELECT line FROM this) " page \
  "), needed (number) AS ("                                                                            \
  " SELECT u.number FROM page, unnest(page.value_numbers) AS u (number) WHERE u.number IS NOT NULL"    \
  " UNION SELECT v.onto FROM needed n JOIN pharos.channel_values v"                                    \
  "  ON v.line = (SELECT line FROM this) AND v.number = n.number WHERE v.onto IS NOT NULL)"            \
  " SELECT 0, p.number, NULL, p.format, p.data, p.id, coalesce((SELECT c.id FROM pharos.checkpoints c" \
  "  WHERE c.line = p.line AND c.number = p.parent), ''), p.run_id, array_to_json(s.channels)::text,"  \
  "  array_to_json(p.value_numbers)::text"                                                             \
  "  FROM page p JOIN pharos.shapes s ON s.line = p.line AND s.number = p.shape"                       \
  " UNION ALL SELECT 1, v.number, v.onto, v.is_delta::integer, v.value, '', '', '', '', ''"            \
  "  FROM needed n JOIN pharos.channel_values v"                                                       \
  "  ON v.line = (SELECT line FROM this) AND v.number = n.number"                                      \
  " UNION ALL SELECT 2, r.checkpoint, r.place, 0, r.data, '', '', '', '', ''"                          \
  "  FROM page p JOIN pharos.records r ON r.line = p.line AND r.checkpoint = p.number"

constexpr std::string_view kReadLatest = PHAROS_READ_PAGE("ORDER BY number DESC LIMIT 1");
constexpr std::string_view kReadOne = PHAROS_READ_PAGE("AND id = $3");
constexpr std::string_view kReadPage = PHAROS_READ_PAGE("ORDER BY number DESC LIMIT $3::bigint");
constexpr std::string_view kReadOlder = PHAROS_READ_PAGE(
    "AND number < (SELECT c.number FROM pharos.checkpoints c WHERE c.line = (SELECT line FROM this)"
    " AND c.id = $4) ORDER BY number DESC LIMIT $3::bigint");
#undef PHAROS_READ_PAGE

constexpr std::string_view kReadNewest =
    "WITH page AS MATERIALIZED (SELECT * FROM pharos.checkpoints WHERE line = (SELECT id FROM pharos.lines"
    " WHERE thread_id = $1 AND path = $2) ORDER BY number DESC LIMIT 1)"
    " SELECT 0, p.number, '', p.id, coalesce((SELECT c.id FROM pharos.checkpoints c"
    "  WHERE c.line = p.line AND c.number = p.parent), '') FROM page p"
    " UNION ALL SELECT 2, r.place, r.data, '', ''"
    "  FROM page p JOIN pharos.records r ON r.line = p.line AND r.checkpoint = p.number";

constexpr std::string_view kExists =
    "SELECT 1 FROM pharos.lines l JOIN pharos.checkpoints c ON c.line = l.id"
    " WHERE l.thread_id = $1 AND l.path = $2 AND c.id = $3";

std::vector<SavedRow> newest_rows(const Rows& rows) {
  std::vector<SavedRow> saved;
  for (const Row& row : rows) {
    saved.push_back({.kind = std::stoi(*row.at(0)),
                     .number = std::stoll(*row.at(1)),
                     .data = *row.at(2),
                     .id = *row.at(3),
                     .parent_id = *row.at(4)});
  }
  return saved;
}

std::vector<SavedRow> saved_rows(const Rows& rows) {
  std::vector<SavedRow> saved;
  saved.reserve(rows.size());
  for (const Row& row : rows) {
    saved.push_back({.kind = std::stoi(*row.at(0)),
                     .number = std::stoll(*row.at(1)),
                     .second = row.at(2) ? std::optional<std::int64_t>(std::stoll(*row.at(2))) : std::nullopt,
                     .flag = std::stoi(*row.at(3)),
                     .data = *row.at(4),
                     .id = *row.at(5),
                     .parent_id = *row.at(6),
                     .run_id = *row.at(7),
                     .channels = *row.at(8),
                     .value_numbers = *row.at(9)});
  }
  return saved;
}

std::string join_array(const std::vector<std::string>& items) {
  std::string array = "{";
  for (const std::string& item : items) {
    if (array.size() > 1) array += ',';
    array += item;
  }
  return array + "}";
}

/// Checkpoints as the database takes them: a column for each of their parts.
class Put {
 public:
  void add(const ThreadKey& thread, const graph::NewCheckpoint& put) {
    const graph::Checkpoint& checkpoint = put.checkpoint;
    require_names(thread, checkpoint);
    graph::require_known_format(thread, checkpoint.id, checkpoint.format);
    LastCheckpoints::Bytes bytes;
    std::vector<std::string> channels;
    for (const graph::ChannelValue& value : put.changed) {
      channels.push_back(std::to_string(value.channel));
      deltas_.emplace_back(value.is_delta ? "t" : "f");
      values_.push_back(write_value(checkpoint, value));
      bytes.changed.push_back(values_.back().size());
    }
    changed_.push_back(join_array(channels));
    ids_.push_back(checkpoint.id);
    runs_.push_back(checkpoint.run_id);
    formats_.push_back(std::to_string(checkpoint.format));
    names_.push_back(postgres::text_array(*checkpoint.channels));
    datas_.push_back(write_checkpoint(checkpoint));
    bytes.checkpoint = datas_.back().size();
    bytes_.push_back(std::move(bytes));
  }

  Query query(const ThreadKey& thread, const graph::Checkpoint& first) const {
    return {
        .sql = kPut,
        .parameters = {thread.thread_id, thread.path, first.parent_id, first.is_branch ? "t" : "f",
                       postgres::text_array(ids_), postgres::text_array(runs_), join_array(formats_),
                       postgres::text_array(names_), postgres::text_array(datas_),
                       postgres::text_array(changed_), join_array(deltas_), postgres::text_array(values_)}};
  }
  const std::vector<LastCheckpoints::Bytes>& bytes() const { return bytes_; }

 private:
  std::vector<std::string> ids_;
  std::vector<std::string> runs_;
  std::vector<std::string> formats_;
  std::vector<std::string> names_;
  std::vector<std::string> datas_;
  std::vector<std::string> changed_;
  std::vector<std::string> deltas_;  ///< of all that changed, as `values_`
  std::vector<std::string> values_;
  std::vector<LastCheckpoints::Bytes> bytes_;
};

}  // namespace

PostgresSaver::PostgresSaver(postgres::Settings settings, base::Pool& disk, base::Clock& clock,
                             LastCheckpoints::Limits remembered)
    : server_(std::move(settings), disk, clock, postgres_migrations()), last_(remembered) {}

base::Task<std::string> PostgresSaver::call(Query query, std::string_view sql_again) {
  const Rows rows = co_await server_.ask(std::move(query), sql_again);
  co_return rows.at(0).at(0).value_or("");
}

void PostgresSaver::take_folded(const ThreadKey& thread, const std::string& checkpoint_id,
                                graph::SavedValues values) {
  last_.take_folded(thread, checkpoint_id, std::move(values));
}

base::Task<void> PostgresSaver::put(ThreadKey thread, graph::Checkpoint checkpoint,
                                    std::vector<graph::ChannelValue> changed) {
  std::vector<graph::NewCheckpoint> one;
  one.push_back({std::move(checkpoint), std::move(changed)});
  return put_in_order(std::move(thread), std::move(one));
}

base::Task<void> PostgresSaver::put_in_order(ThreadKey thread,
                                             std::vector<graph::NewCheckpoint> checkpoints) {
  Put put;
  for (const graph::NewCheckpoint& each : checkpoints) put.add(thread, each);
  const graph::Checkpoint& first = checkpoints.front().checkpoint;
  const std::string outcome = co_await call(put.query(thread, first), kPutAgain);
  if (outcome == "moved on") graph::throw_moved_on(thread);
  if (outcome != "done") graph::throw_no_checkpoint(thread, first.parent_id);
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    last_.follow(thread, std::move(checkpoints[i]), put.bytes()[i]);
  }
}

base::Task<void> PostgresSaver::put_record(ThreadKey thread, std::string checkpoint_id,
                                           graph::TaskRecord record) {
  Query query{.sql = "SELECT pharos.put_record($1, $2, $3, $4, $5)",
              .parameters = {thread.thread_id, thread.path, checkpoint_id, std::to_string(record.place),
                             write_record(record)}};
  const std::string outcome = co_await call(std::move(query));
  if (outcome != "done") graph::throw_no_checkpoint(thread, checkpoint_id);
}

base::Task<std::optional<graph::SavedCheckpoint>> PostgresSaver::get(ThreadKey thread,
                                                                     std::string checkpoint_id) {
  const bool is_last = checkpoint_id.empty();
  if (is_last && last_.has(thread)) {
    auto remembered = co_await get_remembered(thread);
    if (remembered) co_return remembered;
  }
  Query query{.sql = is_last ? kReadLatest : kReadOne, .parameters = {thread.thread_id, thread.path}};
  if (!is_last) query.parameters.emplace_back(checkpoint_id);
  const Rows answer = co_await server_.ask(std::move(query));
  const std::vector<SavedRow> rows = saved_rows(answer);
  auto found = read_checkpoints(thread, rows);
  if (found.empty()) co_return std::nullopt;
  if (is_last) last_.remember(thread, found.front(), bytes_of(rows));
  co_return std::move(found.front());
}

/// The thread's last checkpoint from memory; nothing when the database says that another one is the last.
base::Task<std::optional<graph::SavedCheckpoint>> PostgresSaver::get_remembered(ThreadKey thread) {
  Query query{.sql = kReadNewest, .parameters = {thread.thread_id, thread.path}};
  const Rows rows = co_await server_.ask(std::move(query));
  auto newest = read_newest(thread, newest_rows(rows));
  if (!newest) co_return std::nullopt;
  auto remembered = last_.find(thread, newest->id);
  if (!remembered) co_return std::nullopt;
  co_return refreshed(*std::move(remembered), *std::move(newest));
}

base::Task<std::vector<graph::SavedCheckpoint>> PostgresSaver::list(ThreadKey thread,
                                                                    graph::ListQuery query) {
  const Field limit = query.limit == 0 ? Field() : Field(std::to_string(query.limit));
  Query page{.sql = kReadPage, .parameters = {thread.thread_id, thread.path, limit}};
  if (!query.before.empty()) {
    page.sql = kReadOlder;
    page.parameters.emplace_back(query.before);
  }
  const Rows rows = co_await server_.ask(std::move(page));
  if (rows.empty() && !query.before.empty()) {
    Query exists{.sql = kExists, .parameters = {thread.thread_id, thread.path, query.before}};
    const Rows found = co_await server_.ask(std::move(exists));
    if (found.empty()) graph::throw_no_checkpoint(thread, query.before);
  }
  co_return read_checkpoints(thread, saved_rows(rows));
}

base::Task<void> PostgresSaver::copy_thread(std::string from, std::string to) {
  require_name(to, "thread's name");
  Query query{.sql = "SELECT pharos.copy_thread($1, $2)", .parameters = {from, to}};
  const std::string outcome = co_await call(std::move(query));
  if (outcome == "no thread") graph::throw_no_thread(from);
  if (outcome == "thread exists") graph::throw_thread_exists(to);
}

base::Task<void> PostgresSaver::prune(std::string thread_id) {
  Query query{.sql = "SELECT pharos.prune($1)", .parameters = {std::move(thread_id)}};
  co_await call(std::move(query));
}

base::Task<void> PostgresSaver::delete_run(std::string thread_id, std::string run_id) {
  Query query{.sql = "SELECT pharos.delete_run($1, $2)", .parameters = {thread_id, std::move(run_id)}};
  co_await call(std::move(query));
  last_.forget(thread_id);
}

base::Task<void> PostgresSaver::delete_thread(std::string thread_id) {
  Query query{.sql = "SELECT pharos.delete_thread($1)", .parameters = {thread_id}};
  co_await call(std::move(query));
  last_.forget(thread_id);
}

}  // namespace pharos::storage
