#include "core/graph/memory_saver.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "core/graph/packed_id.h"

namespace pharos::graph {

/// A value, or writes to be folded onto the one before. Shared by checkpoints, never changed.
struct MemorySaver::StoredValue {
  StoredValue(ChannelValue given, std::shared_ptr<StoredValue> onto)
      : value(std::move(given.value)),
        writes(std::move(given.writes)),
        is_delta(given.is_delta),
        before(std::move(onto)) {}
  StoredValue(const StoredValue&) = delete;
  StoredValue& operator=(const StoredValue&) = delete;
  /// One after the other: a long row of deltas would take the stack down with it.
  ~StoredValue() {
    while (before && before.use_count() == 1) before = std::exchange(before->before, nullptr);
  }

  SavedValue value;
  std::vector<SavedValue> writes;
  bool is_delta;
  std::shared_ptr<StoredValue> before;
};

/// A checkpoint as it is kept: a server in memory has very many of them.
struct MemorySaver::Entry {
  Entry(Checkpoint from, Values channel_values)
      : id(from.id),
        parent_id(from.parent_id),
        run_id(from.run_id),
        created_at(from.created_at),
        format(from.format),
        step(from.step),
        source(from.source),
        metadata(std::move(from.metadata)),
        channels(std::move(from.channels)),
        values(std::move(channel_values)),
        next(std::move(from.next)),
        arrivals(std::move(from.arrivals)),
        ran(std::move(from.ran)) {}

  Checkpoint checkpoint() const {
    std::vector<std::uint64_t> versions;
    for (const VersionedValue& value : values) versions.push_back(value.version);
    return {.format = format,
            .id = id.text(),
            .parent_id = parent_id.text(),
            .run_id = run_id.text(),
            .created_at = created_at,
            .source = source,
            .step = step,
            .metadata = metadata,
            .channels = channels,
            .versions = std::move(versions),
            .next = next,
            .arrivals = arrivals,
            .ran = ran};
  }

  PackedId id;
  PackedId parent_id;
  PackedId run_id;
  base::WallTime created_at;
  int format;
  int step;
  Source source;
  json::object metadata;
  std::shared_ptr<const std::vector<std::string>> channels;
  Values values;
  std::vector<NextTask> next;
  std::vector<Arrivals> arrivals;
  std::vector<std::string> ran;
  std::vector<TaskRecord> records;
};

MemorySaver::MemorySaver() = default;
MemorySaver::~MemorySaver() = default;

base::Task<void> MemorySaver::put(ThreadKey thread, Checkpoint checkpoint,
                                  std::vector<ChannelValue> changed) {
  put_at_once(thread, std::move(checkpoint), std::move(changed));
  co_return;
}

void MemorySaver::put_at_once(const ThreadKey& thread, Checkpoint checkpoint,
                              std::vector<ChannelValue> changed) {
  require_known_format(thread, checkpoint.id, checkpoint.format);
  const std::lock_guard lock(mutex_);
  Line* line = find_line(thread);
  Values values;
  if (!checkpoint.parent_id.empty()) {
    const Entry* parent = line == nullptr ? nullptr : find_entry(*line, checkpoint.parent_id);
    if (parent == nullptr) throw_no_checkpoint(thread, checkpoint.parent_id);
    values = inherited(*parent, *checkpoint.channels);
  }
  const bool follows = line == nullptr || line->back()->id == PackedId(checkpoint.parent_id);
  if (!follows && !checkpoint.is_branch) throw_moved_on(thread);
  values.resize(checkpoint.channels->size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i].version = checkpoint.versions.at(i);
  for (ChannelValue& each : changed) {
    std::shared_ptr<StoredValue>& place = values.at(each.channel).value;
    std::shared_ptr<StoredValue> before = each.is_delta ? place : nullptr;
    place = std::make_shared<StoredValue>(std::move(each), std::move(before));
  }
  if (line == nullptr) line = &threads_[thread.thread_id][thread.path];
  line->push_back(std::make_unique<Entry>(std::move(checkpoint), std::move(values)));
}

/// The parent's values in the order of `channels`: a graph's fields may have changed since.
MemorySaver::Values MemorySaver::inherited(const Entry& parent, const std::vector<std::string>& channels) {
  const std::vector<std::string>& old = *parent.channels;
  if (&old == &channels || old == channels) return parent.values;
  Values values(channels.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    const auto found = std::ranges::find(channels, old[i]);
    if (found != channels.end())
      values[static_cast<std::size_t>(found - channels.begin())] = parent.values[i];
  }
  return values;
}

base::Task<void> MemorySaver::put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) {
  const std::lock_guard lock(mutex_);
  Line* line = find_line(thread);
  Entry* entry = line == nullptr ? nullptr : find_entry(*line, checkpoint_id);
  if (entry == nullptr) throw_no_checkpoint(thread, checkpoint_id);
  const auto place = std::ranges::lower_bound(entry->records, record.place, {}, &TaskRecord::place);
  if (place != entry->records.end() && place->place == record.place) {
    *place = std::move(record);
  } else {
    entry->records.insert(place, std::move(record));
  }
  co_return;
}

