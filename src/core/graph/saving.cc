// How a run keeps its thread: a checkpoint after each super-step, a record of each task that ran beside
// others.
#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/graph/run.h"
#include "core/graph/snapshot.h"

namespace pharos::graph {
namespace asio = boost::asio;
namespace {

/// So many writes may rest on a snapshot, and from then on as many as make half of all there were: reading a
/// thread stays in step with its length, and so do all its snapshots together.
constexpr std::uint64_t kFewestDeltas = 4096;

/// Checkpoints of one run that wait while others are on their way to the saver. One with a whole value, which
/// may be large, counts as several.
constexpr std::size_t kMostWaiting = 16;
constexpr std::size_t kWholeValue = 4;

std::size_t weight_of(const NewCheckpoint& put) {
  const bool has_whole =
      std::ranges::any_of(put.changed, [](const ChannelValue& each) { return !each.is_delta; });
  return has_whole ? kWholeValue : 1;
}

/// So many writes are folded again by each run that reads the thread; more are worth a copy of the value.
constexpr std::size_t kFewToFold = 8;

/// Spares the next run on the thread what this one has just folded.
void share_folded(Saver& saver, const ThreadKey& thread, const CompiledGraph& graph,
                  const SavedCheckpoint& saved, StateStorage& state) {
  FoldingSaver* folding = saver.folding();
  if (folding == nullptr) return;
  const auto& channels = graph.schema().channels;
  SavedValues folded;
  for (const auto& [name, writes] : saved.deltas) {
    const auto channel = std::ranges::find(channels, name, &Channel::name);
    if (writes.size() <= kFewToFold || channel == channels.end() || channel->untracked) continue;
    const void* field = state.field(static_cast<std::size_t>(channel - channels.begin()));
    folded.emplace(name, SavedValue(Value::copy_of(*channel->type, field)));
  }
  if (!folded.empty()) folding->take_folded(thread, saved.checkpoint.id, std::move(folded));
}

/// How many writes of a channel its last snapshot does not have.
std::uint64_t rests_on(const SavedCheckpoint& saved, const std::string& channel) {
  const auto deltas = saved.deltas.find(channel);
  const auto folded = saved.folded.find(channel);
  return (deltas == saved.deltas.end() ? 0 : deltas->second.size()) +
         (folded == saved.folded.end() ? 0 : folded->second);
}

}  // namespace

/// Where the run begins: the thread's last checkpoint, the one asked for, or nothing. Throws GraphError
/// (kInvalidRun) when there must be one and is none.
base::Task<std::optional<SavedCheckpoint>> Run::read_thread(bool must_exist) {
  thread_ = {.thread_id = info_->config.thread_id, .path = info_->place()};
  if (info_->config.run_id.empty()) info_->config.run_id = graph_.next_id();
  step_ = -1;
  const std::string& wanted = info_->config.checkpoint_id;
  is_branch_ = !wanted.empty();
  auto saved = co_await info_->saver->get(thread_, wanted);
  if (saved || !must_exist) co_return saved;
  throw GraphError(
      Fault::kInvalidRun, base::Code::kNotFound,
      wanted.empty()
          ? fmt::format("graph '{}': thread '{}' has not begun: run it with input first", graph_.name(),
                        thread_.thread_id)
          : fmt::format("graph '{}': thread '{}' has no checkpoint '{}': its history lists those there are",
                        graph_.name(), thread_.thread_id, wanted));
}

/// The outer run runs a node again that had called this graph before.
bool Run::is_called_again(const Checkpoint& last) const {
  if (info_->parent == nullptr) return false;
  return info_->is_one_call || (info_->parent->resuming && !last.next.empty());
}

/// Goes on from where the thread stands, or saves the new input in a checkpoint of its own.
base::Task<void> Run::open_thread() {
  if (info_->config.durability != Durability::kExit) {
    info_->calls.keep = [this](TaskRecord record) {
      return keep_call(info_, thread_, info_->checkpoint_id, saving_, std::move(record));
    };
  }
  auto saved = co_await read_thread(input_->resume.has_value() || !info_->config.checkpoint_id.empty());
  if (saved && is_called_again(saved->checkpoint)) {
    *input_ = RunInput{};  // that call's own input is in its thread
    input_->resume = Resume{.answer = {}, .answers = info_->inner_answers};
  }
  if (saved && input_->is_command && !input_->resume) input_->resume = Resume{};
  if (input_->resume) {
    co_await reopen(std::move(*saved));
    co_return;
  }
  if (saved) {
    std::vector<TaskRecord> records = std::move(saved->records);
    restore(std::move(*saved));
    restore_command(records);
    command_.reset();
  }
  std::vector<NextTask> next;
  next.push_back({.node = std::string(kStart), .is_send = false, .argument = saved_input()});
  for (const Target& target : input_->targets) {
    auto argument = target.is_send() ? std::make_shared<const Value>(target.argument.clone()) : nullptr;
    next.push_back({.node = target.node,
                    .is_send = target.is_send(),
                    .argument = saved_argument(graph_.schema(), std::move(argument))});
  }
  if (save(Source::kInput, std::move(next), {})) co_await put_checkpoint();
  first_step_ = ++step_;
}

/// New input makes what was left undone void: only the state and the joins that wait come back.
void Run::restore(SavedCheckpoint saved) {
  const std::vector<std::string>& names = *graph_.channel_names();
  state_ = saved_state(graph_, saved.values, saved.deltas);
  share_folded(*info_->saver, thread_, graph_, saved, *state_);
  for (std::size_t i = 0; i < saved.checkpoint.versions.size(); ++i) {
    const auto at = std::ranges::find(names, (*saved.checkpoint.channels)[i]);
    if (at == names.end()) continue;  // a field that the graph no longer has
    const auto channel = static_cast<std::size_t>(at - names.begin());
    channels_[channel].version = saved.checkpoint.versions[i];
    channels_[channel].delta.rested_on = rests_on(saved, *at);
  }
  for (const std::uint32_t channel : graph_.transient_channels()) {
    if (channels_[channel].version > 0) transients_.push_back(channel);
  }
  for (const Arrivals& arrivals : saved.checkpoint.arrivals) restore_join(arrivals);
  version_ = saved.checkpoint.largest_version();
  saved_version_ = version_;
  step_ = saved.checkpoint.step + 1;
  info_->checkpoint_id = saved.checkpoint.id;
}

void Run::restore_join(const Arrivals& arrivals) {
  if (arrivals.join == kDeferred) {
    for (const std::string& name : arrivals.nodes) {
      const auto number = graph_.number_if_known(name);
      if (number && graph_.node(*number).deferred) deferred_.push_back(*number);
    }
    return;
  }
  for (std::size_t join = 0; join < barriers_.size(); ++join) {
    if (graph_.joins()[join].name != arrivals.join) continue;
    const auto& writers = graph_.joins()[join].writers;
    for (std::size_t writer = 0; writer < writers.size(); ++writer) {
      const std::string& name = graph_.node(writers[writer]).name;
      if (std::ranges::find(arrivals.nodes, name) == arrivals.nodes.end()) continue;
      barriers_[join].came[writer] = true;
      --barriers_[join].missing;
    }
  }
}

/// Makes a checkpoint of where the run stands; true when put_checkpoint() is to be awaited for it.
bool Run::save(Source source, std::vector<NextTask> next, std::vector<std::string> ran) {
  // Of those that are put off only the last one reaches the saver.
  std::string& parent_id = unsaved_ ? unsaved_->parent_id : info_->checkpoint_id;
  Unsaved made{.parent_id = std::move(parent_id),
               .source = source,
               .step = step_,
               .next = std::move(next),
               .ran = std::move(ran)};
  info_->checkpoint_id = graph_.next_id();
  const bool put_off = info_->config.durability == Durability::kExit;
  if (!put_off && put_at_once(made)) return false;
  unsaved_ = std::make_unique<Unsaved>(std::move(made));
  return !put_off;
}

bool Run::save_step(Source source) {
  std::vector<std::string> ran;
  for (const auto& task : tasks_) {
    // Tasks are in the order of names, so the several Sends of one node are neighbours or after the named
    // ones.
    if (std::ranges::find(ran, task->node().name) == ran.end()) ran.push_back(task->node().name);
  }
  if (ran.empty()) ran.emplace_back(kStart);
  return save(source, planned_tasks(), std::move(ran));
}

std::vector<NextTask> Run::planned_tasks() const {
  std::vector<NextTask> next;
  next.reserve(plan_.size());
  for (const PlannedTask& planned : plan_) next.push_back(as_next(planned));
  return next;
}

std::vector<std::uint64_t> Run::versions() const {
  std::vector<std::uint64_t> versions;
  versions.reserve(channels_.size());
  for (const ChannelState& channel : channels_) versions.push_back(channel.version);
  return versions;
}

/// The last checkpoint, which the saver is given now.
Checkpoint Run::checkpoint_of(Unsaved made) {
  return {.id = info_->checkpoint_id,
          .parent_id = std::move(made.parent_id),
          .is_branch = std::exchange(is_branch_, false),
          .run_id = info_->config.run_id,
          .created_at = graph_.clock().wall_now(),
          .source = made.source,
          .step = made.step,
          .metadata = info_->config.metadata,
          .channels = graph_.channel_names(),
          .versions = versions(),
          .next = std::move(made.next),
          .arrivals = arrivals(),
          .ran = std::move(made.ran)};
}

/// The common case of a saver in memory: nothing to wait for, so no coroutine.
bool Run::put_at_once(Unsaved& made) {
  ImmediateSaver* saver = info_->saver->immediate();
  if (saver == nullptr) return false;
  std::vector<ChannelValue> changed = changed_values();
  Checkpoint checkpoint = checkpoint_of(std::move(made));
  json::value told = checkpoint_json(checkpoint);
  saver->put_at_once(thread_, std::move(checkpoint), std::move(changed));
  tell_checkpoint(std::move(told));
  return true;
}

/// Gives the last checkpoint to the saver, unless it has it.
base::Task<void> Run::put_checkpoint() {
  if (!unsaved_) co_return;
  const bool meanwhile = info_->config.durability == Durability::kAsync;
  if (meanwhile) co_await room_to_put();
  std::vector<ChannelValue> changed = changed_values();
  Checkpoint checkpoint = checkpoint_of(std::move(*std::exchange(unsaved_, nullptr)));
  json::value told = checkpoint_json(checkpoint);
  if (meanwhile) {
    put_meanwhile({std::move(checkpoint), std::move(changed)}, co_await asio::this_coro::executor);
  } else {
    co_await info_->saver->put(thread_, std::move(checkpoint), std::move(changed));
  }
  tell_checkpoint(std::move(told));
}

/// A run does not get further ahead of its saver than that: what waits is in memory, and lost in a crash.
base::Task<void> Run::room_to_put() {
  if (!saving_) saving_ = std::make_shared<Saving>();
  while (saving_->weight >= kMostWaiting) co_await saving_->has_room.wait();
  if (saving_->failure) std::rethrow_exception(saving_->failure);
}

/// The saver outlives the put through the graph that the handler holds; the run may be gone by then.
void Run::put_meanwhile(NewCheckpoint put, const asio::any_io_executor& executor) {
  saving_->weight += weight_of(put);
  saving_->waiting.push_back(std::move(put));
  if (saving_->busy) return;
  saving_->busy = true;
  asio::co_spawn(executor, put_waiting(info_, thread_, saving_),
                 [saving = saving_, info = info_](std::exception_ptr failure) {
                   if (failure) {
                     saving->failure = std::move(failure);
                     saving->busy = false;
                     saving->waiting.clear();
                     saving->weight = 0;
                   }
                   saving->has_room.wake_all();
                   saving->ended.wake_all();
                 });
}

/// What a run puts before it waits for anything goes out together, and so does what comes while a put is on
/// its way.
base::Task<void> Run::put_waiting(std::shared_ptr<const RunInfo> info, ThreadKey thread,
                                  std::shared_ptr<Saving> saving) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::deferred);
  while (!saving->waiting.empty()) {
    saving->weight = 0;
    asio::post(executor, [saving] { saving->has_room.wake_all(); });  // when these are on their way
    co_await info->saver->put_in_order(thread, std::exchange(saving->waiting, {}));
  }
  saving->busy = false;  // here and not when the coroutine has ended: more may come in between
}

