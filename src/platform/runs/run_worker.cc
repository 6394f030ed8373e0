#include "platform/runs/run_worker.h"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/runs/line.h"
#include "platform/runs/local_end.h"
#include "platform/runs/run_journal.h"
#include "platform/runs/runs.h"
#include "platform/runs/thread_events.h"
#include "platform/runs/thread_rows.h"
#include "platform/storage/json_text.h"

namespace pharos::runs {
namespace asio = boost::asio;
namespace {

using storage::Row;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};

/// Nothing when somebody has stopped or deleted it meanwhile.
std::optional<RunTurn> begin(Session& session, const Assistants& assistants, const std::string& run_id,
                             storage::Moment now) {
  const auto run = session.find("SELECT * FROM runs WHERE id = $1", run_id);
  if (!run || is_over(base::from_name<RunStatus>(run->text("status"), "a run's status"))) return std::nullopt;
  RunTurn begun{.thread_id = run->text("thread_id")};
  const auto thread = find_thread_locked(session, begun.thread_id);
  if (!thread) return std::nullopt;
  begun.first_number = run->optional_number("first_number").value_or(thread->number("next_number"));
  begun.request = request_of(*run);
  begun.metadata = storage::read_json(run->text("metadata"), "metadata").as_object();
  try {
    begun.assistant = assistants.find(session, run->text("assistant_id"));
  } catch (const base::Error&) {
    // It was deleted: the run goes on with the graph it was made for.
    begun.assistant.assistant_id = run->text("assistant_id");
    begun.assistant.graph_id = run->text("graph_id");
  }
  session.run_later("UPDATE runs SET status = 'running', first_number = $3, updated_at = $2 WHERE id = $1",
                    run_id, now, begun.first_number);
  set_thread_status(session, begun.thread_id, ThreadStatus::kBusy, now);
  return begun;
}

/// One attempt at one run.
class Attempt {
 public:
  Attempt(const RunParts& parts, jobs::JobContext& context) : parts_(parts), context_(context) {}

  /// Takes its turn first.
  base::Task<json::value> work();
  base::Task<json::value> work(RunTurn begun);

 private:
  base::Task<void> prepare();
  base::Task<graph::JsonStart> start();
  base::Task<graph::JsonStart> answered(graph::JsonStart start) const;
  base::Task<void> run_graph();
  RunEnd end_of(const std::exception_ptr& failure) const;
  base::Task<void> finish();
  base::Task<Ending> wanted_ending() const;
  ThreadRest rest_of(const std::optional<graph::JsonSnapshot>& stands) const;
  jobs::LastWrite write_end(Session& session, const ThreadRest& rest, Ending ending, bool& is_left);
  void conclude(Session& session, std::optional<storage::Asked> next, base::WallTime now);
  /// A worker has had this run before: one that died, or was stopped.
  bool is_begun_anew() const { return context_.lease().epoch > 1; }
  /// What is told is known to rest in checkpoints by when those are made.
  graph::StreamModes modes() const {
    return is_told() ? modes_of(begun_.request.stream) | graph::StreamMode::kCheckpoints
                     : graph::StreamModes();
  }
  bool is_told() const { return !begun_.request.stream.modes.empty(); }
  graph::ThreadKey key() const { return {.thread_id = begun_.thread_id, .path = {}}; }

  const RunParts& parts_;
  jobs::JobContext& context_;
  const std::string run_id_ = context_.job().id;
  RunTurn begun_;
  std::shared_ptr<const ServedGraph> graph_;
  std::optional<graph::SavedCheckpoint> last_;  ///< of the thread, before this attempt
  std::unique_ptr<RunJournal> journal_;
  RunEnd end_;
  bool is_at_end_ = false;  ///< the thread has nothing left to run
};

base::Task<json::value> Attempt::work() {
  auto take = [this, now = storage::time_number(parts_.clock)](Session& session) {
    return begin(session, parts_.assistants, run_id_, now);
  };
  auto begun = co_await context_.write(std::move(take), kCommitted);
  if (!begun) co_return nullptr;
  co_return co_await work(*std::move(begun));
}

base::Task<json::value> Attempt::work(RunTurn begun) {
  begun_ = std::move(begun);
  parts_.jobs.hints().changed(begun_.thread_id);
  std::exception_ptr failure;
  try {
    co_await prepare();
    co_await run_graph();
  } catch (...) {
    failure = std::current_exception();
  }
  // Whatever has stopped it, how it ended is written down.
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const jobs::StopReason stop = context_.stop_reason();
  const bool is_another_s = stop == jobs::StopReason::kWorkerStops || stop == jobs::StopReason::kLeaseLost;
  if (failure) end_ = end_of(failure);
  if (journal_ && is_told() && failure && !is_another_s && !end_.error_name.empty()) {
    journal_->add({.name = "error", .data = error_json(end_)});
  }
  if (journal_) co_await journal_->close();
  if (failure && is_another_s) std::rethrow_exception(failure);
  co_await finish();
  co_return nullptr;
}

base::Task<void> Attempt::prepare() {
  graph_ = parts_.assistants.graph_of(begun_.assistant);
  Told told;
  const std::int64_t attempt = context_.lease().epoch;
  // A first attempt with input begins wherever the thread stands.
  if (is_begun_anew() || (begun_.request.input.is_null() && !begun_.is_on_new_thread))
    last_ = co_await parts_.saver->get(key(), {});
  if (is_begun_anew()) {
    const bool has_begun = last_ && last_->checkpoint.run_id == run_id_;
    std::vector<jobs::JobEvent> events;
    co_await read_events(parts_.jobs, context_.scope(), run_id_,
                         [&events](jobs::JobEvent event) { events.push_back(std::move(event)); });
    told = told_before(events, has_begun ? last_->checkpoint.id : std::string());
  }
  json::object about =
      run_metadata(begun_.assistant.metadata, begun_.assistant, begun_.thread_id, run_id_, attempt);
  journal_ = std::make_unique<RunJournal>(context_, Teller(begun_.request.stream, std::move(about)),
                                          std::move(told), co_await asio::this_coro::executor);
  if (context_.job().attempts > kMostAttempts) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("the server died {} times while it did this run", kMostAttempts));
  }
  if (is_told()) journal_->add({.name = "metadata", .data = {{"run_id", run_id_}, {"attempt", attempt}}});
}