base::Task<std::optional<SavedCheckpoint>> MemorySaver::get(ThreadKey thread, std::string checkpoint_id) {
  const std::lock_guard lock(mutex_);
  Line* line = find_line(thread);
  if (line == nullptr) co_return std::nullopt;
  const Entry* entry = checkpoint_id.empty() ? line->back().get() : find_entry(*line, checkpoint_id);
  if (entry == nullptr) co_return std::nullopt;
  co_return saved(*entry);
}

base::Task<std::vector<SavedCheckpoint>> MemorySaver::list(ThreadKey thread, ListQuery query) {
  const std::lock_guard lock(mutex_);
  std::vector<SavedCheckpoint> found;
  Line* line = find_line(thread);
  if (line == nullptr) co_return found;
  auto entry = line->rbegin();
  if (!query.before.empty()) {
    const PackedId before(query.before);
    const auto same = [&](const auto& each) { return each->id == before; };
    entry = std::find_if(line->rbegin(), line->rend(), same);
    if (entry == line->rend()) throw_no_checkpoint(thread, query.before);
    ++entry;
  }
  for (; entry != line->rend() && (query.limit == 0 || found.size() < query.limit); ++entry) {
    found.push_back(saved(**entry));
  }
  co_return found;
}

base::Task<void> MemorySaver::copy_thread(std::string from, std::string to) {
  const std::lock_guard lock(mutex_);
  const auto lines = threads_.find(from);
  if (lines == threads_.end()) throw_no_thread(from);
  if (threads_.contains(to)) throw_thread_exists(to);
  Lines copy;
  for (const auto& [path, line] : lines->second) {
    Line& into = copy[path];
    for (const auto& entry : line) into.push_back(std::make_unique<Entry>(*entry));
  }
  threads_.emplace(std::move(to), std::move(copy));
  co_return;
}

base::Task<void> MemorySaver::prune(std::string thread_id) {
  const std::lock_guard lock(mutex_);
  const auto lines = threads_.find(thread_id);
  if (lines == threads_.end()) co_return;
  for (auto& [path, line] : lines->second) {
    Line kept;
    kept.push_back(std::move(line.back()));
    kept.back()->parent_id = {};
    line = std::move(kept);
  }
}

base::Task<void> MemorySaver::delete_run(std::string thread_id, std::string run_id) {
  const std::lock_guard lock(mutex_);
  const auto lines = threads_.find(thread_id);
  if (lines == threads_.end()) co_return;
  for (auto& [path, line] : lines->second) forget_run(line, run_id);
  std::erase_if(lines->second, [](const auto& line) { return line.second.empty(); });
  if (lines->second.empty()) threads_.erase(lines);
}

/// Parents are put before their children, so one pass finds for each the nearest that is left.
void MemorySaver::forget_run(Line& line, const std::string& run_id) {
  std::unordered_map<std::string, PackedId> parent_of_gone;
  const PackedId run(run_id);
  for (const auto& entry : line) {
    const auto gone = parent_of_gone.find(entry->parent_id.text());
    if (gone != parent_of_gone.end()) entry->parent_id = gone->second;
    if (entry->run_id == run) parent_of_gone.emplace(entry->id.text(), entry->parent_id);
  }
  std::erase_if(line, [&](const auto& entry) { return entry->run_id == run; });
}

base::Task<void> MemorySaver::delete_thread(std::string thread_id) {
  const std::lock_guard lock(mutex_);
  threads_.erase(thread_id);
  co_return;
}

std::size_t MemorySaver::thread_count() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

MemorySaver::Line* MemorySaver::find_line(const ThreadKey& thread) {
  const auto lines = threads_.find(thread.thread_id);
  if (lines == threads_.end()) return nullptr;
  const auto line = lines->second.find(thread.path);
  return line == lines->second.end() ? nullptr : &line->second;
}

/// From the newest: that is the one mostly asked for.
MemorySaver::Entry* MemorySaver::find_entry(Line& line, const std::string& id) {
  const PackedId wanted(id);
  const auto found =
      std::find_if(line.rbegin(), line.rend(), [&](const auto& entry) { return entry->id == wanted; });
  return found == line.rend() ? nullptr : found->get();
}

SavedCheckpoint MemorySaver::saved(const Entry& entry) {
  SavedCheckpoint saved{
      .checkpoint = entry.checkpoint(), .values = {}, .records = entry.records, .deltas = {}};
  for (std::size_t i = 0; i < entry.values.size(); ++i) {
    const std::string& channel = (*entry.channels)[i];
    std::vector<const StoredValue*> deltas;
    const StoredValue* value = entry.values[i].value.get();
    for (; value != nullptr && value->is_delta; value = value->before.get()) deltas.push_back(value);
    if (value != nullptr) saved.values.emplace(channel, value->value);
    if (deltas.empty()) continue;
    std::vector<SavedValue>& writes = saved.deltas[channel];
    for (const StoredValue* delta : deltas | std::views::reverse) {
      writes.insert(writes.end(), delta->writes.begin(), delta->writes.end());
    }
  }
  return saved;
}

}  // namespace pharos::graph
