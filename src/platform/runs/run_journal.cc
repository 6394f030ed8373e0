#include "platform/runs/run_journal.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "core/graph/wakeup.h"

namespace pharos::runs {
namespace asio = boost::asio;
namespace {

constexpr std::int64_t kMostInABatch = 256;
constexpr int kEventsAtOnce = 500;
constexpr std::size_t kMuch = 512;  ///< events that wait to be written down

json::value batch_json(std::int64_t first, const std::string& checkpoint, std::vector<ToldEvent> events) {
  json::array list;
  list.reserve(events.size());
  for (ToldEvent& each : events) list.push_back(json::array{each.name, std::move(each.data)});
  json::object batch{{"first", first}, {"told", std::move(list)}};
  if (!checkpoint.empty()) batch["checkpoint"] = checkpoint;
  return batch;
}

/// What is told of messages says in which attempt they were made; that is no difference.
bool is_same_but_for_attempt(const json::value& a, const json::value& b) {
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), is_same_but_for_attempt);
  }
  if (!a.is_object() || !b.is_object()) return a == b;
  return a.get_object().size() == b.get_object().size() &&
         std::ranges::all_of(a.get_object(), [&b](const auto& member) {
           const json::value* other = b.get_object().if_contains(member.key());
           return other != nullptr &&
                  (member.key() == "run_attempt" || is_same_but_for_attempt(member.value(), *other));
         });
}

bool tells_the_same(const ToldEvent& a, const ToldEvent& b) {
  if (a.name != b.name) return false;
  return a.name.starts_with("messages") ? is_same_but_for_attempt(a.data, b.data) : a.data == b.data;
}

}  // namespace

/// Outlives the journal as long as something is on its way.
struct RunJournal::Core : std::enable_shared_from_this<Core> {
  /// A checkpoint rests on what was told before that place, and on nothing after it.
  struct Mark {
    std::int64_t place = 0;
    std::string checkpoint;
  };

  Core(jobs::JobContext& of, std::int64_t first, asio::any_io_executor on)
      : context(of), next_id(first), written_id(first), executor(std::move(on)) {}

  /// The id of what is told next.
  std::int64_t end() const { return next_id + std::ssize(waiting); }
  void mark(const std::string& checkpoint);
  bool is_marked(const std::string& checkpoint) const {
    return std::ranges::find(marks, checkpoint, &Mark::checkpoint) != marks.end();
  }
  void write_soon();
  base::Task<void> write_all();
  json::value take_batch();

  jobs::JobContext& context;
  std::int64_t next_id;     ///< of the first that waits
  std::int64_t written_id;  ///< of the first that is not written down yet
  asio::any_io_executor executor;
  std::deque<ToldEvent> waiting;
  std::deque<Mark> marks;  ///< that are not written down yet, in the order of their places
  std::string last_made;   ///< the checkpoint that was made last
  bool busy = false;
  std::exception_ptr failure;
  graph::WaitingRoom written;
};

/// Where nothing is told nothing rests on it.
void RunJournal::Core::mark(const std::string& checkpoint) {
  if (end() == 0 || checkpoint == last_made || is_marked(checkpoint)) return;
  last_made = checkpoint;
  // Of several at one place the last one counts.
  if (!marks.empty() && marks.back().place == end()) marks.pop_back();
  marks.push_back({.place = end(), .checkpoint = checkpoint});
}

void RunJournal::Core::write_soon() {
  if (busy || failure) return;
  busy = true;
  asio::co_spawn(executor, write_all(), [core = shared_from_this()](std::exception_ptr thrown) {
    core->failure = std::move(thrown);
    core->busy = false;
    core->written.wake_all();
  });
}

/// A batch ends where a checkpoint rests on it.
json::value RunJournal::Core::take_batch() {
  std::int64_t count = std::min<std::int64_t>(std::ssize(waiting), kMostInABatch);
  std::string checkpoint;
  if (!marks.empty() && marks.front().place - next_id <= count) {
    count = marks.front().place - next_id;
    checkpoint = std::move(marks.front().checkpoint);
    marks.pop_front();
  }
  std::vector<ToldEvent> batch;
  const auto last = waiting.begin() + static_cast<std::ptrdiff_t>(count);
  std::move(waiting.begin(), last, std::back_inserter(batch));
  waiting.erase(waiting.begin(), last);
  return batch_json(std::exchange(next_id, next_id + count), checkpoint, std::move(batch));
}

/// What comes while a batch is on its way makes the next one.
base::Task<void> RunJournal::Core::write_all() {
  const auto self = shared_from_this();
  while (!waiting.empty() || !marks.empty()) {
    json::value batch = take_batch();
    const std::int64_t end_of_batch = next_id;
    co_await context.progress(std::move(batch));
    written_id = end_of_batch;
    written.wake_all();
  }
}

RunJournal::RunJournal(jobs::JobContext& context, Teller teller, Told told, asio::any_io_executor executor)
    : teller_(std::move(teller)),
      unsettled_(std::move(told.unsettled)),
      core_(std::make_shared<Core>(context, told.next_id, std::move(executor))) {}

RunJournal::~RunJournal() = default;

/// A checkpoint may reach its saver when more has been told: what it rests on is known when it is made.
void RunJournal::accept(graph::StreamEvent event) {
  if (event.mode == graph::StreamMode::kCheckpoints && event.path.empty()) {
    const json::value& id = event.data.at("config").at("configurable").at("checkpoint_id");
    core_->mark(std::string(id.as_string()));
  }
  for (ToldEvent& told : teller_.tell(std::move(event))) {
    const auto before = std::ranges::find_if(
        unsettled_, [&told](const ToldEvent& each) { return tells_the_same(each, told); });
    if (before != unsettled_.end()) {
      unsettled_.erase(before);
    } else {
      add(std::move(told));
    }
  }
}