/// Until the checkpoints on their way have arrived; throws what the saver threw.
base::Task<void> Run::saved() {
  const std::shared_ptr<Saving> saving = saving_;
  if (!saving) co_return;
  while (saving->busy) co_await saving->ended.wait();
  if (saving->failure) std::rethrow_exception(saving->failure);
}

/// What the end of a run, good or bad, leaves behind: everything that was put off.
base::Task<void> Run::save_at_exit() {
  const bool left_for_now = info_->config.durability == Durability::kExit && unsaved_ && in_step_;
  co_await put_checkpoint();
  co_await saved();
  if (!left_for_now) co_return;
  for (const auto& [id, called] : info_->calls.all()) {
    co_await info_->saver->put_record(thread_, info_->checkpoint_id, called);
  }
  for (const auto& task : tasks_) {
    if (task->done() || task->handled())
      co_await info_->saver->put_record(thread_, info_->checkpoint_id, record_of(*task));
  }
}

/// Keeps what a task that a node has called has done. Does not need the run, which may be gone when a node
/// that it gave up on gets here.
base::Task<void> Run::keep_call(std::shared_ptr<const RunInfo> info, ThreadKey thread,
                                std::string checkpoint_id, std::shared_ptr<Saving> saving,
                                TaskRecord record) {
  while (saving && saving->busy) co_await saving->ended.wait();
  if (saving && saving->failure) std::rethrow_exception(saving->failure);
  co_await info->saver->put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
}

