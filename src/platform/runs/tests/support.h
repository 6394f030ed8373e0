// What the tests of this room share: both databases with all that runs need, graphs that wait until they are
// let go on, and ways to wait for what happens.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "core/base/tests/support.h"
#include "core/flow/reader.h"
#include "platform/jobs/bell.h"
#include "platform/jobs/tables.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/worker.h"
#include "platform/runs/flow_graph.h"
#include "platform/runs/run_events.h"
#include "platform/runs/run_tables.h"
#include "platform/runs/run_worker.h"
#include "platform/runs/runs.h"
#include "platform/storage/postgres/postgres_saver.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/temporary_folder.h"
#include "platform/storage/tests/support_pool.h"

namespace pharos::runs::testing_support {

using namespace std::chrono_literals;
using base::testing_support::code_of;
using base::testing_support::wait;
using storage::Scope;
using storage::Session;
using MadeRun = Run;  // a test has another Run

inline const Scope kNora{.team_id = "north", .user_id = "nora"};
inline const Scope kNed{.team_id = "north", .user_id = "ned"};
inline const Scope kSam{.team_id = "south", .user_id = "sam"};

using storage::testing_support::disk;

inline base::SystemClock& machine_clock() {
  static base::SystemClock clock;
  return clock;
}

struct Sqlite {
  static std::string make_url(const storage::TemporaryFolder& folder) {
    return "sqlite:" + (folder.path() / "runs.db").string();
  }
  static std::shared_ptr<graph::Saver> make_saver(const storage::TemporaryFolder& folder,
                                                  const std::string&) {
    return std::make_shared<storage::SqliteSaver>(folder.path() / "threads.db", disk());
  }
};
struct Postgres {
  static storage::postgres::PrivateServer& server() {
    static storage::postgres::PrivateServer started(storage::postgres::PrivateServer::Disk::kCareless);
    return started;
  }
  static std::string make_url(const storage::TemporaryFolder&) { return server().make_database(); }
  static std::shared_ptr<graph::Saver> make_saver(const storage::TemporaryFolder&, const std::string& url) {
    return std::make_shared<storage::PostgresSaver>(storage::postgres::Settings{.url = url}, disk(),
                                                    machine_clock());
  }
};
using Kinds = testing::Types<Sqlite, Postgres>;

/// Where nodes of the kind `hold` wait until their run is let through. Thread-safe.
class Gates {
 public:
  /// For the node.
  base::Task<void> pass(std::string run_id, std::string thread_id, base::Clock& clock) {
    const Visit visit(*this, run_id, thread_id);
    while (true) {
      const std::uint64_t heard = bell_.rings();
      if (is_open(run_id)) co_return;
      co_await bell_.wait(heard, clock);
    }
  }