void RunJournal::add(ToldEvent event) {
  core_->waiting.push_back(std::move(event));
  core_->write_soon();
}

base::Task<void> RunJournal::ready() {
  const std::shared_ptr<Core> core = core_;
  while (core->waiting.size() > kMuch && !core->failure) co_await core->written.wait();
  if (core->failure) std::rethrow_exception(core->failure);
}

base::Task<void> RunJournal::flush(std::string checkpoint) {
  const std::shared_ptr<Core> core = core_;
  if (!checkpoint.empty()) core->mark(checkpoint);
  const std::int64_t end = checkpoint.empty() ? core->end() : 0;
  while (!core->failure && (core->written_id < end || core->is_marked(checkpoint))) {
    core->write_soon();
    co_await core->written.wait();
  }
  if (core->failure) std::rethrow_exception(core->failure);
}

base::Task<void> RunJournal::close() {
  const std::shared_ptr<Core> core = core_;
  while (core->busy || (!core->failure && (!core->waiting.empty() || !core->marks.empty()))) {
    core->write_soon();
    co_await core->written.wait();
  }
  if (core->failure) std::rethrow_exception(core->failure);
}

std::int64_t RunJournal::next_id() const {
  return core_->next_id;
}

base::Task<void> JournalSaver::put(graph::ThreadKey thread, graph::Checkpoint checkpoint,
                                   std::vector<graph::ChannelValue> changed) {
  is_empty_ = false;
  co_await journal_.flush(thread.path.empty() ? checkpoint.id : std::string());
  co_await saver_->put(std::move(thread), std::move(checkpoint), std::move(changed));
}

base::Task<void> JournalSaver::put_in_order(graph::ThreadKey thread,
                                            std::vector<graph::NewCheckpoint> checkpoints) {
  is_empty_ = false;
  co_await journal_.flush(thread.path.empty() ? checkpoints.back().checkpoint.id : std::string());
  co_await saver_->put_in_order(std::move(thread), std::move(checkpoints));
}

base::Task<void> JournalSaver::put_record(graph::ThreadKey thread, std::string checkpoint_id,
                                          graph::TaskRecord record) {
  co_await journal_.flush();
  co_await saver_->put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
}

base::Task<std::optional<graph::SavedCheckpoint>> JournalSaver::get(graph::ThreadKey thread,
                                                                    std::string checkpoint_id) {
  if (is_empty_) co_return std::nullopt;
  co_return co_await saver_->get(std::move(thread), std::move(checkpoint_id));
}

base::Task<std::vector<graph::SavedCheckpoint>> JournalSaver::list(graph::ThreadKey thread,
                                                                   graph::ListQuery query) {
  return saver_->list(std::move(thread), std::move(query));
}

base::Task<void> JournalSaver::copy_thread(std::string from, std::string to) {
  return saver_->copy_thread(std::move(from), std::move(to));
}

base::Task<void> JournalSaver::prune(std::string thread_id) {
  return saver_->prune(std::move(thread_id));
}

base::Task<void> JournalSaver::delete_run(std::string thread_id, std::string run_id) {
  return saver_->delete_run(std::move(thread_id), std::move(run_id));
}

base::Task<void> JournalSaver::delete_thread(std::string thread_id) {
  return saver_->delete_thread(std::move(thread_id));
}

base::Task<void> read_events(jobs::Jobs& jobs, storage::Scope scope, std::string job,
                             std::function<void(jobs::JobEvent)> use) {
  std::int64_t number = 0;
  bool is_last = false;
  while (!is_last) {
    jobs::JobEvents page = co_await jobs.events_after(scope, job, number, kEventsAtOnce);
    is_last = std::ssize(page.events) < kEventsAtOnce;
    if (!page.events.empty()) number = page.events.back().number;
    for (jobs::JobEvent& each : page.events) use(std::move(each));
  }
}

std::optional<ToldBatch> batch_of(const jobs::JobEvent& event) {
  const json::object* data = event.name == "progress" ? event.data.if_object() : nullptr;
  if (data == nullptr || !data->contains("told")) return std::nullopt;
  ToldBatch batch;
  batch.first_id = data->at("first").as_int64();
  if (const json::value* rests = data->if_contains("checkpoint")) batch.checkpoint = rests->as_string();
  for (const json::value& each : data->at("told").as_array()) {
    const json::array& pair = each.as_array();
    batch.events.push_back({.name = std::string(pair[0].as_string()), .data = pair[1]});
  }
  return batch;
}

/// The last values before the checkpoint are told again by a run that goes on from it.
Told told_before(const std::vector<jobs::JobEvent>& events, const std::string& checkpoint) {
  Told told;
  std::optional<ToldEvent> values;
  bool is_settled = checkpoint.empty();
  for (const jobs::JobEvent& event : events) {
    auto batch = batch_of(event);
    if (!batch) continue;
    told.next_id = batch->first_id + std::ssize(batch->events);
    for (ToldEvent& each : batch->events) {
      if (each.name == "values" && !is_settled) values = each;
      if (each.name != "metadata") told.unsettled.push_back(std::move(each));
    }
    if (is_settled || batch->checkpoint != checkpoint) continue;
    is_settled = true;
    told.unsettled.clear();
    if (values) told.unsettled.push_back(*values);
  }
  if (!is_settled) told.unsettled.clear();
  return told;
}

}  // namespace pharos::runs
