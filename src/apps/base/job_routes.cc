#include "apps/base/job_routes.h"

#include <charconv>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/problem.h"

namespace pharos::base_api {
namespace {

/// Where a client that comes back goes on.
std::int64_t first_wanted(const http::Request& request, const EventsFrom& from) {
  if (from.after) return *from.after;
  const std::string_view known = request.headers.get("Last-Event-ID");
  std::int64_t number = 0;
  if (known.empty()) return number;
  const auto [end, failure] = std::from_chars(known.data(), known.data() + known.size(), number);
  if (failure != std::errc() || end != known.data() + known.size() || number < 0) {
    throw http::InputError({{.place = "header.Last-Event-ID", .message = "is not the number of an event"}});
  }
  return number;
}

base::Task<void> send(http::EventWriter& out, const jobs::JobEvent& event) {
  return out.send(
      {.name = event.name, .data = base::compact_json(event.data), .id = std::to_string(event.number)});
}

base::Task<void> send(http::SocketPeer& out, const jobs::JobEvent& event) {
  const EventMessage message{.number = event.number, .event = event.name, .data = event.data};
  return out.send({.bytes = base::compact_json(base::to_json(message))});
}

/// Every event after `number`, to the last.
template <class Client>
base::Task<void> tell(jobs::Watch& watch, storage::Scope scope, jobs::JobId id, std::int64_t number,
                      Client& out) {
  while (true) {
    const jobs::JobEvents next = co_await watch.next(scope, id, number);
    for (const jobs::JobEvent& event : next.events) {
      number = event.number;
      co_await send(out, event);
    }
    if (next.is_over) co_return;
  }
}

}  // namespace

JobRoutes::JobRoutes(http::Routes& table, jobs::Jobs& jobs, jobs::Watch& watch) : jobs_(jobs), watch_(watch) {
  auto routes = table.of(*this, "/api/v1");
  routes.get("/jobs", &JobRoutes::list).summary("List my jobs");
  routes.get("/jobs/{id}", &JobRoutes::read).summary("Read a job");
  routes.get("/jobs/{id}/events", &JobRoutes::follow).summary("Follow a job");
  routes.get("/jobs/{id}/socket", &JobRoutes::follow_by_socket).summary("Follow a job over a WebSocket");
  routes.post("/jobs/{id}/cancel", &JobRoutes::cancel).summary("Cancel a job");
  routes.post("/jobs/{id}/replay", &JobRoutes::replay)
      .summary("Do a job again")
      .raises(base::Code::kConflict);
}

base::Task<JobList> JobRoutes::list(security::Caller caller, http::Query<JobSearch> search) {
  jobs::JobQuery query{.status = search.status,
                       .kind = http::value_of(search.kind),
                       .before = http::value_of(search.before),
                       .limit = static_cast<int>(search.limit)};
  co_return JobList{.data = co_await jobs_.list(caller.scope(), std::move(query))};
}

base::Task<jobs::Job> JobRoutes::read(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await jobs_.get(caller.scope(), key.id);
}

base::Task<jobs::Job> JobRoutes::cancel(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await jobs_.cancel(caller.scope(), key.id);
}

base::Task<jobs::Job> JobRoutes::replay(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await jobs_.replay(caller.scope(), key.id);
}

base::Task<http::Events> JobRoutes::follow(const http::Request& request, security::Caller caller,
                                           http::Path<http::IdKey> key, http::Query<EventsFrom> from) {
  const std::int64_t number = first_wanted(request, from);
  static_cast<void>(co_await jobs_.get(caller.scope(), key.id));
  co_return http::Events{
      .write = [this, scope = caller.scope(), id = key.id.value, number](http::EventWriter& out) {
        return tell(watch_, scope, id, number, out);
      }};
}

base::Task<http::WebSocket> JobRoutes::follow_by_socket(security::Caller caller, http::Path<http::IdKey> key,
                                                        http::Query<EventsFrom> from) {
  const std::int64_t number = from.after ? std::int64_t{*from.after} : 0;
  static_cast<void>(co_await jobs_.get(caller.scope(), key.id));
  co_return http::WebSocket{
      .talk = [this, scope = caller.scope(), id = key.id.value,
               number](http::SocketPeer& client) { return tell(watch_, scope, id, number, client); },
      .listens = false};
}

}  // namespace pharos::base_api
