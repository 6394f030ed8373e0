// Turns a coroutine with typed parameters into a route's handler.
//
// A parameter is read by what it is: the Caller, Path<T>, Query<T>, Form<T>, the Upload, the Request itself;
// any other described struct is the JSON body. What comes back is JSON, nothing (204), a Response, Events or
// a WebSocket.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "platform/http/event_stream.h"
#include "platform/http/input.h"
#include "platform/http/openapi.h"
#include "platform/http/route.h"
#include "platform/http/values.h"
#include "platform/http/web_socket.h"

namespace pharos::http {

/// What stands in the path: `Path<ItemKey>` of `/items/{id}`.
template <class T>
struct Path : T {};
/// What stands after the `?`.
template <class T>
struct Query : T {};
/// The body as an HTML form sends it (application/x-www-form-urlencoded).
template <class T>
struct Form : T {};

/// What comes back with header fields of its own.
template <class T>
struct WithHeaders {
  T body;
  Headers headers;
};

namespace detail {

template <class T>
struct has_headers : std::false_type {};
template <class T>
struct has_headers<WithHeaders<T>> : std::true_type {};

/// The form's or the JSON's text. Throws base::Error (kUnsupported) when the content type says otherwise.
NamedTexts form_of(const Request& request);
boost::json::value json_of(const Request& request);
NamedTexts query_of(const Request& request);

/// How a parameter of type P is read and documented.
template <class P>
struct Input {
  static P read(Exchange& exchange, FieldErrors& errors) {
    return read_input<P>(json_of(exchange.request), "body", errors);
  }
  static void describe(Schemas& schemas, boost::json::object& operation) {
    describe_body(operation, "application/json", schemas.of<P>(Use::kRead));
  }
};

template <class T>
struct Input<Path<T>> {
  static Path<T> read(Exchange& exchange, FieldErrors& errors) {
    return {read_texts<T>(exchange.request.path_values, "path", errors)};
  }
  static void describe(Schemas& schemas, boost::json::object& operation) {
    describe_parameters<T>(schemas, operation, "path");
  }
};

template <class T>
struct Input<Query<T>> {
  static Query<T> read(Exchange& exchange, FieldErrors& errors) {
    return {read_texts<T>(query_of(exchange.request), "query", errors)};
  }
  static void describe(Schemas& schemas, boost::json::object& operation) {
    describe_parameters<T>(schemas, operation, "query");
  }
};

template <class T>
struct Input<Form<T>> {
  static Form<T> read(Exchange& exchange, FieldErrors& errors) {
    return {read_texts<T>(form_of(exchange.request), "body", errors)};
  }
  static void describe(Schemas& schemas, boost::json::object& operation) {
    describe_body(operation, "application/x-www-form-urlencoded", schemas.of<T>(Use::kRead));
  }
};

template <>
struct Input<security::Caller> {
  static security::Caller read(Exchange& exchange, FieldErrors&) { return exchange.caller.value(); }
  static void describe(Schemas&, boost::json::object&) {}
};

template <>
struct Input<std::optional<security::Caller>> {
  static std::optional<security::Caller> read(Exchange& exchange, FieldErrors&) { return exchange.caller; }
  static void describe(Schemas&, boost::json::object&) {}
};

template <>
struct Input<Upload> {
  static Upload read(Exchange& exchange, FieldErrors&) { return std::move(exchange.upload).value(); }
  static void describe(Schemas&, boost::json::object& operation) { describe_upload(operation); }
};

template <>
struct Input<const Request&> {
  static const Request& read(Exchange& exchange, FieldErrors&) { return exchange.request; }
  static void describe(Schemas&, boost::json::object&) {}
};

template <class Out>
Response json_response(const Out& out) {
  return {.status = 200,
          .headers = {{"Content-Type", "application/json"}},
          .body = base::compact_json(base::to_json(out)),
          .stream = {}};
}

template <class Out>
base::Task<Response> answer(base::Task<Out> task) {
  if constexpr (std::is_void_v<Out>) {
    co_await std::move(task);
    co_return Response{.status = 204, .headers = {}, .body = {}, .stream = {}};
  } else if constexpr (std::same_as<Out, Response>) {
    co_return co_await std::move(task);
  } else if constexpr (std::same_as<Out, Events>) {
    co_return event_response(co_await std::move(task));
  } else if constexpr (std::same_as<Out, WebSocket>) {
    co_return socket_response(co_await std::move(task));
  } else if constexpr (has_headers<Out>::value) {
    Out out = co_await std::move(task);
    Response response = json_response(out.body);
    for (const auto& [name, value] : out.headers) response.headers.add(name, value);
    co_return response;
  } else {
    co_return json_response(co_await std::move(task));
  }
}

template <class Out>
void describe_answer(Schemas& schemas, boost::json::object& operation, int status) {
  if constexpr (std::is_void_v<Out>) {
    describe_response(operation, status == 0 ? 204 : status, {}, {});
  } else if constexpr (std::same_as<Out, Response>) {
    describe_response(operation, status == 0 ? 200 : status, {}, {});
  } else if constexpr (std::same_as<Out, Events>) {
    describe_response(operation, status == 0 ? 200 : status, "text/event-stream", event_schema());
  } else if constexpr (std::same_as<Out, WebSocket>) {
    describe_socket(operation);
  } else if constexpr (has_headers<Out>::value) {
    describe_answer<decltype(Out::body)>(schemas, operation, status);
  } else {
    describe_response(operation, status == 0 ? 200 : status, "application/json",
                      schemas.of<Out>(Use::kWritten));
  }
}

}  // namespace detail

/// `handlers` must outlive the route.
template <class Handlers, class Out, class... In>
Route make_route(Method method, std::string pattern, Handlers& handlers,
                 base::Task<Out> (Handlers::*handler)(In...)) {
  auto handle = [&handlers, handler](Exchange& exchange) -> base::Task<Response> {
    FieldErrors errors;
    // Braces: parameters are read in their order.
    std::tuple<In...> inputs{detail::Input<In>::read(exchange, errors)...};
    errors.throw_if_any();
    auto call = [&](auto&&... each) { return (handlers.*handler)(std::forward<decltype(each)>(each)...); };
    Response response = co_await detail::answer<Out>(std::apply(call, std::move(inputs)));
    if constexpr (std::same_as<Out, WebSocket>) {
      if (auto refusal = refuse_handshake(exchange.request)) co_return std::move(*refusal);
    }
    co_return response;
  };
  auto describe = [](Schemas& schemas, boost::json::object& operation, int status) {
    (detail::Input<In>::describe(schemas, operation), ...);
    detail::describe_answer<Out>(schemas, operation, status);
  };
  constexpr bool takes_upload = (std::same_as<In, Upload> || ...);
  return {method, std::move(pattern), std::move(handle), std::move(describe), takes_upload};
}

}  // namespace pharos::http
