#include "apps/agent_server/protocol_routes.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/error.h"
#include "platform/http/problem.h"
#include "platform/security/strict_json.h"

namespace pharos::agent_server {
namespace {

/// So much of what was told is told again to who subscribes later on the same socket.
constexpr std::size_t kMostRemembered = 10'000;

json::object filter_json(const EventsWish& wish) {
  json::object said{{"channels", base::to_json(wish.channels)}};
  if (wish.namespaces) said["namespaces"] = base::to_json(*wish.namespaces);
  if (wish.depth) said["depth"] = std::int64_t{*wish.depth};
  return said;
}

std::optional<std::int64_t> number_of(std::optional<std::string_view> said) {
  if (!said || said->empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(said->data(), said->data() + said->size(), number);
  if (failure == std::errc() && end == said->data() + said->size()) return number;
  throw http::InputError({{.place = "header.Last-Event-ID", .message = "is not the id of an event"}});
}

bool tells_ends(const std::vector<ThreadStreamMode>& modes) {
  return std::ranges::any_of(modes, [](auto mode) { return mode != ThreadStreamMode::kStateUpdate; });
}

/// Whether an event of a run is told in one of the modes.
bool is_wanted(std::string_view name, const std::vector<ThreadStreamMode>& modes) {
  return std::ranges::any_of(modes, [name](ThreadStreamMode mode) {
    if (mode == ThreadStreamMode::kRunModes) return true;
    if (mode == ThreadStreamMode::kLifecycle) return name == "metadata" || name == "error";
    return name.starts_with("values") || name.starts_with("updates");
  });
}

}  // namespace

/// A thread in the protocol's events. Used by one coroutine.
class ProtocolRoutes::Telling {
 public:
  Telling(runs::ThreadFollower follower, base::Clock& clock)
      : follower_(std::move(follower)), clock_(clock) {}

  /// What comes next; waits as long as there is nothing.
  base::Task<std::vector<ProtocolEvent>> next() {
    const runs::ThreadNews news = co_await follower_.next();
    if (!teller_) teller_.emplace(news.run);
    std::vector<ProtocolEvent> told;
    const auto add = [&told](std::vector<ProtocolEvent> more) {
      std::ranges::move(more, std::back_inserter(told));
    };
    for (const runs::NumberedEvent& each : news.events) add(teller_->tell(each, now()));
    if (news.is_over) {
      add(teller_->end(news.end, now()));
      teller_.reset();
    }
    co_return told;
  }

 private:
  std::int64_t now() const {
    const auto since = clock_.wall_now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  }

  runs::ThreadFollower follower_;
  base::Clock& clock_;
  std::optional<ProtocolTeller> teller_;  ///< of the run under way
};

/// One WebSocket.
struct ProtocolRoutes::Talk {
  Talk(http::SocketPeer& with, storage::Scope of, std::string thread)
      : peer(with), scope(std::move(of)), thread_id(std::move(thread)) {}

  base::Task<void> send(const json::object& message) {
    return peer.send({.bytes = base::compact_json(message)});
  }
  bool wants(const ProtocolEvent& event) const {
    return std::ranges::any_of(subscriptions, [&](const auto& each) { return each.second.takes(event); });
  }

