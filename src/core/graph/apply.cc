// How the writes of a super-step reach the state.
#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/graph/run.h"

namespace pharos::graph {
namespace {

/// `writer` is the node's name; kStart: the input.
void check_type(const Channel& channel, const Write& write, const std::string& graph,
                std::string_view writer) {
  if (write.value.type() == channel.type) return;
  throw GraphError(
      Fault::kInvalidUpdate, base::Code::kInvalidInput,
      fmt::format("graph '{}': {} wrote a value of another type to field '{}'", graph,
                  writer == kStart ? "the input" : fmt::format("node '{}'", writer), channel.name));
}

}  // namespace

void Run::apply_input() {
  RunInput input = std::move(*std::exchange(input_, nullptr));
  const auto& channels = graph_.schema().channels;
  ++version_;
  ++round_;
  if (input.whole && state_) input.writes = all_fields(std::move(input.whole));
  if (input.whole) {
    state_ = std::move(input.whole);
    transients_ = graph_.transient_channels();
    for (std::uint32_t i = 0; i < channels.size(); ++i) {
      channels_[i].version = version_;
      if (channels[i].kind != ChannelKind::kReducer) continue;
      if (is_kept()) keep_whole(i);
      // The input is a first write: it is folded into an empty value like any other.
      Value write = Value::copy_of(*channels[i].type, state_->field(i));
      channels[i].type->reset(state_->field(i));
      channels[i].reducer(state_->field(i), std::move(write));
    }
    return;
  }
  if (!state_) state_ = graph_.schema().make();
  empty_transients();
  write_from_outside(std::move(input.writes));
}

/// In a round of its own: what is written from outside does not meet what tasks write.
void Run::write_from_outside(Writes writes) {
  for (Write& write : writes) {
    check_type(graph_.schema().channels[write.channel], write, graph_.name(), kStart);
    apply_write(write, kStart);
  }
}

/// Takes away what only the super-step that is over was to see.
void Run::empty_transients() {
  for (const std::uint32_t channel : std::exchange(transients_, {})) {
    graph_.schema().channels[channel].empty(state_->field(channel));
    channels_[channel].version = version_;
    if (is_kept()) keep_whole(channel);
  }
}

/// A complete state as an input to a thread that has a state already.
Writes Run::all_fields(std::shared_ptr<StateStorage> whole) const {
  const auto& channels = graph_.schema().channels;
  Writes writes;
  for (std::uint32_t i = 0; i < channels.size(); ++i) {
    writes.push_back(
        {.channel = i, .overwrite = false, .value = Value::copy_of(*channels[i].type, whole->field(i))});
  }
  return writes;
}

void Run::check_writes(const Tasks& tasks) {
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    for (const Write& write : tasks[i]->output.writes) claim(write, i, tasks);
  }
}

/// Refuses the second write of a super-step where only one is allowed, before anything is applied.
void Run::claim(const Write& write, std::uint32_t writer, const Tasks& tasks) {
  const Channel& channel = graph_.schema().channels[write.channel];
  check_type(channel, write, graph_.name(), tasks[writer]->node().name);
  Claim& held = channels_[write.channel].claim;
  if (held.round != round_) {
    held = {.round = round_, .writer = writer, .overwrite = write.overwrite};
    return;
  }
  const bool several = channel.kind != ChannelKind::kLastValue;
  if (several && !(held.overwrite && write.overwrite)) {
    held.overwrite = held.overwrite || write.overwrite;
    return;
  }
  const std::string& first = tasks[held.writer]->node().name;
  const std::string& second = tasks[writer]->node().name;
  throw GraphError(
      Fault::kInvalidUpdate, base::Code::kConflict,
      fmt::format("graph '{}': field '{}' was {} twice in super-step {}, by {}; {}", graph_.name(),
                  channel.name, several ? "overwritten" : "written", step_,
                  held.writer == writer ? fmt::format("node '{}'", first)
                                        : fmt::format("nodes '{}' and '{}'", first, second),
                  several ? "only one overwrite is allowed" : "give it a reducer, or let one node write it"));
}

void Run::apply_writes(const Tasks& tasks) {
  bool any = !transients_.empty();
  for (const auto& task : tasks) any = any || !task->output.writes.empty();
  if (!any) return;
  own_state();
  ++version_;
  ++round_;  // their claims now say which channels have been overwritten
  empty_transients();
  for (const auto& task : tasks) {
    for (Write& write : task->output.writes) apply_write(write, task->node().name);
  }
}

void Run::apply_write(Write& write, std::string_view writer) {
  const Channel& channel = graph_.schema().channels[write.channel];
  void* field = state_->field(write.channel);
  const bool is_first = std::exchange(channels_[write.channel].version, version_) == 0;
  if (channel.transient && std::ranges::find(transients_, write.channel) == transients_.end()) {
    transients_.push_back(write.channel);
  }
  Claim& held = channels_[write.channel].claim;
  if (held.round == round_ && held.overwrite) return;
  held = {.round = round_, .writer = 0, .overwrite = write.overwrite};
  if (channel.kind != ChannelKind::kReducer || write.overwrite) {
    if (is_kept()) keep_whole(write.channel);
    channel.type->move_assign(field, write.value.data());
    return;
  }
  if (is_kept())
    is_first || channel.transient ? keep_whole(write.channel) : keep_delta(write.channel, write.value);
  try {
    channel.reducer(field, std::move(write.value));
  } catch (const std::exception& failure) {
    throw GraphError(Fault::kInvalidUpdate, base::Code::kInvalidInput,
                     fmt::format("graph '{}': what '{}' wrote to field '{}' was refused: {}", graph_.name(),
                                 writer, channel.name, failure.what()));
  }
}

/// Tasks that were given up on may still read the old state: leave it to them.
void Run::own_state() {
  if (state_.use_count() > 1) state_ = state_->clone();
}

}  // namespace pharos::graph