/// Keeps what a task has done before its super-step is applied.
base::Task<void> Run::record(const TaskRun& task) {
  if (info_->config.durability == Durability::kExit) co_return;
  co_await saved();
  co_await info_->saver->put_record(thread_, info_->checkpoint_id, record_of(task));
}

TaskRecord Run::record_of(const TaskRun& task) const {
  TaskRecord record{.task_id = task.id(), .node = task.node().name, .place = task.place()};
  record.answers = task.answers();
  record.interrupts = task.interrupts();
  if (task.failure()) record.error = describe(task.failure());
  if (task.handled() && !task.handler_failed()) {
    record.handled = task.kept_failure();
    if (!task.done()) record.error = task.handled()->what();
  }
  record.finished = !record.error && !task.waits();
  if (!record.finished) return record;
  keep_writes(task.output.writes, record);
  for (const std::uint32_t node : task.next_nodes) {
    record.targets.push_back({.node = graph_.node(node).name, .is_send = false, .argument = {}});
  }
  for (const PlannedTask& send : task.next_sends) record.targets.push_back(as_next(send));
  return record;
}

/// What writes_of() reads back.
void Run::keep_writes(const Writes& writes, TaskRecord& record) const {
  for (const Write& write : writes) {
    const Channel& channel = graph_.schema().channels[write.channel];
    if (channel.untracked) continue;
    record.writes.push_back(
        {.channel = channel.name, .overwrite = write.overwrite, .value = SavedValue(write.value.clone())});
  }
}

