#include "platform/http/dispatcher.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/sha256.h"
#include "platform/http/compression.h"
#include "platform/http/problem.h"
#include "platform/http/web_socket.h"

namespace pharos::http {
namespace {

/// Whether it goes on until one side has enough, as files do not.
bool stays_open(const Response& response) {
  return response.socket != nullptr || response.headers.get("Content-Type").starts_with("text/event-stream");
}

constexpr Method kMethods[] = {Method::kGet, Method::kPost, Method::kPut, Method::kPatch, Method::kDelete};

std::optional<Method> method_of(std::string_view name) {
  if (name == "HEAD") return Method::kGet;
  const auto found = std::ranges::find(kMethods, name, method_name);
  if (found == std::end(kMethods)) return std::nullopt;
  return *found;
}

std::string names_of_methods(const std::vector<Method>& methods) {
  std::string names;
  for (const Method method : methods) {
    names.append(names.empty() ? "" : ", ").append(method_name(method));
    if (method == Method::kGet) names.append(", HEAD");
  }
  return names;
}

/// For pages and clients alike; a handler that knows better has set its own.
void add_security_headers(const Request& request, Response& response) {
  Headers& headers = response.headers;
  headers.add_unless_there("X-Content-Type-Options", "nosniff");
  headers.add_unless_there("X-Frame-Options", "DENY");
  headers.add_unless_there("Referrer-Policy", "no-referrer");
  headers.add_unless_there("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  headers.add_unless_there("Cross-Origin-Resource-Policy", "same-site");
  if (request.is_secure) headers.add_unless_there("Strict-Transport-Security", "max-age=31536000");
}

/// An answer to GET that is the same as last time need not be sent again.
void answer_conditionally(const Request& request, Response& response) {
  if (request.method != Method::kGet || response.status != 200 || response.stream) {
    response.headers.add_unless_there("Cache-Control", "no-store");
    return;
  }
  response.headers.add_unless_there("Cache-Control", "private, no-cache");
  if (!response.headers.has("ETag")) {
    response.headers.add(
        "ETag", fmt::format("W/\"{}\"", std::string_view(base::sha256(response.body)).substr(0, 24)));
  }
  const std::string_view known = request.headers.get("If-None-Match");
  if (known == "*" || (!known.empty() && lists(known, response.headers.get("ETag")))) {
    response.status = 304;
    response.body.clear();
  }
}

}  // namespace

Dispatcher::Dispatcher(const Routes& routes, Gate& gate, base::Clock& clock, base::Pool& disk,
                       DispatcherSettings settings)
    : routes_(routes), gate_(gate), clock_(clock), disk_(disk), settings_(std::move(settings)) {}

base::Task<void> Dispatcher::admit(Call& call, std::string_view method) {
  call.begun = clock_.now();
  std::exception_ptr failure;
  try {
    co_await admit_known(call, method);
    if (call.early) call.early = finish(call, std::move(*call.early), nullptr);
    co_return;
  } catch (...) {
    failure = std::current_exception();
  }
  call.early = finish(call, problem_of(failure, call.exchange.request), failure);
}

base::Task<void> Dispatcher::admit_known(Call& call, std::string_view method) {
  Request& request = call.exchange.request;
  if (is_preflight(call, method)) {
    call.early = preflight(call);
    co_return;
  }
  const auto known = method_of(method);
  request.is_head = method == "HEAD";
  request.method = known.value_or(Method::kGet);
  Routes::Match match = routes_.find(request.method, request.path);
  if (!match.methods.empty() && (!known || match.route == nullptr)) {
    call.early = problem(405, fmt::format("{} does not answer to {}", request.path, method), request);
    call.early->headers.add("Allow", names_of_methods(match.methods));
    co_return;
  }
  if (match.route == nullptr) {
    throw base::Error(base::Code::kNotFound,
                      fmt::format("there is nothing at {}; /docs lists what there is", request.path));
  }
  if (asks_for_socket(request) && !is_of_our_pages(request)) {
    throw base::Error(base::Code::kForbidden, "pages of that origin may not talk to this server");
  }
  call.route = match.route;
  request.path_values = std::move(match.path_values);
  call.exchange.caller = co_await caller_of(*call.route, request);
  call.exchange.answer_headers.append(co_await gate_.count(*call.route, request, call.exchange.caller));
  if (!call.route->is_open() && !call.exchange.caller) {
    throw base::Error(base::Code::kUnauthenticated,
                      "say who you are: Authorization: Bearer TOKEN, as login or an API key gives it");
  }
  if (call.route->permission() && !call.exchange.caller->may(*call.route->permission())) {
    throw base::Error(base::Code::kForbidden, fmt::format("your role in this team does not allow '{}'",
                                                          base::to_name(*call.route->permission())));
  }
}

base::Task<std::optional<security::Caller>> Dispatcher::caller_of(const Route& route,
                                                                  const Request& request) {
  try {
    co_return co_await gate_.identify(request);
  } catch (const base::Error& error) {
    if (!route.is_open() || error.code() != base::Code::kUnauthenticated) throw;
  }
  co_return std::nullopt;
}

base::Task<Response> Dispatcher::answer(Call& call, BodyReader* body) {
  std::exception_ptr failure;
  try {
    if (call.route->takes_upload() && body != nullptr) {
      call.exchange.upload = co_await receive_upload(call.exchange.request, *body, settings_.uploads, disk_);
    }
    Response response = co_await call.route->handler()(call.exchange);
    if (call.route->status() != 0 && response.status / 100 == 2) response.status = call.route->status();
    if (stays_open(response)) response.held = gate_.hold_stream(call.exchange.request, call.exchange.caller);
    co_return finish(call, std::move(response), nullptr);
  } catch (...) {
    failure = std::current_exception();
  }
  co_return finish(call, problem_of(failure, call.exchange.request), failure);
}

Response Dispatcher::finish(Call& call, Response response, const std::exception_ptr& failure) {
  const Request& request = call.exchange.request;
  response.headers.append(call.exchange.answer_headers);
  response.headers.set("X-Correlation-ID", request.id);
  answer_conditionally(request, response);
  add_security_headers(request, response);
  add_origin(request, response);
  compress(request, response);
  if (on_outcome) {
    on_outcome({.request = request,
                .route = call.route,
                .caller = call.exchange.caller,
                .status = response.status,
                .time = clock_.now() - call.begun,
                .failure = failure});
  }
  return response;
}

bool Dispatcher::is_preflight(const Call& call, std::string_view method) const {
  const Headers& headers = call.exchange.request.headers;
  return method == "OPTIONS" && headers.has("Origin") && headers.has("Access-Control-Request-Method");
}

Response Dispatcher::preflight(const Call& call) const {
  Response response{.status = 204, .headers = {}, .body = {}, .stream = {}};
  const Headers& headers = call.exchange.request.headers;
  if (!allows_origin(headers.get("Origin"))) return response;
  response.headers.add("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
  response.headers.add("Access-Control-Allow-Headers",
                       std::string(headers.get("Access-Control-Request-Headers")));
  response.headers.add("Access-Control-Max-Age", "600");
  return response;
}

bool Dispatcher::allows_origin(std::string_view origin) const {
  return std::ranges::any_of(settings_.allowed_origins,
                             [&](const std::string& each) { return each == "*" || each == origin; });
}

/// A browser lets any page open a WebSocket anywhere, and says only from where: no other rule protects it.
bool Dispatcher::is_of_our_pages(const Request& request) const {
  const std::string_view origin = request.headers.get("Origin");
  if (origin.empty() || allows_origin(origin)) return true;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos &&
         equal_ignoring_case(origin.substr(scheme + 3), request.headers.get("Host"));
}

void Dispatcher::add_origin(const Request& request, Response& response) const {
  if (settings_.allowed_origins.empty()) return;
  response.headers.add("Vary", "Origin");
  const std::string_view origin = request.headers.get("Origin");
  if (origin.empty() || !allows_origin(origin)) return;
  const bool any = settings_.allowed_origins.front() == "*";
  response.headers.add("Access-Control-Allow-Origin", any ? "*" : std::string(origin));
  if (!any) response.headers.add("Access-Control-Allow-Credentials", "true");
  response.headers.add("Access-Control-Expose-Headers",
                       "Content-Location, ETag, Location, RateLimit, RateLimit-Policy, Retry-After, "
                       "X-Correlation-ID, X-Pagination-Next, X-Pagination-Total");
}

}  // namespace pharos::http
