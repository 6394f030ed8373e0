#include "core/graph/memory_saver.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::graph {
namespace {

[[noreturn]] void throw_no_checkpoint(const ThreadKey& thread, const std::string& id) {
  throw base::Error(base::Code::kNotFound,
                    fmt::format("thread '{}' has no checkpoint '{}'", thread.thread_id, id));
}

}  // namespace

base::Task<void> MemorySaver::put(ThreadKey thread, Checkpoint checkpoint,
                                  std::vector<ChannelValue> changed) {
  add(thread, std::move(checkpoint), std::move(changed));
  co_return;
}

void MemorySaver::add(const ThreadKey& thread, Checkpoint checkpoint, std::vector<ChannelValue> changed) {
  const std::lock_guard lock(mutex_);
  Entry entry;
  Line* line = find_line(thread);
  if (!checkpoint.parent_id.empty()) {
    const Entry* parent = line == nullptr ? nullptr : find_entry(*line, checkpoint.parent_id);
    if (parent == nullptr) throw_no_checkpoint(thread, checkpoint.parent_id);
    entry.values = inherited(*parent, *checkpoint.channels);
  }
  entry.values.resize(checkpoint.channels->size());
  for (ChannelValue& each : changed) {
    entry.values.at(each.channel) = std::make_shared<const json::value>(std::move(each.value));
  }
  entry.checkpoint = std::move(checkpoint);
  if (line == nullptr) line = &threads_[thread.thread_id][thread.path];
  line->push_back(std::move(entry));
}

/// The parent's values in the order of `channels`: a graph's fields may have changed since.
MemorySaver::Values MemorySaver::inherited(const Entry& parent, const std::vector<std::string>& channels) {
  const std::vector<std::string>& old = *parent.checkpoint.channels;
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
  const Entry* entry = checkpoint_id.empty() ? &line->back() : find_entry(*line, checkpoint_id);
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
    const auto same = [&](const Entry& each) { return each.checkpoint.id == query.before; };
    entry = std::find_if(line->rbegin(), line->rend(), same);
    if (entry == line->rend()) throw_no_checkpoint(thread, query.before);
    ++entry;
  }
  for (; entry != line->rend() && (query.limit == 0 || found.size() < query.limit); ++entry) {
    found.push_back(saved(*entry));
  }
  co_return found;
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
  const auto found =
      std::find_if(line.rbegin(), line.rend(), [&](const Entry& entry) { return entry.checkpoint.id == id; });
  return found == line.rend() ? nullptr : &*found;
}

SavedCheckpoint MemorySaver::saved(const Entry& entry) {
  SavedCheckpoint saved{.checkpoint = entry.checkpoint, .values = {}, .records = entry.records};
  for (std::size_t i = 0; i < entry.values.size(); ++i) {
    if (entry.values[i]) saved.values.emplace((*entry.checkpoint.channels)[i], *entry.values[i]);
  }
  return saved;
}

}  // namespace pharos::graph
