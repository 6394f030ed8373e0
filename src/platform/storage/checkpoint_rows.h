// How checkpoints lie in tables, whichever database has them: one row a checkpoint, one a value, one a
// record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/graph/saver.h"

namespace pharos::storage {

namespace json = boost::json;

/// Everything about a checkpoint but its ids, channels and values, as JSON without what is empty.
std::string write_checkpoint(const graph::Checkpoint& checkpoint);
std::string write_channels(const std::vector<std::string>& channels);
std::string write_record(const graph::TaskRecord& record);
/// Throws base::Error (kInvalidInput) when a value could not be read back.
std::string write_value(const graph::Checkpoint& checkpoint, const graph::ChannelValue& value);

/// Of each channel the number of its value; nothing for one that was never written.
using ValueNumbers = std::vector<std::optional<std::int64_t>>;
std::string write_numbers(const ValueNumbers& numbers);
ValueNumbers read_numbers(std::string_view text);
std::vector<std::string> read_channels(std::string_view text);

/// What a checkpoint inherits: the parent's numbers in the order of `channels`, as a graph's fields may have
/// changed since.
ValueNumbers inherited_numbers(const std::vector<std::string>& parent_channels, const ValueNumbers& numbers,
                               const std::vector<std::string>& channels);

/// Throws base::Error (kInvalidInput) for a name that a database would cut short or refuse.
void require_names(const graph::ThreadKey& thread, const graph::Checkpoint& checkpoint);
void require_name(std::string_view name, std::string_view what);

/// One row of an answer to the question for checkpoints: of a checkpoint, of a value or of a record.
struct SavedRow {
  enum Kind : int { kCheckpoint = 0, kValue = 1, kRecord = 2 };

  int kind = kCheckpoint;
  std::int64_t number = 0;             ///< of the checkpoint, the value, the record's checkpoint
  std::optional<std::int64_t> second;  ///< of a value: what it is folded onto; of a record: its place
  int flag = 0;                        ///< of a checkpoint: its format; of a value: 1 for a delta
  std::string data;
  std::string id;
  std::string parent_id;
  std::string run_id;
  std::string channels;
  std::string value_numbers;
};

/// What tells a reader who remembers the rest whether it is still right.
struct NewestRow {
  std::string id;
  std::string parent_id;
  std::vector<graph::TaskRecord> records;
};
/// Of an answer with a thread's last checkpoint, only its ids, and the records; nothing for an empty one.
std::optional<NewestRow> read_newest(const graph::ThreadKey& thread, std::vector<SavedRow> rows);
/// A checkpoint that was remembered, with what may have changed about it since.
graph::SavedCheckpoint refreshed(graph::SavedCheckpoint remembered, NewestRow newest);
std::size_t bytes_of(const std::vector<SavedRow>& rows);

/// The checkpoints of an answer, newest first.
std::vector<graph::SavedCheckpoint> read_checkpoints(const graph::ThreadKey& thread,
                                                     const std::vector<SavedRow>& rows);

}  // namespace pharos::storage
