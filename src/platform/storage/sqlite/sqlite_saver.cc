#include "platform/storage/sqlite/sqlite_saver.h"

#include <limits>
#include <utility>

#include "platform/storage/checkpoint_rows.h"

namespace pharos::storage {
namespace {

using graph::ThreadKey;
using sqlite::Connection;
using sqlite::Statement;

std::optional<std::int64_t> find_line(Connection& connection, const ThreadKey& thread) {
  Statement& find = connection.statement("SELECT id FROM lines WHERE thread_id = ? AND path = ?");
  if (!find.bind(thread.thread_id).bind(thread.path).step()) return std::nullopt;
  return find.number(0);
}

std::vector<std::int64_t> lines_of(Connection& connection, const std::string& thread_id) {
  Statement& find = connection.statement("SELECT id FROM lines WHERE thread_id = ?");
  find.bind(thread_id);
  std::vector<std::int64_t> lines;
  while (find.step()) lines.push_back(find.number(0));
  return lines;
}

std::int64_t add_line(Connection& connection, std::string_view thread_id, std::string_view path) {
  Statement& add = connection.statement("INSERT INTO lines (thread_id, path) VALUES (?, ?) RETURNING id");
  add.bind(thread_id).bind(path).step();
  const std::int64_t id = add.number(0);
  while (add.step()) continue;
  return id;
}

struct Parent {
  std::int64_t number = 0;
  std::int64_t shape = 0;
  std::string channels;
  ValueNumbers values;
};

std::optional<Parent> find_checkpoint(Connection& connection, std::int64_t line, const std::string& id) {
  Statement& find = connection.statement(
      "SELECT c.number, c.shape, s.channels, c.value_numbers FROM checkpoints c"
      " JOIN shapes s ON s.line = c.line AND s.number = c.shape WHERE c.line = ? AND c.id = ?");
  if (!find.bind(line).bind(id).step()) return std::nullopt;
  return Parent{.number = find.number(0),
                .shape = find.number(1),
                .channels = find.text(2),
                .values = read_numbers(find.text(3))};
}

std::int64_t next_number(Connection& connection, std::string_view largest, std::int64_t line) {
  Statement& find = connection.statement(largest);
  find.bind(line).step();
  return find.number(0) + 1;
}

std::int64_t shape_of(Connection& connection, std::int64_t line, const std::string& channels) {
  Statement& find = connection.statement("SELECT number FROM shapes WHERE line = ? AND channels = ?");
  if (find.bind(line).bind(channels).step()) return find.number(0);
  const std::int64_t number =
      next_number(connection, "SELECT coalesce(max(number), 0) FROM shapes WHERE line = ?", line);
  connection.statement("INSERT INTO shapes (line, number, channels) VALUES (?, ?, ?)")
      .bind(line)
      .bind(number)
      .bind(channels)
      .step();
  return number;
}

/// A checkpoint as text, made before the database is asked for anything.
struct Written {
  ThreadKey thread;
  std::string id;
  std::string parent_id;
  std::string run_id;
  bool is_branch = false;
  int format = 0;
  std::vector<std::string> channel_names;
  std::string channels;
  std::string data;
  struct Value {
    std::uint32_t channel = 0;
    bool is_delta = false;
    std::string text;
  };
  std::vector<Value> values;
};

Written write(const ThreadKey& thread, const graph::NewCheckpoint& put) {
  const graph::Checkpoint& checkpoint = put.checkpoint;
  require_names(thread, checkpoint);
  graph::require_known_format(thread, checkpoint.id, checkpoint.format);
  Written written{.thread = thread,
                  .id = checkpoint.id,
                  .parent_id = checkpoint.parent_id,
                  .run_id = checkpoint.run_id,
                  .is_branch = checkpoint.is_branch,
                  .format = checkpoint.format,
                  .channel_names = *checkpoint.channels,
                  .channels = write_channels(*checkpoint.channels),
                  .data = write_checkpoint(checkpoint),
                  .values = {}};
  for (const graph::ChannelValue& value : put.changed) {
    written.values.push_back(
        {.channel = value.channel, .is_delta = value.is_delta, .text = write_value(checkpoint, value)});
  }
  return written;
}

LastCheckpoints::Bytes bytes_of(const Written& written) {
  LastCheckpoints::Bytes bytes{.checkpoint = written.data.size(), .changed = {}};
  for (const Written::Value& value : written.values) bytes.changed.push_back(value.text.size());
  return bytes;
}

void insert_values(Connection& connection, std::int64_t line, const Written& written, ValueNumbers& numbers) {
  if (written.values.empty()) return;
  std::int64_t number =
      next_number(connection, "SELECT coalesce(max(number), 0) FROM channel_values WHERE line = ?", line);
  for (const Written::Value& value : written.values) {
    std::optional<std::int64_t>& place = numbers.at(value.channel);
    connection
        .statement("INSERT INTO channel_values (line, number, is_delta, onto, value) VALUES (?, ?, ?, ?, ?)")
        .bind(line)
        .bind(number)
        .bind(static_cast<std::int64_t>(value.is_delta))
        .bind(value.is_delta ? place : std::nullopt)
        .bind(value.text)
        .step();
    place = number++;
  }
}

void insert_checkpoint(Connection& connection, const Written& written) {
  std::optional<std::int64_t> line = find_line(connection, written.thread);
  std::optional<Parent> parent;
  if (!written.parent_id.empty()) {
    if (line) parent = find_checkpoint(connection, *line, written.parent_id);
    if (!parent) graph::throw_no_checkpoint(written.thread, written.parent_id);
  }
  if (!line) line = add_line(connection, written.thread.thread_id, written.thread.path);
  const std::int64_t number =
      next_number(connection, "SELECT coalesce(max(number), 0) FROM checkpoints WHERE line = ?", *line);
  const bool follows = (parent ? parent->number : 0) + 1 == number;
  if (!follows && !written.is_branch) graph::throw_moved_on(written.thread);
  ValueNumbers numbers(written.channel_names.size());
  const bool same_shape = parent && parent->channels == written.channels;
  if (same_shape) {
    numbers = std::move(parent->values);
  } else if (parent) {
    numbers = inherited_numbers(read_channels(parent->channels), parent->values, written.channel_names);
  }
  insert_values(connection, *line, written, numbers);
  const std::int64_t shape = same_shape ? parent->shape : shape_of(connection, *line, written.channels);
  connection
      .statement(
          "INSERT INTO checkpoints (line, number, id, parent, run_id, format, shape, value_numbers, data)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(*line)
      .bind(number)
      .bind(written.id)
      .bind(parent ? std::optional(parent->number) : std::nullopt)
      .bind(written.run_id)
      .bind(static_cast<std::int64_t>(written.format))
      .bind(shape)
      .bind(write_numbers(numbers))
      .bind(written.data)
      .step();
}

/// The rows that a page of checkpoints is read from, on one state of the database.
#define PHAROS_READ_PAGE(page)                                                                          \
  "WITH RECURSIVE page AS MATERIALIZED (" page                                                          \
  "), needed (number) AS ("                                                                             \
  " SELECT each.value FROM page, json_each(page.value_numbers) each WHERE each.value IS NOT NULL"       \
  " UNION SELECT v.onto FROM needed n JOIN channel_values v ON v.line = ?1 AND v.number = n.number"     \
  " WHERE v.onto IS NOT NULL)"                                                                          \
  " SELECT 0, p.number, NULL, p.format, p.data, p.id,"                                                  \
  "  (SELECT c.id FROM checkpoints c WHERE c.line = ?1 AND c.number = p.parent), p.run_id, s.channels," \
  "  p.value_numbers FROM page p JOIN shapes s ON s.line = ?1 AND s.number = p.shape"                   \
  " UNION ALL SELECT 1, v.number, v.onto, v.is_delta, v.value, '', '', '', '', ''"                      \
  "  FROM needed n JOIN channel_values v ON v.line = ?1 AND v.number = n.number"                        \
  " UNION ALL SELECT 2, r.checkpoint, r.place, 0, r.data, '', '', '', '', ''"                           \
  "  FROM page p JOIN records r ON r.line = ?1 AND r.checkpoint = p.number"

constexpr std::string_view kReadOne =
    PHAROS_READ_PAGE("SELECT * FROM checkpoints WHERE line = ?1 AND id = ?2 LIMIT ?3");
constexpr std::string_view kReadOlder = PHAROS_READ_PAGE(
    "SELECT * FROM checkpoints WHERE line = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");
#undef PHAROS_READ_PAGE

constexpr std::string_view kReadNewest =
    "WITH page AS MATERIALIZED (SELECT number, id, parent FROM checkpoints WHERE line = ?1"
    " ORDER BY number DESC LIMIT 1)"
    " SELECT 0, p.number, '', p.id, (SELECT c.id FROM checkpoints c WHERE c.line = ?1 AND c.number = "
    "p.parent)"
    "  FROM page p"
    " UNION ALL SELECT 2, r.place, r.data, '', ''"
    "  FROM page p JOIN records r ON r.line = ?1 AND r.checkpoint = p.number";

std::vector<SavedRow> read_rows(Statement& read) {
  std::vector<SavedRow> rows;
  while (read.step()) {
    rows.push_back({.kind = static_cast<int>(read.number(0)),
                    .number = read.number(1),
                    .second = read.is_null(2) ? std::nullopt : std::optional(read.number(2)),
                    .flag = static_cast<int>(read.number(3)),
                    .data = read.text(4),
                    .id = read.text(5),
                    .parent_id = read.text(6),
                    .run_id = read.text(7),
                    .channels = read.text(8),
                    .value_numbers = read.text(9)});
  }
  return rows;
}

constexpr std::int64_t kAfterAll = std::numeric_limits<std::int64_t>::max();

std::vector<graph::SavedCheckpoint> read_older(Connection& connection, const ThreadKey& thread,
                                               const graph::ListQuery& query) {
  const std::optional<std::int64_t> line = find_line(connection, thread);
  if (!line) return {};
  std::int64_t before = kAfterAll;
  if (!query.before.empty()) {
    const auto found = find_checkpoint(connection, *line, query.before);
    if (!found) graph::throw_no_checkpoint(thread, query.before);
    before = found->number;
  }
  const std::int64_t limit = query.limit == 0 ? -1 : static_cast<std::int64_t>(query.limit);
  Statement& read = connection.statement(kReadOlder).bind(*line).bind(before).bind(limit);
  return read_checkpoints(thread, read_rows(read));
}

std::optional<graph::SavedCheckpoint> read_one(Connection& connection, const ThreadKey& thread,
                                               const std::string& id) {
  const std::optional<std::int64_t> line = find_line(connection, thread);
  if (!line) return std::nullopt;
  Statement& read = connection.statement(kReadOne).bind(*line).bind(id).bind(std::int64_t{1});
  auto found = read_checkpoints(thread, read_rows(read));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<SavedRow> read_newest_rows(Statement& read) {
  std::vector<SavedRow> rows;
  while (read.step()) {
    rows.push_back({.kind = static_cast<int>(read.number(0)),
                    .number = read.number(1),
                    .data = read.text(2),
                    .id = read.text(3),
                    .parent_id = read.text(4)});
  }
  return rows;
}

/// From memory when it has the one that the file says is the last.
std::optional<graph::SavedCheckpoint> read_last(Connection& connection, const ThreadKey& thread,
                                                LastCheckpoints& last) {
  const std::optional<std::int64_t> line = find_line(connection, thread);
  if (!line) return std::nullopt;
  if (last.has(thread)) {
    auto newest = read_newest(thread, read_newest_rows(connection.statement(kReadNewest).bind(*line)));
    auto remembered = newest ? last.find(thread, newest->id) : std::nullopt;
    if (remembered) return refreshed(*std::move(remembered), *std::move(newest));
  }
  const auto rows =
      read_rows(connection.statement(kReadOlder).bind(*line).bind(kAfterAll).bind(std::int64_t{1}));
  auto found = read_checkpoints(thread, rows);
  if (found.empty()) return std::nullopt;
  last.remember(thread, found.front(), bytes_of(rows));
  return std::move(found.front());
}

/// Drops the values and shapes that no checkpoint of the line rests on any more, and the line when it is
/// empty.
void sweep(Connection& connection, std::int64_t line) {
  for (const std::string_view statement :
       {"DELETE FROM channel_values WHERE line = ?1 AND number NOT IN ("
        "WITH RECURSIVE needed (number) AS ("
        " SELECT each.value FROM checkpoints c, json_each(c.value_numbers) each"
        "  WHERE c.line = ?1 AND each.value IS NOT NULL"
        " UNION SELECT v.onto FROM needed n JOIN channel_values v ON v.line = ?1 AND v.number = n.number"
        "  WHERE v.onto IS NOT NULL) SELECT number FROM needed)",
        "DELETE FROM shapes WHERE line = ?1 AND number NOT IN"
        " (SELECT shape FROM checkpoints WHERE line = ?1)",
        "DELETE FROM lines WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE line = ?1)"}) {
    connection.statement(statement).bind(line).step();
  }
}

void prune_line(Connection& connection, std::int64_t line) {
  connection
      .statement(
          "DELETE FROM checkpoints WHERE line = ?1"
          " AND number < (SELECT max(number) FROM checkpoints WHERE line = ?1)")
      .bind(line)
      .step();
  connection.statement("UPDATE checkpoints SET parent = NULL WHERE line = ?").bind(line).step();
  sweep(connection, line);
}

/// Newest first: a checkpoint is handed from one parent that goes to the next until it finds one that stays.
void delete_run_of_line(Connection& connection, std::int64_t line, const std::string& run_id) {
  Statement& find = connection.statement(
      "SELECT number, parent FROM checkpoints WHERE line = ? AND run_id = ? ORDER BY number DESC");
  find.bind(line).bind(run_id);
  std::vector<std::pair<std::int64_t, std::optional<std::int64_t>>> gone;
  while (find.step()) {
    gone.emplace_back(find.number(0), find.is_null(1) ? std::nullopt : std::optional(find.number(1)));
  }
  for (const auto& [number, parent] : gone) {
    connection.statement("UPDATE checkpoints SET parent = ? WHERE line = ? AND parent = ?")
        .bind(parent)
        .bind(line)
        .bind(number)
        .step();
    connection.statement("DELETE FROM checkpoints WHERE line = ? AND number = ?")
        .bind(line)
        .bind(number)
        .step();
  }
  if (!gone.empty()) sweep(connection, line);
}

void copy_line(Connection& connection, std::int64_t from, std::int64_t to) {
  for (const std::string_view statement :
       {"INSERT INTO shapes SELECT ?2, number, channels FROM shapes WHERE line = ?1",
        "INSERT INTO channel_values SELECT ?2, number, is_delta, onto, value FROM channel_values"
        " WHERE line = ?1 ORDER BY number",
        "INSERT INTO checkpoints SELECT ?2, number, id, parent, run_id, format, shape, value_numbers, data"
        " FROM checkpoints WHERE line = ?1 ORDER BY number",
        "INSERT INTO records SELECT ?2, checkpoint, place, data FROM records WHERE line = ?1"}) {
    connection.statement(statement).bind(from).bind(to).step();
  }
}

void copy_lines(Connection& connection, const std::string& from, const std::string& to) {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  Statement& find = connection.statement("SELECT id, path FROM lines WHERE thread_id = ? ORDER BY path");
  find.bind(from);
  while (find.step()) lines.emplace_back(find.number(0), find.text(1));
  if (lines.empty()) graph::throw_no_thread(from);
  if (!lines_of(connection, to).empty()) graph::throw_thread_exists(to);
  for (const auto& [line, path] : lines) copy_line(connection, line, add_line(connection, to, path));
}

void insert_record(Connection& connection, const ThreadKey& thread, const std::string& checkpoint_id,
                   std::int64_t place, const std::string& data) {
  const std::optional<std::int64_t> line = find_line(connection, thread);
  const auto checkpoint = line ? find_checkpoint(connection, *line, checkpoint_id) : std::nullopt;
  if (!checkpoint) graph::throw_no_checkpoint(thread, checkpoint_id);
  connection.statement("INSERT OR REPLACE INTO records (line, checkpoint, place, data) VALUES (?, ?, ?, ?)")
      .bind(*line)
      .bind(checkpoint->number)
      .bind(place)
      .bind(data)
      .step();
}

}  // namespace

SqliteSaver::SqliteSaver(std::filesystem::path file, base::Pool& disk, LastCheckpoints::Limits remembered)
    : database_(std::move(file), disk, sqlite_migrations()),
      last_(std::make_shared<LastCheckpoints>(remembered)) {}

void SqliteSaver::take_folded(const ThreadKey& thread, const std::string& checkpoint_id,
                              graph::SavedValues values) {
  last_->take_folded(thread, checkpoint_id, std::move(values));
}

base::Task<void> SqliteSaver::put(ThreadKey thread, graph::Checkpoint checkpoint,
                                  std::vector<graph::ChannelValue> changed) {
  std::vector<graph::NewCheckpoint> one;
  one.push_back({std::move(checkpoint), std::move(changed)});
  return put_in_order(std::move(thread), std::move(one));
}

base::Task<void> SqliteSaver::put_in_order(ThreadKey thread, std::vector<graph::NewCheckpoint> checkpoints) {
  std::vector<Written> written;
  std::vector<LastCheckpoints::Bytes> bytes;
  for (const graph::NewCheckpoint& each : checkpoints) {
    written.push_back(write(thread, each));
    bytes.push_back(bytes_of(written.back()));
  }
  co_await database_.write([written = std::move(written)](Connection& connection) {
    for (const Written& each : written) insert_checkpoint(connection, each);
  });
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    last_->follow(thread, std::move(checkpoints[i]), bytes[i]);
  }
}

base::Task<void> SqliteSaver::put_record(ThreadKey thread, std::string checkpoint_id,
                                         graph::TaskRecord record) {
  const std::int64_t place = record.place;
  auto work = [thread = std::move(thread), id = std::move(checkpoint_id), place, data = write_record(record)](
                  Connection& connection) { insert_record(connection, thread, id, place, data); };
  co_await database_.write(std::move(work));
}

base::Task<std::optional<graph::SavedCheckpoint>> SqliteSaver::get(ThreadKey thread,
                                                                   std::string checkpoint_id) {
  auto work = [thread = std::move(thread), id = std::move(checkpoint_id),
               last = last_](Connection& connection) {
    return id.empty() ? read_last(connection, thread, *last) : read_one(connection, thread, id);
  };
  return database_.read(std::move(work));
}

base::Task<std::vector<graph::SavedCheckpoint>> SqliteSaver::list(ThreadKey thread, graph::ListQuery query) {
  auto work = [thread = std::move(thread), query = std::move(query)](Connection& connection) {
    return read_older(connection, thread, query);
  };
  return database_.read(std::move(work));
}

base::Task<void> SqliteSaver::copy_thread(std::string from, std::string to) {
  require_name(to, "thread's name");
  auto work = [from = std::move(from), to = std::move(to)](Connection& connection) {
    copy_lines(connection, from, to);
  };
  return database_.write(std::move(work));
}

base::Task<void> SqliteSaver::prune(std::string thread_id) {
  auto work = [thread_id = std::move(thread_id)](Connection& connection) {
    for (const std::int64_t line : lines_of(connection, thread_id)) prune_line(connection, line);
  };
  return database_.write(std::move(work));
}

base::Task<void> SqliteSaver::delete_run(std::string thread_id, std::string run_id) {
  auto work = [thread_id, run_id = std::move(run_id)](Connection& connection) {
    for (const std::int64_t line : lines_of(connection, thread_id)) {
      delete_run_of_line(connection, line, run_id);
    }
  };
  co_await database_.write(std::move(work));
  last_->forget(thread_id);
}

base::Task<void> SqliteSaver::delete_thread(std::string thread_id) {
  auto work = [thread_id](Connection& connection) {
    connection.statement("DELETE FROM lines WHERE thread_id = ?").bind(thread_id).step();
  };
  co_await database_.write(std::move(work));
  last_->forget(thread_id);
}

}  // namespace pharos::storage
