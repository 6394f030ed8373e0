// One run of a graph: plans super-steps, runs their tasks, applies what they wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/saver.h"
#include "core/graph/task_run.h"

namespace pharos::graph {

/// What a run starts from.
struct RunInput {
  std::shared_ptr<StateStorage> whole;  ///< a complete state, or
  Writes writes;                        ///< writes to some fields, or
  Targets targets;                      ///< of a Command: where to go, besides
  std::optional<Resume> resume;         ///< where the thread stopped
  bool is_command = false;              ///< on a thread that has begun, goes on where it stopped
};

/// Writes to a thread from outside, as if `as_node` had: the node that wrote last, when empty.
struct Edit {
  Writes writes;
  std::string as_node;
};

/// Not thread-safe: it lives on one executor that runs one thing at a time (an io_context with one thread, or
/// a strand), and so do its tasks. Use once.
class Run {
 public:
  Run(std::shared_ptr<const CompiledGraph> graph, RunConfig config, RunInput input, StreamModes modes = {},
      EventSink* sink = nullptr);
  Run(std::shared_ptr<RunInfo> info, RunInput input);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Returns the final state. Throws NodeError, GraphError, or base::Error (kCancelled) when the awaiting
  /// coroutine is cancelled; tasks still running are then cancelled too, and not waited for.
  base::Task<std::shared_ptr<StateStorage>> execute();
  /// After execute(): the questions that the run waits for, and the nodes still to run.
  std::vector<Interrupt> take_interrupts() { return std::move(interrupts_); }
  std::vector<std::string> take_next() { return std::move(next_); }
  /// After execute(): it stopped because it was asked to.
  bool drained() const { return drained_; }
  /// After execute(): throws GraphError, kDrained or kPaused, when the run stopped before its end.
  void require_end() const;

  /// Instead of execute(): edits the thread, a checkpoint for each step; returns the id of the last.
  base::Task<std::string> edit(std::vector<std::vector<Edit>> steps);

 private:
  using Tasks = std::vector<std::shared_ptr<TaskRun>>;

  // Planning and running (run.cc).
  void check_config() const;
  void begin();
  base::Task<void> advance();
  base::Task<void> run_alone();
  base::Task<void> keep_failure(TaskRun& task);
  base::Task<void> handle_alone(TaskRun& task);
  void begin_step();
  void settle(TaskRun& task);
  void end_step();
  [[noreturn]] void leave(const TaskRun& task) const;

  // Running tasks side by side (crowd.cc).
  struct Crowd;
  struct Lane;
  base::Task<void> run_together();
  void start_more(const boost::asio::any_io_executor& executor);
  std::shared_ptr<TaskRun> next_task();
  void abandon_tasks();

  // Coming to rest (resting.cc).
  bool stops_before() const;
  bool stops_after() const;
  bool drains() const;
  bool waits_in_step() const;
  void rest_before_step();
  void rest_in_step();
  void tell_interrupts() const;
  [[noreturn]] void throw_recursion_limit() const;

  // Applying writes (apply.cc).
  void apply_input();
  void write_from_outside(Writes writes);
  void empty_transients();
  Writes all_fields(std::shared_ptr<StateStorage> whole) const;
  void check_writes(const Tasks& tasks);
  void apply_writes(const Tasks& tasks);
  void apply_write(Write& write, std::string_view writer);
  void claim(const Write& write, std::uint32_t writer, const Tasks& tasks);
  void own_state();

  // Following edges (routing.cc).
  void route(TaskRun& task, const void* view);
  bool routes_before_applying() const;
  void route_with_own_writes(TaskRun& task);
  void follow(const CompiledNode& from, const void* view, Targets targets, TaskRun& into);
  Targets ask(const CompiledBranch& branch, const CompiledNode& from, const void* view) const;
  void add_target(const CompiledNode& from, const CompiledBranch* branch, Target target, TaskRun& into);
  void plan_next(const Tasks& tasks);
  void plan_by_edges(const CompiledNode& node);
  void plan_after(TaskRun& task);
  void arm(std::uint32_t node);
  void release_deferred();
  void end_here();

  // Going on (resuming.cc).
  base::Task<void> reopen(SavedCheckpoint saved);
  void give_answers(const Resume& resume);
  std::size_t answer_task(TaskRecord& record, const Resume& resume);
  void give_answers_anew(const Resume& resume);
  void adopt_records();
  void adopt(TaskRun& task, TaskRecord record);
  PlannedTask planned(const NextTask& next) const;
  Writes writes_of(const TaskRecord& record) const;
  void reopen_start(const std::vector<NextTask>& next);
  RunInput input_of(const SavedValue& argument) const;

  // Commands from outside (commanding.cc).
  void restore_command(std::vector<TaskRecord>& records);
  void plan_command();
  void apply_command();
  void plan_besides(std::vector<PlannedTask> targets);
  void order_tasks();
  std::uint32_t index_of(const TaskRun& task) const;

  // Editing (editing.cc).
  bool is_copy(const std::vector<std::vector<Edit>>& steps) const;
  base::Task<std::string> copy(std::optional<SavedCheckpoint> saved);
  std::string writer_of(const std::vector<std::string>& ran) const;
  std::vector<std::string> edit_step(std::vector<Edit> edits, const std::vector<std::string>& ran);
  void add_edit(const std::string& as_node, Writes writes);