  void open(const std::string& run_id) {
    {
      const std::lock_guard lock(mutex_);
      open_.insert(run_id);
    }
    bell_.ring();
  }
  void open_all() {
    {
      const std::lock_guard lock(mutex_);
      all_are_open_ = true;
    }
    bell_.ring();
  }
  /// Blocks until a node of that run stands here for the `times`-th time.
  void await(const std::string& run_id, int times = 1) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, 30s, [&] { return arrivals_[run_id] >= times; });
    if (!came) throw std::runtime_error("the run " + run_id + " does not begin");
  }
  int arrivals(const std::string& run_id) {
    const std::lock_guard lock(mutex_);
    const auto found = arrivals_.find(run_id);
    return found == arrivals_.end() ? 0 : found->second;
  }
  bool has_seen(const std::string& run_id) {
    const std::lock_guard lock(mutex_);
    const auto found = arrivals_.find(run_id);
    return found != arrivals_.end() && found->second > 0;
  }
  /// The most runs of one thread that ever stood here at once.
  int most_at_once() {
    const std::lock_guard lock(mutex_);
    return most_at_once_;
  }

 private:
  class Visit {
   public:
    Visit(Gates& gates, const std::string& run_id, std::string thread_id)
        : gates_(gates), thread_id_(std::move(thread_id)) {
      {
        const std::lock_guard lock(gates_.mutex_);
        ++gates_.arrivals_[run_id];
        gates_.most_at_once_ = std::max(gates_.most_at_once_, ++gates_.inside_[thread_id_]);
      }
      gates_.changed_.notify_all();
    }
    ~Visit() {
      const std::lock_guard lock(gates_.mutex_);
      --gates_.inside_[thread_id_];
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    Gates& gates_;
    std::string thread_id_;
  };

  bool is_open(const std::string& run_id) {
    const std::lock_guard lock(mutex_);
    return all_are_open_ || open_.contains(run_id);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> open_;
  std::map<std::string, int> arrivals_;  ///< by run
  std::map<std::string, int> inside_;    ///< by thread
  int most_at_once_ = 0;
  bool all_are_open_ = false;
  jobs::Bell bell_;
};

/// A node's function that is written as a C++ function.
class Function final : public flow::NodeFunction {
 public:
  using Body = std::function<base::Task<void>(flow::Scope, graph::Context&, graph::NodeOutput&)>;
  explicit Function(Body body) : body_(std::move(body)) {}
  base::Task<void> run(flow::Scope scope, graph::Context& context, graph::NodeOutput& output) const override {
    return body_(scope, context, output);
  }

 private:
  Body body_;
};

inline flow::NodeKind kind_of(Function::Body body) {
  return {.about = "of a test",
          .build =
              [body = std::move(body)](flow::NodeReader&) {
                flow::BuiltNode node;
                node.function = std::make_shared<Function>(body);
                return node;
              },
          .starts_each = {}};
}

/// The graphs of a test, from the text of files. Besides the core's kinds: `hold` waits at the gates, `say`
/// tells a message in two pieces, `fail` throws.
class Graphs final : public GraphSource {
 public:
  Graphs(Gates& gates, base::Clock& clock) : clock_(clock) {
    flow::add_core_kinds(kinds_);
    kinds_.add("hold", kind_of([&gates, &clock](flow::Scope, graph::Context& context, graph::NodeOutput&) {
                 return gates.pass(context.run_id(), context.thread_id(), clock);
               }));
    kinds_.add("say", kind_of([](flow::Scope, graph::Context& context, graph::NodeOutput&) {
                 return say(context);
               }));
    kinds_.add("fail", kind_of([](flow::Scope, graph::Context&, graph::NodeOutput&) { return fail(); }));
  }

  /// Before the graphs that name it.
  void add_kind(const std::string& name, Function::Body body) { kinds_.add(name, kind_of(std::move(body))); }
  void add(const std::string& text) {
    auto graph = std::make_shared<const ServedGraph>(
        served_graph(flow::read_flow(text, "test.yaml", kinds_), {.clock = &clock_}));
    const std::lock_guard lock(mutex_);
    graphs_.insert_or_assign(graph->id, graph);
  }
  void remove(const std::string& id) {
    const std::lock_guard lock(mutex_);
    graphs_.erase(id);
  }

  std::shared_ptr<const ServedGraph> find(const std::string& id) const override {
    const std::lock_guard lock(mutex_);
    const auto found = graphs_.find(id);
    return found == graphs_.end() ? nullptr : found->second;
  }
  std::vector<std::shared_ptr<const ServedGraph>> all() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<const ServedGraph>> list;
    for (const auto& [id, graph] : graphs_) list.push_back(graph);
    return list;
  }

 private:
  static base::Task<void> say(graph::Context& context) {
    graph::MessageWriter message = context.message_writer({}, "m-" + context.run_id());
    co_await message.write("good ");
    co_await message.write("evening");
  }
  static base::Task<void> fail() {
    throw base::Error(base::Code::kInvalidInput, "the lamp is out");
    co_return;
  }

  base::Clock& clock_;
  flow::NodeKinds kinds_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ServedGraph>> graphs_;
};

/// `items` grows by `a…` before its run waits at the gates, by `b…` after it.
inline constexpr const char* kTwoSteps = R"(
name: two_steps
about: waits in its midst
state:
  tag: string
  items: {type: array, reducer: append}
nodes:
  a: {kind: set, write: {items: "a{state.tag}"}}
  hold: {kind: hold}
  b: {kind: set, write: {items: "b{state.tag}"}}
edges:
  - start -> a -> hold -> b -> end
)";

/// Everything that runs need, and no worker yet.
template <class Kind>
struct Service : testing::Test {
  Service() {
    const std::vector<storage::RoomTables> tables{jobs::job_tables(), run_tables()};
    database->apply(tables);
    graphs.add(kTwoSteps);
  }
  ~Service() override { gates.open_all(); }

