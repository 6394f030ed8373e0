#include "platform/storage/checkpoint_rows.h"

#include <algorithm>
#include <map>
#include <memory>
#include <ranges>
#include <unordered_map>
#include <utility>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/storage/json_text.h"

// The shapes below are the saved format 1. A field may be added with a default; any other change is a new
// format, and read_checkpoint migrates what is older.
namespace pharos::base {
BOOST_DESCRIBE_ENUM(Code, kInvalidInput, kNotFound, kConflict, kTooLarge, kUnsupported, kTimeout, kCancelled,
                    kUnavailable, kInternal)
}  // namespace pharos::base

namespace pharos::graph {
BOOST_DESCRIBE_STRUCT(NextTask, (), (node, is_send, argument))
BOOST_DESCRIBE_STRUCT(Arrivals, (), (join, nodes))
BOOST_DESCRIBE_STRUCT(TaskRecord::FieldWrite, (), (channel, overwrite, value))
BOOST_DESCRIBE_STRUCT(Interrupt, (), (id, node, value))
BOOST_DESCRIBE_STRUCT(HandledFailure, (), (code, reason, attempts, asked, called, routed))
BOOST_DESCRIBE_STRUCT(TaskRecord, (),
                      (task_id, node, place, finished, writes, targets, error, interrupts, answers, handled))
}  // namespace pharos::graph

namespace pharos::storage {
namespace {

struct StoredCheckpoint {
  std::int64_t created_at = 0;  // nanoseconds since 1970
  graph::Source source = graph::Source::kInput;
  int step = 0;
  json::object metadata;
  std::vector<std::uint64_t> versions;
  std::vector<graph::NextTask> next;
  std::vector<graph::Arrivals> arrivals;
  std::vector<std::string> ran;
};
BOOST_DESCRIBE_STRUCT(StoredCheckpoint, (),
                      (created_at, source, step, metadata, versions, next, arrivals, ran))

bool is_empty(const json::value& value) {
  return value.is_null() || (value.is_bool() && !value.get_bool()) ||
         (value.is_array() && value.get_array().empty()) || (value.is_object() && value.get_object().empty());
}

/// Leaves out the members that reading would fill in by itself: most of a checkpoint is empty.
json::object without_empty(const json::object& object) {
  json::object kept;
  for (const auto& member : object) {
    if (!is_empty(member.value())) kept.emplace(member.key(), member.value());
  }
  return kept;
}

void slim(json::value& list) {
  for (json::value& item : list.get_array()) item = without_empty(item.get_object());
}

std::string place_of(const graph::ThreadKey& thread, std::string_view id) {
  return fmt::format("checkpoint '{}' of thread '{}'", id, thread.thread_id);
}

graph::Checkpoint read_checkpoint(const graph::ThreadKey& thread, const SavedRow& row) {
  graph::require_known_format(thread, row.id, row.flag);
  const std::string place = place_of(thread, row.id);
  auto stored = base::from_json<StoredCheckpoint>(read_json(row.data, place), place);
  const auto created = std::chrono::nanoseconds(stored.created_at);
  return {.format = graph::kCheckpointFormat,
          .id = row.id,
          .parent_id = row.parent_id,
          .run_id = row.run_id,
          .created_at = base::WallTime(std::chrono::duration_cast<base::WallTime::duration>(created)),
          .source = stored.source,
          .step = stored.step,
          .metadata = std::move(stored.metadata),
          .channels = nullptr,
          .versions = std::move(stored.versions),
          .next = std::move(stored.next),
          .arrivals = std::move(stored.arrivals),
          .ran = std::move(stored.ran)};
}

struct StoredValue {
  json::value value;
  bool is_delta = false;
  std::optional<std::int64_t> onto;
};
using StoredValues = std::unordered_map<std::int64_t, StoredValue>;

/// The value of one channel: back over the deltas to the snapshot, then the writes in their order.
void add_value(const std::string& channel, std::int64_t number, const StoredValues& values,
               const std::string& place, graph::SavedCheckpoint& saved) {
  std::vector<const StoredValue*> deltas;
  for (std::optional<std::int64_t> at = number; at;) {
    const auto found = values.find(*at);
    if (found == values.end()) {
      throw base::Error(base::Code::kInternal, fmt::format("{} has lost the value of '{}'", place, channel));
    }
    if (!found->second.is_delta) {
      saved.values.emplace(channel, found->second.value);
      break;
    }
    deltas.push_back(&found->second);
    at = found->second.onto;
  }
  if (deltas.empty()) return;
  std::vector<graph::SavedValue>& writes = saved.deltas[channel];
  for (const StoredValue* delta : deltas | std::views::reverse) {
    if (!delta->value.is_array()) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("{}: the saved writes of '{}' are no list", place, channel));
    }
    const json::array& added = delta->value.get_array();
    writes.insert(writes.end(), added.begin(), added.end());
  }
}

graph::TaskRecord read_record(const SavedRow& row, const std::string& what) {
  return base::from_json<graph::TaskRecord>(read_json(row.data, what), what);
}

}  // namespace

std::string write_checkpoint(const graph::Checkpoint& checkpoint) {
  const auto since = checkpoint.created_at.time_since_epoch();
  const StoredCheckpoint stored{
      .created_at = std::chrono::duration_cast<std::chrono::nanoseconds>(since).count(),
      .source = checkpoint.source,
      .step = checkpoint.step,
      .metadata = checkpoint.metadata,
      .versions = checkpoint.versions,
      .next = checkpoint.next,
      .arrivals = checkpoint.arrivals,
      .ran = checkpoint.ran};
  json::value json = base::to_json(stored);
  slim(json.at("next"));
  return write_json(without_empty(json.get_object()), fmt::format("checkpoint '{}'", checkpoint.id));
}