/// What an attempt before this one has begun goes on where that stopped.
base::Task<graph::JsonStart> Attempt::start() {
  graph::JsonStart start = start_of(begun_.request);
  if (is_begun_anew() && last_) {
    const bool has_command = std::ranges::find(last_->records, graph::kCommandPlace,
                                               &graph::TaskRecord::place) != last_->records.end();
    if (last_->checkpoint.run_id == run_id_ || (start.is_command && has_command)) {
      co_return graph::JsonStart{.values = {}, .go_to = {}, .resume = graph::Resume{}};
    }
  }
  if (start.resume && start.resume->answer) co_return co_await answered(std::move(start));
  // A thread on which nothing has run begins, with or without input.
  if (start.resume && !last_ && !start.is_command) start.resume.reset();
  co_return start;
}

/// An answer is to the one open question; an object by the ids of open questions is an answer to each.
base::Task<graph::JsonStart> Attempt::answered(graph::JsonStart start) const {
  const auto stands = co_await graph_->graph.with_saver(parts_.saver)
                          .get_state(begun_.thread_id, begun_.request.checkpoint_id);
  if (!stands) co_return start;
  const auto is_open = [&](std::string_view id) {
    return std::ranges::find(stands->interrupts, id, &graph::Interrupt::id) != stands->interrupts.end();
  };
  const json::object* by_id = start.resume->answer->if_object();
  const bool all_are_ids = by_id != nullptr && !by_id->empty() &&
                           std::ranges::all_of(*by_id, [&](const auto& each) { return is_open(each.key()); });
  if (all_are_ids) {
    for (const auto& [id, answer] : *by_id) start.resume->answers.emplace(id, answer);
    start.resume->answer.reset();
  } else if (is_begun_anew() && stands->interrupts.empty()) {
    start.resume->answer.reset();  // given in an earlier attempt
  }
  co_return start;
}

base::Task<void> Attempt::run_graph() {
  graph::RunConfig config = config_of(
      *graph_, with_config_of(begun_.assistant, begun_.request),
      run_metadata(begun_.metadata, begun_.assistant, begun_.thread_id, run_id_, context_.lease().epoch));
  config.thread_id = begun_.thread_id;
  config.checkpoint_id = begun_.request.checkpoint_id;
  config.run_id = run_id_;
  config.deadline = context_.deadline();
  config.saver = std::make_shared<JournalSaver>(parts_.saver, *journal_, begun_.is_on_new_thread);
  if (parts_.store_of) config.store = parts_.store_of(context_.scope());
  graph::JsonStart start = co_await this->start();
  if (last_ && last_->checkpoint.run_id == run_id_) config.checkpoint_id.clear();
  graph::JsonOutcome outcome =
      co_await graph_->graph.run(std::move(start), std::move(config), modes(), journal_.get());
  is_at_end_ = outcome.ended();
  end_ = finished_end(std::move(outcome));
}

RunEnd Attempt::end_of(const std::exception_ptr& failure) const {
  switch (context_.stop_reason()) {
    case jobs::StopReason::kCancelled:
      return {
          .status = RunStatus::kInterrupted, .error_name = "UserInterrupt", .error = "the run was cancelled"};
    case jobs::StopReason::kOutOfTime:
      return {.status = RunStatus::kTimeout,
              .error_name = "TimeoutError",
              .error = "the run took longer than it may"};
    default:
      return failed_end(failure);
  }
}

