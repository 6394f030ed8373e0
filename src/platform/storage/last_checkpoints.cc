#include "platform/storage/last_checkpoints.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pharos::storage {
namespace {

using graph::SavedCheckpoint;
using graph::ThreadKey;

std::pair<std::string, std::string> name_of(const ThreadKey& thread) {
  return {thread.thread_id, thread.path};
}

}  // namespace

bool LastCheckpoints::has(const ThreadKey& thread) const {
  const std::lock_guard lock(mutex_);
  return places_.contains(name_of(thread));
}

std::optional<SavedCheckpoint> LastCheckpoints::find(const ThreadKey& thread, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const Entry* entry = use(thread);
  if (entry == nullptr || entry->checkpoint.id != id) return std::nullopt;
  SavedCheckpoint saved{.checkpoint = entry->checkpoint, .values = {}, .records = {}, .deltas = {}};
  for (std::size_t i = 0; i < entry->channels.size(); ++i) {
    const Channel& channel = entry->channels[i];
    const std::string& name = (*entry->checkpoint.channels)[i];
    if (channel.value) saved.values.emplace(name, *channel.value);
    if (!channel.writes.empty()) saved.deltas.emplace(name, channel.writes);
    if (channel.folded > 0) saved.folded.emplace(name, channel.folded);
  }
  return saved;
}

void LastCheckpoints::remember(const ThreadKey& thread, const SavedCheckpoint& read, std::size_t bytes) {
  Entries gone;  // dies after the lock
  const std::lock_guard lock(mutex_);
  if (const auto known = places_.find(name_of(thread)); known != places_.end()) drop(known->second, gone);
  Entry& entry = begin(thread, read.checkpoint);
  const std::vector<std::string>& names = *read.checkpoint.channels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Channel& channel = entry.channels[i];
    channel.bytes = bytes / names.size();  // nobody has measured them one by one
    bytes_ += channel.bytes;
    if (const auto at = read.values.find(names[i]); at != read.values.end()) channel.value = at->second;
    if (const auto at = read.deltas.find(names[i]); at != read.deltas.end()) channel.writes = at->second;
  }
  shrink(gone);
}

void LastCheckpoints::follow(const ThreadKey& thread, graph::NewCheckpoint put, const Bytes& bytes) {
  Entries gone;
  const std::lock_guard lock(mutex_);
  Entry* entry = use(thread);
  if (entry != nullptr && entry->checkpoint.id == put.checkpoint.id) return;  // a reader was faster
  if (entry == nullptr || entry->checkpoint.id != put.checkpoint.parent_id) {
    if (entry != nullptr) drop(entries_.begin(), gone);
    if (!put.checkpoint.parent_id.empty()) return;  // what it rests on is not known here
    entry = &begin(thread, put.checkpoint);
  }
  reshape(*entry, *put.checkpoint.channels);
  for (std::size_t i = 0; i < put.changed.size(); ++i) {
    const std::uint32_t channel = put.changed[i].channel;
    add(std::move(put.changed[i]), bytes.changed.at(i), entry->channels.at(channel));
  }
  bytes_ += bytes.checkpoint - std::exchange(entry->bytes, bytes.checkpoint);
  entry->checkpoint = std::move(put.checkpoint);
  entry->checkpoint.is_branch = false;
  shrink(gone);
}

void LastCheckpoints::add(graph::ChannelValue change, std::size_t bytes, Channel& to) {
  bytes_ += bytes;
  if (change.is_delta) {
    std::ranges::move(change.writes, std::back_inserter(to.writes));
    to.bytes += bytes;
    return;
  }
  bytes_ -= to.bytes;
  to = {.value = std::move(change.value), .writes = {}, .folded = 0, .bytes = bytes};
}

/// A graph's fields may have changed since; those that it no longer has are gone for good.
void LastCheckpoints::reshape(Entry& entry, const std::vector<std::string>& channels) {
  const std::vector<std::string>& old = *entry.checkpoint.channels;
  if (&old == &channels || old == channels) return;
  std::vector<Channel> reshaped(channels.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    const auto at = std::ranges::find(channels, old[i]);
    if (at == channels.end()) {
      bytes_ -= entry.channels[i].bytes;
    } else {
      reshaped[static_cast<std::size_t>(at - channels.begin())] = std::move(entry.channels[i]);
    }
  }
  entry.channels = std::move(reshaped);
}

void LastCheckpoints::take_folded(const ThreadKey& thread, std::string_view id, graph::SavedValues values) {
  const std::lock_guard lock(mutex_);
  Entry* entry = use(thread);
  if (entry == nullptr || entry->checkpoint.id != id) return;
  for (std::size_t i = 0; i < entry->channels.size(); ++i) {
    const auto folded = values.find((*entry->checkpoint.channels)[i]);
    if (folded == values.end()) continue;
    Channel& channel = entry->channels[i];
    channel.value = std::move(folded->second);
    channel.folded += channel.writes.size();
    channel.writes.clear();
  }
}

void LastCheckpoints::forget(const std::string& thread_id) {
  Entries gone;
  const std::lock_guard lock(mutex_);
  auto place = places_.lower_bound({thread_id, ""});
  while (place != places_.end() && place->first.first == thread_id) drop((place++)->second, gone);
}

std::size_t LastCheckpoints::threads() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

std::size_t LastCheckpoints::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

/// That thread's, which is the first from now on; null when there is none.
LastCheckpoints::Entry* LastCheckpoints::use(const ThreadKey& thread) {
  const auto place = places_.find(name_of(thread));
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return &entries_.front();
}

/// A thread of which nothing is known yet.
LastCheckpoints::Entry& LastCheckpoints::begin(const ThreadKey& thread, const graph::Checkpoint& checkpoint) {
  entries_.push_front({.name = name_of(thread), .checkpoint = checkpoint, .bytes = 0, .channels = {}});
  Entry& entry = entries_.front();
  entry.channels.resize(checkpoint.channels->size());
  places_.emplace(entry.name, entries_.begin());
  return entry;
}

void LastCheckpoints::drop(Entries::iterator entry, Entries& gone) {
  bytes_ -= entry->bytes;
  for (const Channel& channel : entry->channels) bytes_ -= channel.bytes;
  places_.erase(entry->name);
  gone.splice(gone.begin(), entries_, entry);
}

void LastCheckpoints::shrink(Entries& gone) {
  while (bytes_ > limits_.bytes || places_.size() > limits_.threads) drop(std::prev(entries_.end()), gone);
}

}  // namespace pharos::storage
