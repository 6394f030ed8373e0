#include "core/graph/memory_saver.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "core/graph/packed_id.h"
#include "core/graph/packed_names.h"

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

/// The channels of a checkpoint: shared with its parent where nothing has changed since.
struct MemorySaver::Values {
  struct Versioned {
    std::uint64_t version = 0;
    std::shared_ptr<StoredValue> value;  ///< null when never written
  };

  std::shared_ptr<const std::vector<std::string>> names;
  std::vector<Versioned> all;
};

/// A checkpoint as it is kept: a server in memory has very many of them, most of them without much to say.
struct MemorySaver::Entry {
  Entry(Checkpoint from, const PackedId& parent, std::shared_ptr<const Values> channel_values)
      : id(from.id),
        parent_id(parent),
        run_id(from.run_id),
        created_at(from.created_at),
        format(from.format),
        step(from.step),
        source(from.source),
        values(std::move(channel_values)),
        ran(from.ran) {
    for (const NextTask& task : from.next) next.add(task.node);
    if (!from.metadata.empty()) more().metadata = std::move(from.metadata);
    if (!from.arrivals.empty()) more().arrivals = std::move(from.arrivals);
    for (std::uint32_t place = 0; place < from.next.size(); ++place) {
      NextTask& task = from.next[place];
      if (task.is_send || !task.argument.is_null())
        more().arguments.push_back({place, task.is_send, std::move(task.argument)});
    }
  }
  Entry(const Entry& other)
      : id(other.id),
        parent_id(other.parent_id),
        run_id(other.run_id),
        created_at(other.created_at),
        format(other.format),
        step(other.step),
        source(other.source),
        values(other.values),
        next(other.next),
        ran(other.ran),
        rest(other.rest ? std::make_unique<Rest>(*other.rest) : nullptr) {}
  Entry& operator=(const Entry&) = delete;

  Checkpoint checkpoint() const {
    Checkpoint made{.format = format,
                    .id = id.text(),
                    .parent_id = parent_id.text(),
                    .run_id = run_id.text(),
                    .created_at = created_at,
                    .source = source,
                    .step = step,
                    .channels = values->names,
                    .ran = ran.names()};
    for (const Values::Versioned& value : values->all) made.versions.push_back(value.version);
    for (std::string& node : next.names()) made.next.push_back({.node = std::move(node)});
    if (!rest) return made;
    made.metadata = rest->metadata;
    made.arrivals = rest->arrivals;
    for (const Argument& argument : rest->arguments) {
      made.next[argument.place].is_send = argument.is_send;
      made.next[argument.place].argument = argument.value;
    }
    return made;
  }

  /// Of a task of `next` that does not just read the state.
  struct Argument {
    std::uint32_t place;
    bool is_send;
    SavedValue value;
  };
  struct Rest {
    json::object metadata;
    std::vector<Arrivals> arrivals;
    std::vector<Argument> arguments;
    std::map<std::uint32_t, TaskRecord> records;  ///< by place: each stays where it is in memory
  };
  Rest& more() {
    if (!rest) rest = std::make_unique<Rest>();
    return *rest;
  }

  PackedId id;
  PackedId parent_id;
  PackedId run_id;
  base::WallTime created_at;
  int format;
  int step;
  Source source;
  std::shared_ptr<const Values> values;
  PackedNames next;
  PackedNames ran;
  std::unique_ptr<Rest> rest;  ///< null when there is nothing in it
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
  const PackedId parent_id(checkpoint.parent_id);
  const std::lock_guard lock(mutex_);
  const auto known = threads_.find(thread.thread_id);
  Line* line = known == threads_.end() ? nullptr : known->second.find(thread.path);
  const Entry* parent = nullptr;
  if (!checkpoint.parent_id.empty()) {
    parent = line == nullptr ? nullptr : find_entry(*line, parent_id);
    if (parent == nullptr) throw_no_checkpoint(thread, checkpoint.parent_id);
  }
  const bool follows = line == nullptr || line->back().get() == parent;
  if (!follows && !checkpoint.is_branch) throw_moved_on(thread);
  auto values = values_after(parent, checkpoint, std::move(changed));
  if (line == nullptr) {
    Lines& lines = known == threads_.end() ? threads_[thread.thread_id] : known->second;
    line = thread.path.empty() ? &lines.outermost : &lines.inner[thread.path];
  }
  line->push_back(std::make_unique<Entry>(std::move(checkpoint), parent_id, std::move(values)));
}