  http::SocketPeer& peer;
  storage::Scope scope;
  std::string thread_id;
  std::map<std::string, ProtocolFilter> subscriptions;
  std::vector<ProtocolEvent> remembered;
};

ProtocolRoutes::ProtocolRoutes(http::Routes& table, RunServices services, storage::Database& database,
                               base::Clock& clock)
    : services_(std::move(services)), commands_(services_, database), database_(database), clock_(clock) {
  auto routes = table.of(*this, "/threads/{thread_id}");
  const auto route = [](http::Route& made) -> http::Route& { return made.tag("streaming protocol"); };
  route(routes.post("/commands", &ProtocolRoutes::command)).summary("Tell a thread what to do");
  route(routes.post("/stream/events", &ProtocolRoutes::events)).summary("Stream what is told on a thread");
  route(routes.get("/stream/events", &ProtocolRoutes::socket)).summary("Talk with a thread over a WebSocket");
  route(routes.get("/stream", &ProtocolRoutes::stream)).summary("Stream a thread's runs");
}

runs::ThreadFollower ProtocolRoutes::follower(storage::Scope scope, std::string thread_id,
                                              std::optional<std::int64_t> since) {
  return {{.database = database_, .jobs = services_.jobs, .watch = services_.watch, .clock = clock_},
          std::move(scope),
          std::move(thread_id),
          since};
}

base::Task<json::object> ProtocolRoutes::command(security::Caller caller, http::Path<ThreadKey> key,
                                                 ProtocolCommand command) {
  co_return co_await commands_.carry_out(caller.scope(), key.thread_id, std::move(command));
}

base::Task<http::Events> ProtocolRoutes::events(security::Caller caller, http::Path<ThreadKey> key,
                                                EventsWish wish) {
  co_await services_.threads.refuse_anothers(caller.scope(), key.thread_id);
  ProtocolFilter filter = filter_of(filter_json(wish));
  std::optional<std::int64_t> since;
  if (wish.since) since = std::int64_t{*wish.since};
  co_return http::Events{
      .write = [this, scope = caller.scope(), id = key.thread_id.value, filter = std::move(filter),
                since](http::EventWriter& out) { return tell(scope, id, filter, since, out); }};
}

/// Until the client leaves.
base::Task<void> ProtocolRoutes::tell(storage::Scope scope, std::string thread_id, ProtocolFilter filter,
                                      std::optional<std::int64_t> since, http::EventWriter& out) {
  Telling telling(follower(std::move(scope), std::move(thread_id), since), clock_);
  while (true) {
    std::vector<http::ServerEvent> events;
    const std::vector<ProtocolEvent> told = co_await telling.next();
    for (const ProtocolEvent& each : told) {
      if (!filter.takes(each) || (since && each.seq <= *since)) continue;
      events.push_back(
          {.name = each.method, .data = base::compact_json(each.to_json()), .id = std::to_string(each.seq)});
    }
    if (!events.empty()) co_await out.send(events);
  }
}

base::Task<http::WebSocket> ProtocolRoutes::socket(security::Caller caller, http::Path<ThreadKey> key) {
  co_await services_.threads.refuse_anothers(caller.scope(), key.thread_id);
  auto talk = [this, scope = caller.scope(),
               id = key.thread_id.value](http::SocketPeer& peer) -> base::Task<void> {
    using boost::asio::experimental::awaitable_operators::operator||;
    const auto shared = std::make_shared<Talk>(peer, scope, id);
    co_await (listen(shared) || speak(shared));
  };
  co_return http::WebSocket{.talk = std::move(talk), .longest_message = 1024 * 1024};
}

base::Task<void> ProtocolRoutes::listen(std::shared_ptr<Talk> talk) {
  while (auto message = co_await talk->peer.receive()) co_await answer(talk, std::move(message->bytes));
}

base::Task<void> ProtocolRoutes::answer(std::shared_ptr<Talk> talk, std::string message) {
  ProtocolCommand command;
  std::string refusal;
  try {
    const json::value said = security::parse_strict_json(message, "the message");
    const json::object* object = said.if_object();
    const bool is_command = object != nullptr && object->contains("id") && object->at("id").is_int64() &&
                            object->contains("method") && object->at("method").is_string();
    if (is_command) {
      command.id = object->at("id").get_int64();
      command.method = object->at("method").get_string();
      if (const json::value* params = object->if_contains("params")) {
        command.params = Fields::from_json(*params, "params");
      }
    } else {
      refusal = "Protocol commands must include an integer id and string method.";
    }
  } catch (const base::Error&) {
    refusal = "Protocol commands must be valid JSON.";
  }
  if (!refusal.empty()) co_return co_await talk->send(protocol_error(nullptr, "invalid_argument", refusal));
  if (!command.method.starts_with("subscription.")) {
    co_return co_await talk->send(
        co_await commands_.carry_out(talk->scope, talk->thread_id, std::move(command)));
  }
  std::vector<ProtocolEvent> replayed;
  json::object reply = subscribe(*talk, command, replayed);
  const std::int64_t seq = talk->remembered.empty() ? 0 : talk->remembered.back().seq;
  reply["meta"] = json::object{{"thread_id", talk->thread_id}, {"applied_through_seq", seq}};
  co_await talk->send(reply);
  for (const ProtocolEvent& each : replayed) co_await talk->send(each.to_json());
}

json::object ProtocolRoutes::subscribe(Talk& talk, const ProtocolCommand& command,
                                       std::vector<ProtocolEvent>& replayed) {
  const json::object& params = command.params.value;
  if (command.method == "subscription.unsubscribe") {
    const json::value* id = params.if_contains("subscription_id");
    const std::string named =
        id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
    if (talk.subscriptions.erase(named) == 0) {
      return protocol_error(command.id, "no_such_subscription", "Unknown subscription: " + named);
    }
    return {{"type", "success"}, {"id", command.id}, {"result", json::object()}};
  }
  if (command.method != "subscription.subscribe") {
    return protocol_error(command.id, "unknown_command", "Unknown protocol command: " + command.method);
  }
  try {
    ProtocolFilter filter = filter_of(params);
    // What another subscription has had, too: a client tells them apart by their ids.
    for (const ProtocolEvent& each : talk.remembered) {
      if (filter.takes(each)) replayed.push_back(each);
    }
    const std::string id = services_.ids.next();
    talk.subscriptions.emplace(id, std::move(filter));
    return {{"type", "success"},
            {"id", command.id},
            {"result", {{"subscription_id", id}, {"replayed_events", replayed.size()}}}};
  } catch (const base::Error& error) {
    return protocol_error(command.id, "invalid_argument", error.what());
  }
}

base::Task<void> ProtocolRoutes::speak(std::shared_ptr<Talk> talk) {
  Telling telling(follower(talk->scope, talk->thread_id, std::nullopt), clock_);
  while (true) {
    std::vector<ProtocolEvent> told = co_await telling.next();
    for (ProtocolEvent& each : told) {
      const bool is_wanted = talk->wants(each);
      const json::object message = is_wanted ? each.to_json() : json::object();
      if (talk->remembered.size() < kMostRemembered) talk->remembered.push_back(std::move(each));
      if (is_wanted) co_await talk->send(message);
    }
  }
}

/// From now on, or after the event that the client names, until it leaves.
base::Task<http::Events> ProtocolRoutes::stream(const http::Request& request, security::Caller caller,
                                                http::Path<ThreadKey> key,
                                                http::Query<ThreadStreamWish> wish) {
  static_cast<void>(co_await services_.threads.get(caller.scope(), key.thread_id));
  const std::optional<std::int64_t> known = number_of(request.headers.find("Last-Event-ID"));
  std::int64_t after = known.value_or(0);
  if (!known) {
    after = co_await runs::last_number(database_, services_.jobs, caller.scope(), key.thread_id.value);
  }
  std::vector<ThreadStreamMode> modes = wish.stream_mode;
  if (modes.empty()) modes.push_back(ThreadStreamMode::kRunModes);
  auto write = [this, scope = caller.scope(), id = key.thread_id.value, modes = std::move(modes), after,
                comes_back = known.has_value()](http::EventWriter& out) {
    return tell_runs(follower(scope, id, after), modes, after, comes_back, out);
  };
  co_return http::Events{.write = std::move(write)};
}

base::Task<void> ProtocolRoutes::tell_runs(runs::ThreadFollower follow, std::vector<ThreadStreamMode> modes,
                                           std::int64_t after, bool comes_back, http::EventWriter& out) {
  std::int64_t last_id = -1;
  // A run that had ended before the client came is told to one who comes back only.
  for (bool may_be_old = !comes_back;; may_be_old = false) {
    const runs::ThreadNews news = co_await follow.next();
    std::vector<http::ServerEvent> events;
    const auto add = [&](std::int64_t id, const std::string& name, const json::value& data) {
      const std::int64_t number = news.run.number_of(id);
      if (number <= after) return;
      events.push_back({.name = name, .data = base::compact_json(data), .id = std::to_string(number)});
    };
    for (const runs::NumberedEvent& each : news.events) {
      last_id = each.id;
      if (is_wanted(each.event.name, modes)) add(each.id, each.event.name, each.event.data);
    }
    if (news.is_over) {
      const json::object done{{"status", "run_done"}, {"run_id", news.run.run_id}};
      if (!may_be_old && tells_ends(modes)) add(last_id + 1, "metadata", done);
      last_id = -1;
    }
    if (!events.empty()) co_await out.send(events);
  }
}

}  // namespace pharos::agent_server