std::string write_channels(const std::vector<std::string>& channels) {
  return write_json(base::to_json(channels), "the names of the state's fields");
}

std::string write_record(const graph::TaskRecord& record) {
  json::value json = base::to_json(record);
  slim(json.at("writes"));
  slim(json.at("targets"));
  json::object kept = without_empty(json.get_object());
  if (record.finished) {
    kept.erase("finished");  // what reading fills in
  } else {
    kept["finished"] = false;
  }
  return write_json(kept, fmt::format("what node '{}' has done", record.node));
}

std::string write_value(const graph::Checkpoint& checkpoint, const graph::ChannelValue& value) {
  const std::string what = fmt::format("field '{}'", checkpoint.channels->at(value.channel));
  return write_json(value.is_delta ? base::to_json(value.writes) : value.value.to_json(), what);
}

std::string write_numbers(const ValueNumbers& numbers) {
  return write_json(base::to_json(numbers), "the numbers of values");
}

ValueNumbers read_numbers(std::string_view text) {
  return base::from_json<ValueNumbers>(read_json(text, "the numbers of values"), "the numbers of values");
}

std::vector<std::string> read_channels(std::string_view text) {
  return base::from_json<std::vector<std::string>>(read_json(text, "the fields"), "the fields");
}

ValueNumbers inherited_numbers(const std::vector<std::string>& parent_channels, const ValueNumbers& numbers,
                               const std::vector<std::string>& channels) {
  if (parent_channels == channels) return numbers;
  ValueNumbers inherited(channels.size());
  for (std::size_t i = 0; i < parent_channels.size(); ++i) {
    const auto found = std::ranges::find(channels, parent_channels[i]);
    if (found == channels.end()) continue;
    inherited[static_cast<std::size_t>(found - channels.begin())] = numbers.at(i);
  }
  return inherited;
}

void require_name(std::string_view name, std::string_view what) {
  if (name.find('\0') == std::string_view::npos && base::is_utf8(name)) return;
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("a {} must be UTF-8 text without a NUL character", what));
}

void require_names(const graph::ThreadKey& thread, const graph::Checkpoint& checkpoint) {
  require_name(thread.thread_id, "thread's name");
  require_name(thread.path, "subgraph's path");
  require_name(checkpoint.id, "checkpoint's id");
  require_name(checkpoint.parent_id, "checkpoint's id");
  require_name(checkpoint.run_id, "run's id");
}

std::optional<NewestRow> read_newest(const graph::ThreadKey& thread, std::vector<SavedRow> rows) {
  if (rows.empty()) return std::nullopt;
  NewestRow newest;
  const std::string what = fmt::format("thread '{}'", thread.thread_id);
  for (SavedRow& row : rows) {
    if (row.kind == SavedRow::kCheckpoint) {
      newest.id = std::move(row.id);
      newest.parent_id = std::move(row.parent_id);
    } else {
      newest.records.push_back(read_record(row, what));
    }
  }
  std::ranges::sort(newest.records, {}, &graph::TaskRecord::place);
  return newest;
}

graph::SavedCheckpoint refreshed(graph::SavedCheckpoint remembered, NewestRow newest) {
  remembered.checkpoint.parent_id = std::move(newest.parent_id);
  remembered.records = std::move(newest.records);
  return remembered;
}

std::size_t bytes_of(const std::vector<SavedRow>& rows) {
  std::size_t sum = 0;
  for (const SavedRow& row : rows) sum += row.data.size();
  return sum;
}

std::vector<graph::SavedCheckpoint> read_checkpoints(const graph::ThreadKey& thread,
                                                     const std::vector<SavedRow>& rows) {
  StoredValues values;
  std::map<std::int64_t, std::vector<graph::TaskRecord>> records;
  std::vector<const SavedRow*> checkpoints;
  const std::string what = fmt::format("thread '{}'", thread.thread_id);
  for (const SavedRow& row : rows) {
    if (row.kind == SavedRow::kCheckpoint) {
      checkpoints.push_back(&row);
    } else if (row.kind == SavedRow::kValue) {
      values[row.number] = {
          .value = read_json(row.data, what), .is_delta = row.flag != 0, .onto = row.second};
    } else {
      records[row.number].push_back(read_record(row, what));
    }
  }
  std::ranges::sort(checkpoints, std::greater{}, &SavedRow::number);

  std::vector<graph::SavedCheckpoint> read;
  std::map<std::string, std::shared_ptr<const std::vector<std::string>>> shapes;
  for (const SavedRow* row : checkpoints) {
    graph::SavedCheckpoint saved{.checkpoint = read_checkpoint(thread, *row),
                                 .records = records[row->number]};
    std::ranges::sort(saved.records, {}, &graph::TaskRecord::place);
    auto& channels = shapes[row->channels];
    if (!channels) {
      channels = std::make_shared<const std::vector<std::string>>(read_channels(row->channels));
    }
    saved.checkpoint.channels = channels;
    const ValueNumbers numbers = read_numbers(row->value_numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i]) add_value(channels->at(i), *numbers[i], values, place_of(thread, row->id), saved);
    }
    read.push_back(std::move(saved));
  }
  return read;
}

}  // namespace pharos::storage