/// The parent's values with what has changed; in the order of the checkpoint's channels: a graph's fields may
/// have changed since.
std::shared_ptr<const MemorySaver::Values> MemorySaver::values_after(const Entry* parent,
                                                                     const Checkpoint& checkpoint,
                                                                     std::vector<ChannelValue> changed) {
  const std::vector<std::string>& channels = *checkpoint.channels;
  const Values* old = parent == nullptr ? nullptr : parent->values.get();
  const bool same_channels = old != nullptr && (old->names == checkpoint.channels || *old->names == channels);
  if (same_channels && changed.empty() &&
      std::ranges::equal(old->all, checkpoint.versions, {}, &Values::Versioned::version)) {
    return parent->values;
  }
  auto values = std::make_shared<Values>();
  values->names = checkpoint.channels;
  if (same_channels) values->all = old->all;
  values->all.resize(channels.size());
  for (std::size_t i = 0; old != nullptr && !same_channels && i < old->all.size(); ++i) {
    const auto found = std::ranges::find(channels, (*old->names)[i]);
    if (found != channels.end())
      values->all[static_cast<std::size_t>(found - channels.begin())] = old->all[i];
  }
  for (std::size_t i = 0; i < values->all.size(); ++i) values->all[i].version = checkpoint.versions.at(i);
  for (ChannelValue& each : changed) {
    std::shared_ptr<StoredValue>& place = values->all.at(each.channel).value;
    std::shared_ptr<StoredValue> before = each.is_delta ? place : nullptr;
    place = std::make_shared<StoredValue>(std::move(each), std::move(before));
  }
  return values;
}

base::Task<void> MemorySaver::put_record(ThreadKey thread, std::string checkpoint_id, TaskRecord record) {
  const std::lock_guard lock(mutex_);
  Line* line = find_line(thread);
  Entry* entry = line == nullptr ? nullptr : find_entry(*line, PackedId(checkpoint_id));
  if (entry == nullptr) throw_no_checkpoint(thread, checkpoint_id);
  const std::uint32_t place = record.place;
  entry->more().records.insert_or_assign(place, std::move(record));
  co_return;
}

base::Task<std::optional<SavedCheckpoint>> MemorySaver::get(ThreadKey thread, std::string checkpoint_id) {
  const std::lock_guard lock(mutex_);
  Line* line = find_line(thread);
  if (line == nullptr) co_return std::nullopt;
  const Entry* entry =
      checkpoint_id.empty() ? line->back().get() : find_entry(*line, PackedId(checkpoint_id));
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
  copy.outermost = copied(lines->second.outermost);
  for (const auto& [path, line] : lines->second.inner) copy.inner.emplace(path, copied(line));
  threads_.emplace(std::move(to), std::move(copy));
  co_return;
}

MemorySaver::Line MemorySaver::copied(const Line& line) {
  Line copy;
  for (const auto& entry : line) copy.push_back(std::make_unique<Entry>(*entry));
  return copy;
}

base::Task<void> MemorySaver::prune(std::string thread_id) {
  const std::lock_guard lock(mutex_);
  const auto lines = threads_.find(thread_id);
  if (lines == threads_.end()) co_return;
  for (Line* line : lines->second.all()) {
    Line kept;
    kept.push_back(std::move(line->back()));
    kept.back()->parent_id = {};
    *line = std::move(kept);
  }
}

base::Task<void> MemorySaver::delete_run(std::string thread_id, std::string run_id) {
  const std::lock_guard lock(mutex_);
  const auto lines = threads_.find(thread_id);
  if (lines == threads_.end()) co_return;
  for (Line* line : lines->second.all()) forget_run(*line, run_id);
  std::erase_if(lines->second.inner, [](const auto& line) { return line.second.empty(); });
  if (lines->second.all().empty()) threads_.erase(lines);
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

MemorySaver::Line* MemorySaver::Lines::find(const std::string& path) {
  if (path.empty()) return outermost.empty() ? nullptr : &outermost;
  const auto line = inner.find(path);
  return line == inner.end() ? nullptr : &line->second;
}

std::vector<MemorySaver::Line*> MemorySaver::Lines::all() {
  std::vector<Line*> all;
  if (!outermost.empty()) all.push_back(&outermost);
  for (auto& [path, line] : inner) all.push_back(&line);
  return all;
}

MemorySaver::Line* MemorySaver::find_line(const ThreadKey& thread) {
  const auto lines = threads_.find(thread.thread_id);
  return lines == threads_.end() ? nullptr : lines->second.find(thread.path);
}

/// From the newest: that is the one mostly asked for.
MemorySaver::Entry* MemorySaver::find_entry(Line& line, const PackedId& id) {
  const auto found =
      std::find_if(line.rbegin(), line.rend(), [&](const auto& entry) { return entry->id == id; });
  return found == line.rend() ? nullptr : found->get();
}

SavedCheckpoint MemorySaver::saved(const Entry& entry) {
  SavedCheckpoint saved{.checkpoint = entry.checkpoint(), .values = {}, .records = {}, .deltas = {}};
  if (entry.rest) {
    for (const auto& [place, record] : entry.rest->records) saved.records.push_back(record);
  }
  for (std::size_t i = 0; i < entry.values->all.size(); ++i) {
    const std::string& channel = (*entry.values->names)[i];
    std::vector<const StoredValue*> deltas;
    const StoredValue* value = entry.values->all[i].value.get();
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
