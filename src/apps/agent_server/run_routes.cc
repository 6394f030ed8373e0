#include "apps/agent_server/run_routes.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/http/problem.h"
#include "platform/runs/local_end.h"

namespace pharos::agent_server {

using base::Code;

namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
/// A run that ends within it is answered whole; a client of another knows soon where to come back to.
constexpr auto kMoment = std::chrono::milliseconds(100);

std::string place_of(const runs::Run& run) {
  return fmt::format("/threads/{}/runs/{}", run.thread_id, run.run_id);
}

json::object run_json(const runs::Run& run, const std::vector<std::string>& select = {}) {
  return selected(run, select);
}

http::ServerEvent server_event(const runs::ToldEvent& told, std::string id) {
  return {.name = told.name, .data = base::compact_json(told.data), .id = std::move(id)};
}

/// Nobody hears what is told of a run that is only waited for, unless they ask for it.
runs::NewRun waited_run_of(const RunCreate& wanted, bool has_thread) {
  runs::NewRun run = new_run_of(wanted, has_thread);
  if (!wanted.stream_mode && !run.request.is_resumable) run.request.stream.modes.clear();
  run.local_end = std::make_shared<runs::LocalEnd>();
  return run;
}

/// Of `messages/partial|inner:1`: messages. A failure and the beginning are of every mode.
bool is_wanted(const std::string& name, const std::vector<std::string>& modes) {
  // Some clients send an empty text where they want everything.
  const bool wants_all = std::ranges::all_of(modes, [](const std::string& each) { return each.empty(); });
  if (wants_all || name == "metadata" || name == "error") return true;
  const std::string mode = name.substr(0, name.find_first_of("/|"));
  return std::ranges::any_of(modes, [&](const std::string& each) {
    return each == mode || (each == "messages-tuple" && mode == "messages");
  });
}

std::int64_t event_id_of(std::string_view said, const char* place) {
  std::int64_t id = 0;
  const auto [end, failure] = std::from_chars(said.data(), said.data() + said.size(), id);
  if (failure != std::errc() || end != said.data() + said.size() || id < -1) {
    throw http::InputError({{.place = place, .message = "is not the id of an event"}});
  }
  return id;
}

http::Response json_answer(std::string body = {}) {
  http::Response response;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = std::move(body);
  return response;
}

/// Stops a run when whoever waits for it is gone, unless it has ended by then.
class CancelOnLeaving {
 public:
  CancelOnLeaving(const RunServices& services, storage::Scope scope, std::string run_id, bool is_wanted)
      : services_(services), scope_(std::move(scope)), run_id_(std::move(run_id)), armed_(is_wanted) {}
  ~CancelOnLeaving() {
    if (armed_) services_.background.spawn(cancel(services_.runs, scope_, run_id_));
  }
  CancelOnLeaving(const CancelOnLeaving&) = delete;
  CancelOnLeaving& operator=(const CancelOnLeaving&) = delete;

  void let_go() { armed_ = false; }

 private:
  static base::Task<void> cancel(runs::Runs& runs, storage::Scope scope, std::string run_id) {
    co_await runs.cancel(std::move(scope), {}, std::move(run_id), runs::Ending::kInterrupt);
  }

  const RunServices& services_;
  storage::Scope scope_;
  std::string run_id_;
  bool armed_;
};

}  // namespace

RunRoutes::RunRoutes(http::Routes& table, RunServices services) : services_(std::move(services)) {
  auto routes = table.of(*this);
  const auto route = [](http::Route& made) -> http::Route& {
    return made.tag("runs").raises(base::Code::kNotFound);
  };
  const std::string on_thread = "/threads/{thread_id}/runs";
  route(routes.post(on_thread, &RunRoutes::create)).summary("Create a run on a thread");
  route(routes.post(on_thread + "/stream", &RunRoutes::stream)).summary("Run on a thread and stream it");
  route(routes.post(on_thread + "/wait", &RunRoutes::wait)).summary("Run on a thread and wait for the end");
  route(routes.get(on_thread, &RunRoutes::list)).summary("List a thread's runs");
  route(routes.get(on_thread + "/{run_id}", &RunRoutes::read)).summary("Read a run");
  route(routes.remove(on_thread + "/{run_id}", &RunRoutes::remove))
      .summary("Delete a run")
      .raises(Code::kConflict);
  route(routes.get(on_thread + "/{run_id}/join", &RunRoutes::join)).summary("Wait for a run's end");
  route(routes.get(on_thread + "/{run_id}/stream", &RunRoutes::join_stream)).summary("Stream a run");
  route(routes.post(on_thread + "/{run_id}/cancel", &RunRoutes::cancel)).summary("Cancel a run");
  route(routes.post("/runs/cancel", &RunRoutes::cancel_many)).summary("Cancel several runs");
  route(routes.post("/runs", &RunRoutes::create_alone))
      .summary("Create a run without a thread")
      .raises(Code::kNotFound);
  route(routes.post("/runs/batch", &RunRoutes::create_batch))
      .summary("Create several runs without threads")
      .raises(Code::kNotFound);
  route(routes.post("/runs/stream", &RunRoutes::stream_alone))
      .summary("Run without a thread and stream it")
      .raises(Code::kNotFound);
  route(routes.post("/runs/wait", &RunRoutes::wait_alone))
      .summary("Run without a thread and wait for the end")
      .raises(Code::kNotFound);
}

