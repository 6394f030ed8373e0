#include "platform/storage/tests/support_victim.h"

#include <array>
#include <csignal>
#include <cstdlib>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/text.h"

namespace pharos::storage::testing_support {
namespace {

namespace asio = boost::asio;
using graph::Checkpoint;
using graph::Context;
using graph::ThreadKey;
using graph::Update;

constexpr int kPipe = 198;  // the victim's end, as it finds it

/// One write, so that it is there whole or not at all, whenever the program dies.
void write_line(int file, const std::string& text) {
  const std::string line = text + "\n";
  if (write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

void tell(const std::string& text) {
  write_line(kPipe, text);
}

/// Where the victim waits for its end when its orders say so.
class Stops {
 public:
  explicit Stops(const VictimOrders& orders) : boundary_(orders.boundary), left_(orders.ordinal) {}
  void pass(Boundary here) {
    if (here != boundary_ || --left_ != 0) return;
    tell("stands");
    while (true) pause();
  }

 private:
  Boundary boundary_;
  int left_;
};

/// Tells what has been kept, once it has been.
class TellingSaver final : public graph::Saver {
 public:
  TellingSaver(std::unique_ptr<graph::Saver> inner, std::shared_ptr<Stops> stops)
      : inner_(std::move(inner)), stops_(std::move(stops)) {}

  base::Task<void> put(ThreadKey thread, Checkpoint checkpoint,
                       std::vector<graph::ChannelValue> changed) override {
    stops_->pass(Boundary::kBeforePut);
    tell("putting");
    const std::string words = fmt::format("put {} {}", thread.thread_id, checkpoint.id);
    co_await inner_->put(std::move(thread), std::move(checkpoint), std::move(changed));
    tell(words);
    stops_->pass(Boundary::kAfterPut);
  }
  base::Task<void> put_record(ThreadKey thread, std::string checkpoint_id,
                              graph::TaskRecord record) override {
    stops_->pass(Boundary::kBeforeRecord);
    tell("recording");
    const std::string words = fmt::format("record {} {} {}", thread.thread_id, checkpoint_id, record.place);
    co_await inner_->put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
    tell(words);
    stops_->pass(Boundary::kAfterRecord);
  }
  base::Task<std::optional<graph::SavedCheckpoint>> get(ThreadKey thread,
                                                        std::string checkpoint_id) override {
    return inner_->get(std::move(thread), std::move(checkpoint_id));
  }
  base::Task<std::vector<graph::SavedCheckpoint>> list(ThreadKey thread, graph::ListQuery query) override {
    return inner_->list(std::move(thread), std::move(query));
  }
  base::Task<void> copy_thread(std::string from, std::string to) override {
    return inner_->copy_thread(std::move(from), std::move(to));
  }
  base::Task<void> prune(std::string thread_id) override { return inner_->prune(std::move(thread_id)); }
  base::Task<void> delete_run(std::string thread_id, std::string run_id) override {
    return inner_->delete_run(std::move(thread_id), std::move(run_id));
  }
  base::Task<void> delete_thread(std::string thread_id) override {
    return inner_->delete_thread(std::move(thread_id));
  }

 private:
  std::unique_ptr<graph::Saver> inner_;
  std::shared_ptr<Stops> stops_;
};

struct Parcel {
  int round = 0;
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(Parcel, (), (round, number))

std::string key(std::string_view name, int round) {
  return fmt::format("{}.{}", name, round);
}

/// What nodes share: where they note that they have run.
struct Journal {
  explicit Journal(const std::string& name) : file(open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
  ~Journal() { close(file); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  void note(const Context& context, const std::string& what) const {
    write_line(file, fmt::format("{} {}", context.thread_id(), what));
  }

  const int file;
};

/// Notes that it has run, gives way to others so many times, and adds its key.
struct Walk {
  std::shared_ptr<const Journal> journal;
  int turns = 0;

  base::Task<Update<Journey>> operator()(const Journey& state, Context& context) const {
    const std::string mine = key(context.node(), state.round);
    journal->note(context, mine);
    for (int i = 0; i < turns; ++i) {
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    co_return graph::update(&Journey::items, {mine});
  }
};

graph::Graph<Journey> journey(std::shared_ptr<graph::Saver> saver, const VictimOrders& orders,
                              std::shared_ptr<Stops> stops) {
  const auto journal = std::make_shared<const Journal>(orders.journal);
  graph::StateGraph<Journey> g{"journey"};
  g.reduce(&Journey::items, graph::append);
  g.add_node("a", Walk{journal}).add_node("b", Walk{journal, 3});
  g.add_node("c", [journal](const Journey& state, Context& context) -> Update<Journey> {
     journal->note(context, key("c", state.round));
     throw base::Error(base::Code::kInvalidInput, "the bridge is gone");
   }).on_error([journal, stops](const Journey& state, const graph::NodeError&, Context& context) {
    journal->note(context, key("ferry", state.round));
    stops->pass(Boundary::kInHandler);
    return graph::update(&Journey::items, {key("ferry", state.round)});
  });
  g.add_node("d", Walk{journal});
  g.add_node("parcel", [journal](const Parcel& parcel, Context& context) {
    const std::string mine = key(fmt::format("parcel{}", parcel.number), parcel.round);
    journal->note(context, mine);
    return graph::update(&Journey::items, {mine});
  });
  g.add_node("e", [journal](const Journey& state, Context& context) {
    journal->note(context, key("e", state.round));
    return graph::update(&Journey::items, {key("e", state.round)}).set(&Journey::round, state.round + 1);
  });
  g.fan_out(graph::kStart, {"a", "b", "c"}).join({"a", "b", "c"}, "d");
  g.add_conditional_edges("d", [](const Journey& state) {
    graph::Targets sends;
    for (int i = 0; i < 3; ++i) {
      sends.emplace_back(graph::Send("parcel", Parcel{.round = state.round, .number = i}));
    }
    return sends;
  });
  g.add_edge("parcel", "e");
  g.add_conditional_edges("e", [](const Journey& state) {
    return state.round < kRounds ? std::vector<std::string>{"a", "b", "c"}
                                 : std::vector<std::string>{std::string(graph::kEnd)};
  });
  return g.compile({.saver = std::move(saver)});
}

base::Task<int> travel(graph::Graph<Journey> graph, std::shared_ptr<graph::Saver> saver, std::string thread,
                       graph::Durability durability) {
  const auto last = co_await saver->get({.thread_id = thread, .path = {}}, "");
  if (!last || !last->checkpoint.next.empty()) {
    graph::RunStart<Journey> start = Journey{};
    if (last) start = graph::Resume();
    graph::RunConfig config{.thread_id = thread, .durability = durability};
    co_await graph.invoke(std::move(start), std::move(config));
  }
  tell("ended " + thread);
  co_return 0;
}

}  // namespace

VictimOrders VictimOrders::from_environment() {
  const auto word = [](const char* name) { return std::string(std::getenv(name)); };
  return {.place = word("PHAROS_VICTIM_PLACE"),
          .journal = word("PHAROS_VICTIM_JOURNAL"),
          .threads = base::split(word("PHAROS_VICTIM_THREADS"), ','),
          .boundary = static_cast<Boundary>(std::stoi(word("PHAROS_VICTIM_BOUNDARY"))),
          .ordinal = std::stoi(word("PHAROS_VICTIM_ORDINAL")),
          .durability = static_cast<graph::Durability>(std::stoi(word("PHAROS_VICTIM_DURABILITY")))};
}

void VictimOrders::to_environment() const {
  const auto set = [](const char* name, const std::string& value) { setenv(name, value.c_str(), 1); };
  set("PHAROS_VICTIM_PLACE", place);
  set("PHAROS_VICTIM_JOURNAL", journal);
  set("PHAROS_VICTIM_THREADS", fmt::format("{}", fmt::join(threads, ",")));
  set("PHAROS_VICTIM_BOUNDARY", std::to_string(static_cast<int>(boundary)));
  set("PHAROS_VICTIM_ORDINAL", std::to_string(ordinal));
  set("PHAROS_VICTIM_DURABILITY", std::to_string(static_cast<int>(durability)));
}

std::vector<std::string> whole_journey() {
  std::vector<std::string> keys;
  for (int round = 0; round < kRounds; ++round) {
    for (const char* name : {"a", "b", "ferry", "d", "parcel0", "parcel1", "parcel2", "e"}) {
      keys.push_back(key(name, round));
    }
  }
  return keys;
}

void be_victim(const VictimOrders& orders, std::unique_ptr<graph::Saver> saver) {
  const auto stops = std::make_shared<Stops>(orders);
  const auto telling = std::make_shared<TellingSaver>(std::move(saver), stops);
  const auto graph = journey(telling, orders, stops);
  graph::testing_support::Loop loop;
  std::vector<std::shared_ptr<graph::testing_support::Started<int>>> travels;
  for (const std::string& thread : orders.threads) {
    travels.push_back(loop.start(travel(graph, telling, thread, orders.durability)));
  }
  loop.finish();
  for (const auto& each : travels) each->take();
}

Victim::Victim(const std::string& test, const VictimOrders& orders) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const std::string filter = "--gtest_filter=" + test;
  process_ = fork();
  if (process_ == 0) {
    orders.to_environment();
    dup2(ends[1], kPipe);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    execl("/proc/self/exe", "victim", filter.c_str(), "--gtest_also_run_disabled_tests", "--gtest_brief=1",
          static_cast<char*>(nullptr));
    _exit(1);
  }
  close(ends[1]);
  pipe_ = ends[0];
}

Victim::~Victim() {
  if (process_ > 0) kill_it();
  close(pipe_);
}

std::optional<std::string> Victim::next_line(std::optional<base::Duration> patience) {
  while (true) {
    if (const auto end = told_.find('\n'); end != std::string::npos) {
      std::string line = told_.substr(0, end);
      told_.erase(0, end + 1);
      return line;
    }
    pollfd wait{.fd = pipe_, .events = POLLIN, .revents = 0};
    timespec limit{};
    if (patience) {
      limit.tv_nsec = static_cast<long>(std::chrono::nanoseconds(*patience).count());
      if (ppoll(&wait, 1, &limit, nullptr) == 0) return std::nullopt;
    }
    std::array<char, 4096> part{};
    const ssize_t count = read(pipe_, part.data(), part.size());
    if (count <= 0) return std::nullopt;
    told_.append(part.data(), static_cast<std::size_t>(count));
  }
}

std::vector<std::string> Victim::kill_it() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
  std::vector<std::string> told;
  while (auto line = next_line()) told.push_back(std::move(*line));
  return told;
}

bool Victim::has_ended_well() {
  int status = -1;
  waitpid(process_, &status, 0);
  process_ = -1;
  return status == 0;
}

std::vector<std::string> held_items(const graph::SavedCheckpoint& last) {
  std::vector<std::string> items;
  if (const auto value = last.values.find("items"); value != last.values.end()) {
    items = base::from_json<std::vector<std::string>>(value->second.to_json());
  }
  const auto deltas = last.deltas.find("items");
  if (deltas == last.deltas.end()) return items;
  for (const graph::SavedValue& write : deltas->second) {
    graph::append(items, base::from_json<std::vector<std::string>>(write.to_json()));
  }
  return items;
}

std::set<std::string> held_keys(const graph::SavedCheckpoint& last) {
  const auto items = held_items(last);
  std::set<std::string> keys(items.begin(), items.end());
  for (const graph::TaskRecord& record : last.records) {
    if (!record.finished) continue;
    for (const auto& write : record.writes) {
      if (write.channel != "items") continue;
      const auto written = base::from_json<std::vector<std::string>>(write.value.to_json());
      keys.insert(written.begin(), written.end());
    }
  }
  return keys;
}

}  // namespace pharos::storage::testing_support