  std::unique_ptr<jobs::Worker> make_worker(int slots = 100, base::Duration time_limit = 1h) {
    auto worker = std::make_unique<jobs::Worker>(jobs::WorkerParts{.jobs = queue,
                                                                   .heartbeats = *heartbeats,
                                                                   .clock = clock,
                                                                   .ids = ids,
                                                                   .handlers = handlers.get_executor(),
                                                                   .random = [] { return 0.5; }},
                                                 jobs::WorkerSettings{.slots = slots});
    RunParts parts{.jobs = queue, .assistants = assistants, .saver = saver, .clock = clock};
    parts.tell_webhook = [this](Session&, const std::string& where, const json::object& run) {
      const std::lock_guard lock(told_mutex);
      told.emplace_back(where, run);
    };
    runs.work_in(*worker, parts, time_limit);
    worker->start();
    return worker;
  }

  /// Where a graph runs that is followed.
  boost::asio::any_io_executor strand() { return boost::asio::make_strand(handlers.get_executor()); }

  template <class Work>
  auto look(Work work) {
    return wait(database->read(Scope::system(), std::move(work)));
  }
  std::int64_t count(const std::string& sql) {
    return look([sql](Session& session) { return session.run(sql).front().number(0); });
  }
  template <class Work>
  auto write(Work work) {
    return wait(
        database->write(Scope::system(), std::move(work), {.isolation = storage::Isolation::kCommitted}));
  }

  Thread make_thread(NewThread wanted = {}, const Scope& scope = kNora) {
    return wait(threads.create(scope, std::move(wanted)));
  }
  /// Of `two_steps`, unless it names another.
  MadeRun start(const std::string& thread_id, NewRun wanted, const Scope& scope = kNora) {
    if (wanted.assistant_id.empty()) wanted.assistant_id = "two_steps";
    return wait(runs.create(scope, thread_id, std::move(wanted)));
  }
  static NewRun tagged(const std::string& tag, MultitaskStrategy strategy = MultitaskStrategy::kEnqueue) {
    NewRun wanted{.assistant_id = "two_steps"};
    wanted.request.input = json::object{{"tag", tag}};
    wanted.request.stream.modes = {"values"};
    wanted.multitask_strategy = strategy;
    return wanted;
  }
  /// Blocks until the run's job has ended.
  std::optional<RunEnd> end_of(const std::string& run_id) {
    EndWatch end(queue, Scope::system(), run_id);
    wait(end.is_over());
    return end.end();
  }
  RunStatus status_of(const std::string& thread_id, const std::string& run_id) {
    return wait(runs.get(kNora, thread_id, run_id)).status;
  }
  json::value values_of(const std::string& thread_id) {
    const ThreadState state = wait(threads.state(kNora, thread_id));
    return state.snapshot ? json::value(state.snapshot->values) : json::value();
  }
  json::value items_of(const std::string& thread_id) {
    const json::value values = values_of(thread_id);
    return values.is_null() ? json::value(json::array()) : values.at("items");
  }
  /// Time passes; whoever works looks again.
  void pass(base::Duration by) {
    clock.advance(by);
    queue.hints().work().ring();
  }

  storage::TemporaryFolder folder;
  std::string url = Kind::make_url(folder);
  base::ManualClock clock{base::SteadyTime(1h), base::WallTime(std::chrono::seconds(1'800'000'000))};
  base::Ids ids{clock, 7};
  Gates gates;
  Graphs graphs{gates, clock};
  std::unique_ptr<storage::Database> database = storage::open_database({.url = url}, disk(), machine_clock());
  base::Pool heart{"heart", 1};
  std::unique_ptr<storage::Database> heartbeats =
      storage::open_database({.url = url}, heart, machine_clock());
  std::shared_ptr<graph::Saver> saver = Kind::make_saver(folder, url);
  boost::asio::thread_pool handlers{2};
  jobs::Jobs queue{*database, clock, ids};
  jobs::Watch watch{queue, machine_clock(), {}};
  Assistants assistants{*database, graphs, clock, ids};
  Threads threads{*database, assistants, saver, clock, ids};
  Runs runs{*database, queue, assistants, clock, ids};
  std::mutex told_mutex;
  std::vector<std::pair<std::string, json::object>> told;  ///< webhooks
};

}  // namespace pharos::runs::testing_support