base::Task<http::WithHeaders<json::object>> RunRoutes::create(security::Caller caller,
                                                              http::Path<ThreadKey> key, RunCreate wanted) {
  const runs::Run run =
      co_await services_.runs.create(caller.scope(), key.thread_id.value, new_run_of(wanted, true));
  co_return http::WithHeaders<json::object>{.body = run_json(run),
                                            .headers = {{"Content-Location", place_of(run)}}};
}

base::Task<http::Events> RunRoutes::stream(security::Caller caller, http::Path<ThreadKey> key,
                                           RunCreate wanted) {
  const runs::Run run =
      co_await services_.runs.create(caller.scope(), key.thread_id.value, new_run_of(wanted, true));
  co_return events_of(caller.scope(), run, wanted, place_of(run));
}

http::Events RunRoutes::events_of(const storage::Scope& scope, const runs::Run& run, const RunCreate& wanted,
                                  std::string place) {
  const bool cancels = wanted.on_disconnect == OnDisconnect::kCancel;
  auto write = [this, scope, id = run.run_id, cancels](http::EventWriter& out) -> base::Task<void> {
    CancelOnLeaving guard(services_, scope, id, cancels);
    co_await tell(scope, id, -1, {}, out);
    guard.let_go();
  };
  http::Headers headers{{"Content-Location", place}, {"Location", place + "/stream"}};
  return {.write = std::move(write), .headers = std::move(headers)};
}

/// Until the run's end, or until the client leaves.
base::Task<void> RunRoutes::tell(storage::Scope scope, std::string run_id, std::int64_t after,
                                 std::vector<std::string> modes, http::EventWriter& out) {
  if (!co_await runs::wait_for_turn(services_.jobs, scope, run_id)) co_return;
  runs::RunReader reader(services_.watch, std::move(scope), std::move(run_id), after);
  for (bool is_over = false; !is_over;) {
    const runs::NewEvents next = co_await reader.next();
    std::vector<http::ServerEvent> events;
    for (const runs::NumberedEvent& each : next.events) {
      if (is_wanted(each.event.name, modes))
        events.push_back(server_event(each.event, std::to_string(each.id)));
    }
    if (!events.empty()) co_await out.send(events);
    is_over = next.is_over;
  }
}

RunRoutes::Answer RunRoutes::wait(security::Caller caller, http::Path<ThreadKey> key, RunCreate wanted) {
  return make_and_wait(std::move(caller), key.thread_id.value, std::move(wanted));
}

RunRoutes::Answer RunRoutes::make_and_wait(security::Caller caller, std::optional<std::string> thread_id,
                                           RunCreate wanted) {
  const runs::NewRun run = waited_run_of(wanted, thread_id.has_value());
  const runs::Run made = co_await services_.runs.create(caller.scope(), std::move(thread_id), run);
  http::Response response = co_await waiting_answer(caller.scope(), made, run.local_end,
                                                    wanted.on_disconnect == OnDisconnect::kCancel);
  response.headers.add("Content-Location", place_of(made));
  co_return response;
}

/// A client that waits for a run.
struct RunRoutes::Waiting {
  Waiting(const RunServices& services, const storage::Scope& scope, const std::string& id,
          std::shared_ptr<const runs::LocalEnd> local_end, bool cancels)
      : clock(services.jobs.clock()),
        guard(services, scope, id, cancels),
        run(services.jobs, scope, id, std::move(local_end)) {}