/// Remembers a write that a reducer is about to fold in, for the next checkpoint.
void Run::keep_delta(std::uint32_t channel, const Value& write) {
  Delta& delta = channels_[channel].delta;
  if (delta.is_whole || graph_.schema().channels[channel].untracked) return;
  delta.writes.emplace_back(write.clone());
  // Of a run that saves at its end only, or of a field that has had as many writes as it has been written,
  // the whole value is the shorter story.
  const bool is_long =
      delta.rested_on + delta.writes.size() > std::max(kFewestDeltas, channels_[channel].version / 2);
  if (is_long) keep_whole(channel);
}

/// The next checkpoint has the field's whole value, not what was added to it.
void Run::keep_whole(std::uint32_t channel) {
  channels_[channel].delta = {.writes = {}, .rested_on = 0, .is_whole = true};
}

/// The fields written since the last checkpoint.
std::vector<ChannelValue> Run::changed_values() {
  std::vector<ChannelValue> changed;
  const auto& channels = graph_.schema().channels;
  for (std::uint32_t i = 0; i < channels.size(); ++i) {
    if (channels[i].untracked) channels_[i].version = 0;
    if (channels_[i].version <= saved_version_) continue;
    Delta& delta = channels_[i].delta;
    if (delta.writes.empty()) {
      changed.push_back(
          {.channel = i, .value = SavedValue(Value::copy_of(*channels[i].type, state_->field(i)))});
      delta = {};
    } else {
      delta.rested_on += delta.writes.size();
      changed.push_back(
          {.channel = i, .value = {}, .writes = std::exchange(delta.writes, {}), .is_delta = true});
    }
  }
  saved_version_ = version_;
  return changed;
}

std::vector<Arrivals> Run::arrivals() const {
  std::vector<Arrivals> waiting;
  for (std::size_t join = 0; join < barriers_.size(); ++join) {
    const Barrier& barrier = barriers_[join];
    if (barrier.missing == barrier.came.size()) continue;
    Arrivals arrivals{.join = graph_.joins()[join].name, .nodes = {}};
    for (std::size_t writer = 0; writer < barrier.came.size(); ++writer) {
      if (barrier.came[writer])
        arrivals.nodes.push_back(graph_.node(graph_.joins()[join].writers[writer]).name);
    }
    waiting.push_back(std::move(arrivals));
  }
  if (deferred_.empty()) return waiting;
  Arrivals deferred{.join = std::string(kDeferred), .nodes = {}};
  for (const std::uint32_t node : deferred_) deferred.nodes.push_back(graph_.node(node).name);
  waiting.push_back(std::move(deferred));
  return waiting;
}

NextTask Run::as_next(const PlannedTask& planned) const {
  return {.node = graph_.node(planned.node).name,
          .is_send = planned.argument != nullptr,
          .argument = saved_argument(graph_.schema(), planned.argument)};
}

SavedValue Run::saved_input() const {
  const StateSchema& schema = graph_.schema();
  if (input_->whole && schema.type != nullptr) {
    return saved_argument(schema, std::make_shared<const Value>(schema.value_of(*input_->whole->clone())));
  }
  const Writes whole = input_->whole ? all_fields(input_->whole) : Writes();
  SavedValues fields;
  for (const Writes* writes : std::array<const Writes*, 2>{&whole, &input_->writes}) {
    for (const Write& write : *writes) {
      const Channel& channel = schema.channels[write.channel];
      if (!channel.untracked) fields.insert_or_assign(channel.name, SavedValue(write.value.clone()));
    }
  }
  return SavedValue(Value::of<SavedValues>(std::move(fields)));
}

}  // namespace pharos::graph