ThreadRest Attempt::rest_of(const std::optional<graph::JsonSnapshot>& stands) const {
  ThreadRest rest;
  if (journal_) rest.next_number = begun_.first_number + (journal_->next_id() + 1) * kNumbersOfAnEvent;
  if (is_at_end_) rest.values = end_.values;
  if (stands) {
    rest.values = stands->values;
    if (!stands->next.empty()) rest.interrupts = interrupts_of(*stands);
  }
  const bool waits = stands && !stands->next.empty();
  if (end_.status == RunStatus::kError || end_.status == RunStatus::kTimeout) {
    rest.status = ThreadStatus::kError;
    rest.error = end_.error;
  } else if (end_.status == RunStatus::kSuccess && waits) {
    rest.status = ThreadStatus::kInterrupted;
  }
  return rest;
}

base::Task<Ending> Attempt::wanted_ending() const {
  auto look = [run_id = run_id_](Session& session) {
    const auto row = session.find("SELECT ending FROM runs WHERE id = $1", run_id);
    const auto ending = row ? row->optional_text("ending") : std::nullopt;
    return ending ? base::from_name<Ending>(*ending, "a run's ending") : Ending::kInterrupt;
  };
  return parts_.jobs.database().read(context_.scope(), std::move(look));
}

/// The run, its thread, who is to be told and who is next: all or nothing.
base::Task<void> Attempt::finish() {
  const bool is_undone =
      end_.status == RunStatus::kInterrupted && co_await wanted_ending() == Ending::kRollback;
  if (is_undone) co_await parts_.saver->delete_run(begun_.thread_id, run_id_);
  std::optional<graph::JsonSnapshot> stands;
  if (graph_ && !is_at_end_) {
    stands = co_await graph_->graph.with_saver(parts_.saver).get_state(begun_.thread_id);
  }
  if (end_.status != RunStatus::kSuccess && stands) end_.values = stands->values;
  const ThreadRest rest = rest_of(stands);
  bool is_left = true;
  auto work = [this, rest, &is_left, ending = is_undone ? Ending::kRollback : Ending::kInterrupt](
                  Session& session) { return write_end(session, rest, ending, is_left); };
  co_await context_.finish(std::move(work), kCommitted);
  // It may have been swept while this run still wrote to it.
  if (!is_left) co_await parts_.saver->delete_thread(begun_.thread_id);
}

/// What is asked and written here goes to the database at once, with the job's end.
jobs::LastWrite Attempt::write_end(Session& session, const ThreadRest& rest, Ending ending, bool& is_left) {
  const base::WallTime now = parts_.clock.wall_now();
  const storage::Moment moment = storage::time_number(now);
  storage::Asked thread = ask_thread_locked(session, begun_.thread_id);
  if (ending == Ending::kRollback) {
    session.run_later("DELETE FROM runs WHERE id = $1", run_id_);
  } else {
    session.run_later("UPDATE runs SET status = $2, updated_at = $3 WHERE id = $1", run_id_,
                      base::to_name(end_.status), moment);
  }
  write_rest(session, begun_.thread_id, rest, moment);
  std::optional<storage::Asked> next;
  if (!begun_.request.deletes_thread) next.emplace(ask_next_run(session, begun_.thread_id, now));
  auto then = [this, &session, &is_left, thread, next, now]() mutable {
    // Whoever has deleted the thread wants nothing of it any more.
    is_left = thread.row().has_value();
    if (is_left) conclude(session, next, now);
    if (begun_.local_end) session.after_commit([this] { begun_.local_end->set(end_); });
  };
  return {.result = base::to_json(end_), .then = std::move(then)};
}

/// Tells who is to be told, and gives the next run its turn.
void Attempt::conclude(Session& session, std::optional<storage::Asked> next, base::WallTime now) {
  if (!begun_.request.webhook.empty() && parts_.tell_webhook) {
    json::object told{{"run_id", run_id_},
                      {"thread_id", begun_.thread_id},
                      {"assistant_id", begun_.assistant.assistant_id},
                      {"status", base::to_name(end_.status)},
                      {"values", end_.values}};
    if (!end_.error.empty()) told["error"] = end_.error;
    parts_.tell_webhook(session, begun_.request.webhook, told);
  }
  if (next) {
    queue_next(session, parts_.jobs, begun_.thread_id, *std::move(next), now);
  } else {
    session.run_later("DELETE FROM threads WHERE id = $1 AND is_temporary", begun_.thread_id);
  }
}

base::Task<json::value> do_run(RunParts parts, jobs::JobContext& context) {
  Attempt attempt(parts, context);
  co_return co_await attempt.work();
}

base::Task<json::value> do_first_attempt(RunParts parts, RunTurn turn, jobs::JobContext& context) {
  Attempt attempt(parts, context);
  co_return co_await attempt.work(std::move(turn));
}

}  // namespace

jobs::Handler first_attempt(RunParts parts, RunTurn turn) {
  return [parts = std::move(parts), turn = std::make_shared<const RunTurn>(std::move(turn))](
             const jobs::Job&, jobs::JobContext& context) { return do_first_attempt(parts, *turn, context); };
}

void do_runs_in(jobs::Worker& worker, RunParts parts, base::Duration time_limit) {
  worker.handle(kRunJob,
                [parts = std::move(parts)](const jobs::Job&, jobs::JobContext& context) {
                  return do_run(parts, context);
                },
                {.time_limit = time_limit});
}

}  // namespace pharos::runs
