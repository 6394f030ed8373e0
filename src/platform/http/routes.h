// The table of routes.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/handler.h"
#include "platform/http/route.h"

namespace pharos::http {

/// Filled before the server runs; read by any number of threads afterwards.
class Routes {
 public:
  /// Adds routes whose handlers are members of one object, under a common beginning of their paths.
  template <class Handlers>
  class Of;

  Routes();
  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  /// `handlers` must outlive the table.
  template <class Handlers>
  Of<Handlers> of(Handlers& handlers, std::string prefix = "") {
    return Of<Handlers>(*this, handlers, std::move(prefix));
  }

  /// Throws base::Error (kInternal) when there is one of that method and pattern, or when a `{name}` of the
  /// pattern clashes with another's.
  Route& add(Route route);

  struct Match {
    const Route* route = nullptr;
    std::vector<std::pair<std::string, std::string>> path_values;
    std::vector<Method> methods;  ///< what the path answers to, whether or not to that method
  };
  /// Literal segments win over `{name}`. A value is one segment, decoded.
  Match find(Method method, std::string_view path) const;

  const std::deque<Route>& all() const { return routes_; }

 private:
  struct Node;

  std::deque<Route> routes_;
  std::unique_ptr<Node> root_;
};

template <class Handlers>
class Routes::Of {
 public:
  Of(Routes& table, Handlers& handlers, std::string prefix)
      : table_(table), handlers_(handlers), prefix_(std::move(prefix)) {}

  template <class Out, class... In>
  Route& get(std::string_view pattern, base::Task<Out> (Handlers::*handler)(In...)) {
    return add(Method::kGet, pattern, handler);
  }
  template <class Out, class... In>
  Route& post(std::string_view pattern, base::Task<Out> (Handlers::*handler)(In...)) {
    return add(Method::kPost, pattern, handler);
  }
  template <class Out, class... In>
  Route& put(std::string_view pattern, base::Task<Out> (Handlers::*handler)(In...)) {
    return add(Method::kPut, pattern, handler);
  }
  template <class Out, class... In>
  Route& patch(std::string_view pattern, base::Task<Out> (Handlers::*handler)(In...)) {
    return add(Method::kPatch, pattern, handler);
  }
  template <class Out, class... In>
  Route& remove(std::string_view pattern, base::Task<Out> (Handlers::*handler)(In...)) {
    return add(Method::kDelete, pattern, handler);
  }

 private:
  template <class Out, class... In>
  Route& add(Method method, std::string_view pattern, base::Task<Out> (Handlers::*handler)(In...)) {
    return table_.add(make_route(method, prefix_ + std::string(pattern), handlers_, handler));
  }

  Routes& table_;
  Handlers& handlers_;
  std::string prefix_;
};

}  // namespace pharos::http