  base::Task<bool> is_over_within(base::Duration time) { return run.is_over(clock.now() + time); }
  std::string answer() {
    guard.let_go();
    return run.end() ? base::compact_json(runs::answer_of(*run.end())) : "null";
  }

  base::Clock& clock;
  CancelOnLeaving guard;
  runs::EndWatch run;
};

/// The answer comes when the run has ended; until then line ends keep the connection open.
RunRoutes::Answer RunRoutes::waiting_answer(storage::Scope scope, runs::Run run,
                                            std::shared_ptr<const runs::LocalEnd> local_end, bool cancels) {
  const auto waiting = std::make_shared<Waiting>(services_, scope, run.run_id, std::move(local_end), cancels);
  http::Response response = json_answer();
  response.headers.add("Location", place_of(run) + "/join");
  if (co_await waiting->is_over_within(kMoment)) {
    response.body = waiting->answer();
    co_return response;
  }
  response.stream = [waiting](http::BodyWriter& out) -> base::Task<void> {
    while (!co_await waiting->is_over_within(kQuiet)) co_await out.write("\n");
    co_await out.write(waiting->answer());
  };
  co_return response;
}

base::Task<std::vector<json::object>> RunRoutes::list(security::Caller caller, http::Path<ThreadKey> key,
                                                      http::Query<RunSearch> search) {
  const runs::RunQuery query{.status = search.status, .limit = search.limit, .offset = search.offset};
  std::vector<json::object> all;
  for (const runs::Run& run : co_await services_.runs.list(caller.scope(), key.thread_id, query)) {
    all.push_back(run_json(run, search.select));
  }
  co_return all;
}

base::Task<json::object> RunRoutes::read(security::Caller caller, http::Path<ThreadRunKey> key) {
  co_return run_json(co_await services_.runs.get(caller.scope(), key.thread_id, key.run_id));
}

base::Task<void> RunRoutes::remove(security::Caller caller, http::Path<ThreadRunKey> key) {
  co_await services_.runs.remove(caller.scope(), key.thread_id, key.run_id);
}

RunRoutes::Answer RunRoutes::join(security::Caller caller, http::Path<ThreadRunKey> key,
                                  http::Query<JoinWish> wish) {
  const runs::Run run = co_await services_.runs.get(caller.scope(), key.thread_id, key.run_id);
  co_return co_await waiting_answer(caller.scope(), run, nullptr, wish.cancel_on_disconnect.value_or(false));
}

/// Without a place to begin, what comes from now on; a run that is over has nothing more to tell.
base::Task<http::Events> RunRoutes::join_stream(const http::Request& request, security::Caller caller,
                                                http::Path<ThreadRunKey> key, http::Query<JoinWish> wish) {
  const runs::Run run = co_await services_.runs.get(caller.scope(), key.thread_id, key.run_id);
  const auto known = request.headers.find("Last-Event-ID");
  std::int64_t after = -1;
  if (known && !known->empty()) {
    after = event_id_of(*known, "header.Last-Event-ID");
  } else if (wish.last_event_id && !wish.last_event_id->empty()) {
    after = event_id_of(*wish.last_event_id, "query.last_event_id");
  } else {
    after = co_await runs::last_event_id(services_.jobs, caller.scope(), run.run_id);
  }
  const bool cancels = wish.cancel_on_disconnect.value_or(false) && !runs::is_over(run.status);
  auto write = [this, scope = caller.scope(), id = run.run_id, after, cancels,
                modes = wish.stream_mode](http::EventWriter& out) -> base::Task<void> {
    CancelOnLeaving guard(services_, scope, id, cancels);
    co_await tell(scope, id, after, modes, out);
    guard.let_go();
  };
  http::Headers headers{{"Content-Location", place_of(run)}, {"Location", place_of(run) + "/stream"}};
  co_return http::Events{.write = std::move(write), .headers = std::move(headers)};
}

RunRoutes::Answer RunRoutes::cancel(security::Caller caller, http::Path<ThreadRunKey> key,
                                    http::Query<CancelWish> wish) {
  const runs::Run run = co_await services_.runs.get(caller.scope(), key.thread_id, key.run_id);
  const runs::Ending ending = wish.action.value_or(runs::Ending::kInterrupt);
  const bool stopped = co_await services_.runs.cancel(caller.scope(), key.thread_id, key.run_id, ending);
  if (stopped && wish.wait.value_or(false) && run.status == runs::RunStatus::kRunning) {
    runs::EndWatch stopping(services_.jobs, caller.scope(), run.run_id);
    co_await stopping.is_over();
  }
  co_return http::Response{.status = stopped ? 204 : 202, .headers = {}, .body = {}, .stream = {}};
}