  // Keeping (saving.cc).
  bool is_kept() const { return info_->saver != nullptr; }
  base::Task<void> open_thread();
  bool is_called_again(const Checkpoint& last) const;
  base::Task<std::optional<SavedCheckpoint>> read_thread(bool must_exist);
  void restore(SavedCheckpoint saved);
  void restore_join(const Arrivals& arrivals);
  bool save(Source source, std::vector<NextTask> next, std::vector<std::string> ran);
  bool save_step(Source source);
  std::vector<NextTask> planned_tasks() const;
  std::vector<std::uint64_t> versions() const;
  struct Unsaved;
  Checkpoint checkpoint_of(Unsaved made);
  bool put_at_once(Unsaved& made);
  base::Task<void> put_checkpoint();
  struct Saving;
  base::Task<void> room_to_put();
  void put_meanwhile(NewCheckpoint put, const boost::asio::any_io_executor& executor);
  static base::Task<void> put_waiting(std::shared_ptr<const RunInfo> info, ThreadKey thread,
                                      std::shared_ptr<Saving> saving);
  base::Task<void> saved();
  base::Task<void> save_at_exit();
  base::Task<void> record(const TaskRun& task);
  TaskRecord record_of(const TaskRun& task) const;
  void keep_writes(const Writes& writes, TaskRecord& record) const;
  void keep_delta(std::uint32_t channel, const Value& write);
  void keep_whole(std::uint32_t channel);
  std::vector<ChannelValue> changed_values();
  static base::Task<void> keep_call(std::shared_ptr<const RunInfo> info, ThreadKey thread,
                                    std::string checkpoint_id, std::shared_ptr<Saving> saving,
                                    TaskRecord record);
  std::vector<Arrivals> arrivals() const;
  NextTask as_next(const PlannedTask& planned) const;
  SavedValue saved_input() const;

  // Telling (events.cc).
  void tell_task(const TaskRun& task, std::string_view kind, json::object data) const;
  void tell_failure(const TaskRun& task) const;
  json::value checkpoint_json(const Checkpoint& checkpoint) const;
  void tell_checkpoint(json::value checkpoint) const;
  json::value debug_json(std::string_view kind, int step, json::value payload) const;
  void tell_start(const TaskRun& task) const;
  void tell_end(const TaskRun& task) const;
  void know_messages() const;
  void tell_messages(TaskRun& task) const;
  void tell_values() const;
  json::value state_json(StateStorage& state) const;
  json::value written_json(const TaskRun& task) const;

  struct Barrier {
    void reset() {
      came.assign(came.size(), false);
      missing = came.size();
    }

    std::vector<bool> came;
    std::size_t missing;
  };
  /// A checkpoint that has an id but has not been given to the saver.
  struct Unsaved {
    std::string parent_id;  ///< the last one given to the saver
    Source source;
    int step;
    std::vector<NextTask> next;
    std::vector<std::string> ran;
  };
  /// Checkpoints on their way to the saver while the run goes on, in order.
  struct Saving {
    std::vector<NewCheckpoint> waiting;
    std::size_t weight = 0;  ///< of what waits
    bool busy = false;       ///< until all have arrived or one has failed
    std::exception_ptr failure;
    WaitingRoom has_room;
    WaitingRoom ended;  ///< no longer busy
  };
  /// What a reducer has folded into a channel since the last checkpoint.
  struct Delta {
    std::vector<SavedValue> writes;
    std::uint64_t rested_on = 0;  ///< writes between the channel's last snapshot and the last checkpoint
    bool is_whole = false;        ///< the next checkpoint is to have the whole value
  };
  /// Who wrote a channel in this super-step.
  struct Claim {
    std::uint32_t round = 0;
    std::uint32_t writer = 0;
    bool overwrite = false;
  };
  struct ChannelState {
    std::uint64_t version = 0;  ///< the value of version_ at its last write
    Claim claim;
    Delta delta;  ///< stays empty when nothing is kept
  };

  std::shared_ptr<RunInfo> info_;
  const CompiledGraph& graph_;
  std::unique_ptr<RunInput> input_;  ///< until it is applied
  std::shared_ptr<StateStorage> state_;
  std::shared_ptr<StateStorage> scratch_;  ///< for routes of tasks that run beside others
  int step_ = 0;
  int first_step_ = 0;                ///< in which this run's input is applied
  std::vector<PlannedTask> plan_;     ///< of the coming super-step, in apply order
  Tasks tasks_;                       ///< of the super-step under way, in apply order
  std::unique_ptr<Crowd> crowd_;      ///< once tasks have run side by side
  std::vector<std::uint32_t> armed_;  ///< node → round + 1 in which it was planned
  std::vector<PlannedTask> sends_;
  std::vector<std::uint32_t> deferred_;    ///< nodes that wait until nothing else is left to run
  std::vector<std::uint32_t> transients_;  ///< transient channels that hold something
  std::vector<Barrier> barriers_;
  std::vector<ChannelState> channels_;  ///< of each field
  std::uint32_t round_ = 1;             ///< counts applied steps, for armed_ and the claims
  std::uint64_t version_ = 0;
  std::uint64_t saved_version_ = 0;  ///< the largest one that is in the last checkpoint
  ThreadKey thread_;
  bool is_branch_ = false;  ///< the next checkpoint may follow an older one than the thread's last
  std::unique_ptr<Unsaved> unsaved_;
  std::shared_ptr<Saving> saving_;
  std::vector<TaskRecord> records_;      ///< of the super-step that a resumed run begins with
  std::unique_ptr<TaskRecord> command_;  ///< what Commands have brought to that super-step
  bool in_step_ = false;                 ///< tasks have begun whose writes are not applied
  bool resumed_ = false;                 ///< breakpoints let its first super-step pass
  bool drained_ = false;
  const TaskRun* leaving_ = nullptr;  ///< the task whose command to the parent ends this run
  std::vector<Interrupt> interrupts_;
  std::vector<std::string> next_;
};

}  // namespace pharos::graph
