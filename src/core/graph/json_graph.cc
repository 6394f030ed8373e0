#include "core/graph/json_graph.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/graph/errors.h"

namespace pharos::graph {
namespace {

using SharedGraph = std::shared_ptr<const CompiledGraph>;

std::vector<std::string> names_of(const StateSchema& schema) {
  std::vector<std::string> names;
  for (const Channel& channel : schema.channels) names.push_back(channel.name);
  return names;
}

Write write_of(const StateSchema& schema, std::string_view name, const json::value& value) {
  const auto channel = std::ranges::find(schema.channels, name, &Channel::name);
  if (channel == schema.channels.end()) {
    throw GraphError(Fault::kInvalidUpdate, base::Code::kInvalidInput,
                     fmt::format("the state has no field '{}'{}", name, hint(name, names_of(schema))));
  }
  // One message is as good as a list of one.
  const bool is_alone = channel->messages != nullptr && !value.is_array();
  try {
    return {.channel = static_cast<std::uint32_t>(channel - schema.channels.begin()),
            .overwrite = false,
            .value = channel->type->from_json(is_alone ? json::array{value} : value, std::string(name))};
  } catch (const base::Error& error) {
    throw GraphError(Fault::kInvalidUpdate, base::Code::kInvalidInput, error.what());
  }
}

JsonGraph::Reader reader_of(const SharedGraph& compiled) {
  return [compiled](json::object values) {
    Writes writes;
    for (const auto& [name, value] : values) writes.push_back(write_of(compiled->schema(), name, value));
    return writes;
  };
}

// These own what they need, because a caller may await them longer than it keeps the graph.

base::Task<JsonOutcome> execute(std::unique_ptr<Run> run, SharedGraph compiled) {
  const std::shared_ptr<StateStorage> state = co_await run->execute();
  co_return JsonOutcome{.values = json_of(compiled->schema(), *state),
                        .interrupts = run->take_interrupts(),
                        .next = run->take_next(),
                        .drained = run->drained()};
}

base::Task<std::string> edit(std::unique_ptr<Run> run, std::vector<std::vector<Edit>> steps) {
  co_return co_await run->edit(std::move(steps));
}

base::Task<std::string> copy_forward(SharedGraph compiled, std::shared_ptr<Saver> saver, RunConfig config) {
  const ThreadKey thread{.thread_id = config.thread_id, .path = {}};
  const auto saved = co_await saver->get(thread, config.checkpoint_id);
  if (!saved) throw_no_checkpoint(thread, config.checkpoint_id);
  Checkpoint copy = saved->checkpoint;
  copy.parent_id = std::exchange(copy.id, compiled->next_id());
  copy.is_branch = true;
  copy.run_id = compiled->next_id();
  copy.created_at = compiled->clock().wall_now();
  copy.source = Source::kFork;
  ++copy.step;
  copy.metadata = std::move(config.metadata);
  std::string id = copy.id;
  co_await saver->put(thread, std::move(copy), {});
  co_return id;
}

JsonSnapshot as_json(const CompiledGraph& graph, ErasedSnapshot read) {
  JsonSnapshot snapshot;
  static_cast<SnapshotInfo&>(snapshot) = std::move(read.info);
  snapshot.values = json_of(graph.schema(), *read.state);
  return snapshot;
}

base::Task<std::optional<JsonSnapshot>> read_one(SharedGraph compiled, std::shared_ptr<Saver> saver,
                                                 ThreadKey thread, std::string checkpoint_id) {
  const auto saved = co_await saver->get(thread, checkpoint_id);
  if (!saved) co_return std::nullopt;
  const auto pending = checkpoint_id.empty() ? PendingWrites::kApplied : PendingWrites::kLeftOut;
  co_return as_json(*compiled, read_snapshot(*compiled, *saved, pending));
}

base::Task<std::vector<JsonSnapshot>> read_all(SharedGraph compiled, std::shared_ptr<Saver> saver,
                                               ThreadKey thread, ListQuery query) {
  const auto saved = co_await saver->list(thread, std::move(query));
  std::vector<JsonSnapshot> history;
  for (const SavedCheckpoint& each : saved) {
    history.push_back(as_json(*compiled, read_snapshot(*compiled, each, PendingWrites::kLeftOut)));
  }
  co_return history;
}

Target target_of(const CompiledGraph& graph, JsonTarget target) {
  if (!target.input) return {std::move(target.node)};
  const CompiledNode& node = graph.node(graph.find(target.node, "the command"));
  if (node.argument == nullptr) {
    throw GraphError(Fault::kInvalidUpdate, base::Code::kInvalidInput,
                     fmt::format("node '{}' reads the state and cannot be sent an input: leave the input out",
                                 target.node));
  }
  Target made(std::move(target.node));
  made.argument = node.argument->from_json(*target.input, made.node);
  return made;
}

}  // namespace

JsonGraph::JsonGraph(std::shared_ptr<const CompiledGraph> compiled, Reader read)
    : compiled_(std::move(compiled)), read_(read ? std::move(read) : reader_of(compiled_)) {}

JsonGraph JsonGraph::with_saver(std::shared_ptr<Saver> saver) const {
  JsonGraph other = *this;
  other.saver_ = std::move(saver);
  return other;
}

std::shared_ptr<Saver> JsonGraph::require_saver() const {
  if (saver_) return saver_;
  saver_of(*compiled_);
  return compiled_->saver();
}

RunInput JsonGraph::input_of(JsonStart start) const {
  RunInput input;
  input.writes = read_(std::move(start.values));
  for (JsonTarget& target : start.go_to) input.targets.push_back(target_of(*compiled_, std::move(target)));
  input.resume = std::move(start.resume);
  input.is_command = start.is_command;
  return input;
}

base::Task<JsonOutcome> JsonGraph::run(JsonStart start, RunConfig config, StreamModes modes,
                                       EventSink* sink) const {
  if (!config.saver) config.saver = saver_;
  return execute(std::make_unique<Run>(compiled_, std::move(config), input_of(std::move(start)), modes, sink),
                 compiled_);
}

base::Task<std::string> JsonGraph::update_state(std::vector<std::vector<JsonEdit>> steps,
                                                RunConfig config) const {
  if (!config.saver) config.saver = require_saver();
  std::vector<std::vector<Edit>> edits;
  for (std::vector<JsonEdit>& step : steps) {
    std::vector<Edit>& made = edits.emplace_back();
    for (JsonEdit& each : step) {
      made.push_back({.writes = read_(std::move(each.values)), .as_node = std::move(each.as_node)});
    }
  }
  return edit(std::make_unique<Run>(compiled_, std::move(config), RunInput{}), std::move(edits));
}

base::Task<std::string> JsonGraph::fork(RunConfig config) const {
  return copy_forward(compiled_, require_saver(), std::move(config));
}

base::Task<std::optional<JsonSnapshot>> JsonGraph::get_state(std::string thread_id,
                                                             std::string checkpoint_id) const {
  return read_one(compiled_, require_saver(), {.thread_id = std::move(thread_id), .path = {}},
                  std::move(checkpoint_id));
}

base::Task<std::vector<JsonSnapshot>> JsonGraph::get_state_history(std::string thread_id,
                                                                   ListQuery query) const {
  return read_all(compiled_, require_saver(), {.thread_id = std::move(thread_id), .path = {}},
                  std::move(query));
}

json::object json_of(const StateSchema& schema, StateStorage& state) {
  json::object fields;
  fields.reserve(schema.channels.size());
  for (std::size_t i = 0; i < schema.channels.size(); ++i) {
    const Channel& channel = schema.channels[i];
    if (channel.type->has_json) fields.emplace(channel.name, channel.type->to_json(state.field(i)));
  }
  return fields;
}

}  // namespace pharos::graph