base::Task<void> RunRoutes::cancel_many(security::Caller caller, http::Query<CancelWish> wish,
                                        CancelMany many) {
  std::vector<std::string> ids;
  if (many.run_ids) {
    for (const http::Id& id : *many.run_ids) ids.push_back(id.value);
  }
  std::optional<runs::RunStatus> status;
  if (many.status == CancelledStatus::kPending) status = runs::RunStatus::kPending;
  if (many.status == CancelledStatus::kRunning) status = runs::RunStatus::kRunning;
  if (ids.empty() && !many.status) {
    throw base::Error(Code::kInvalidInput, "say which runs to cancel: with run_ids, or status");
  }
  co_await services_.runs.cancel_all(caller.scope(), http::value_of(many.thread_id), std::move(ids), status,
                                     wish.action.value_or(runs::Ending::kInterrupt));
}

base::Task<http::WithHeaders<json::object>> RunRoutes::create_alone(security::Caller caller,
                                                                    RunCreate wanted) {
  const runs::Run run =
      co_await services_.runs.create(caller.scope(), std::nullopt, new_run_of(wanted, false));
  co_return http::WithHeaders<json::object>{.body = run_json(run),
                                            .headers = {{"Content-Location", place_of(run)}}};
}

base::Task<std::vector<json::object>> RunRoutes::create_batch(security::Caller caller,
                                                              std::vector<RunCreate> wanted) {
  constexpr std::size_t kMost = 1000;
  if (wanted.size() > kMost) {
    throw base::Error(Code::kTooLarge, fmt::format("at most {} runs are made at once", kMost));
  }
  std::vector<runs::NewRun> runs;
  for (const RunCreate& each : wanted) runs.push_back(new_run_of(each, false));
  std::vector<json::object> made;
  for (const runs::Run& run : co_await services_.runs.create_all(caller.scope(), std::move(runs))) {
    made.push_back(run_json(run));
  }
  co_return made;
}

base::Task<runs::DirectRun> RunRoutes::direct_run(const security::Caller& caller, const RunCreate& wanted) {
  runs::DirectRun run;
  run.assistant = co_await services_.assistants.get(caller.scope(), wanted.assistant_id);
  run.graph = services_.assistants.graph_of(run.assistant);
  run.request = new_run_of(wanted, false).request;
  run.run_id = services_.ids.next();
  if (services_.store_of) run.store = services_.store_of(caller.scope());
  runs::check(run);
  co_return run;
}

base::Task<http::Events> RunRoutes::stream_alone(security::Caller caller, RunCreate wanted) {
  if (!is_for_caller_alone(wanted)) {
    const runs::Run run =
        co_await services_.runs.create(caller.scope(), std::nullopt, new_run_of(wanted, false));
    co_return events_of(caller.scope(), run, wanted, place_of(run));
  }
  runs::DirectRun run = co_await direct_run(caller, wanted);
  std::string place = "/runs/" + run.run_id;
  auto write = [run = std::move(run),
                where = services_.strand()](http::EventWriter& out) -> base::Task<void> {
    auto send = [&out](const std::vector<runs::ToldEvent>& told) {
      std::vector<http::ServerEvent> events;
      for (const runs::ToldEvent& each : told) events.push_back(server_event(each, {}));
      return out.send(events);
    };
    co_await runs::follow(run, where, send);
  };
  co_return http::Events{.write = std::move(write), .headers = {{"Content-Location", std::move(place)}}};
}

RunRoutes::Answer RunRoutes::wait_alone(security::Caller caller, RunCreate wanted) {
  if (!is_for_caller_alone(wanted)) {
    co_return co_await make_and_wait(std::move(caller), std::nullopt, std::move(wanted));
  }
  runs::DirectRun run = co_await direct_run(caller, wanted);
  std::string place = "/runs/" + run.run_id;
  const runs::RunEnd end = co_await runs::finish(std::move(run));
  http::Response response = json_answer(base::compact_json(runs::answer_of(end)));
  response.headers.add("Content-Location", std::move(place));
  co_return response;
}

}  // namespace pharos::agent_server
