#include "platform/http/routes.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "platform/http/url_text.h"

namespace pharos::http {

/// One segment of the paths: what may follow it, and what answers when nothing does.
struct Routes::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::string parameter_name;
  std::map<Method, const Route*> routes;
};

namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // its slash
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end);
  }
  return segments;
}

}  // namespace

Routes::Routes() : root_(std::make_unique<Node>()) {}
Routes::~Routes() = default;

Route& Routes::add(Route route) {
  Node* node = root_.get();
  for (const std::string_view segment : segments_of(route.pattern())) {
    std::unique_ptr<Node>* next = nullptr;
    if (segment.starts_with('{')) {
      const std::string name(segment.substr(1, segment.size() - 2));
      if (node->parameter && node->parameter_name != name) {
        throw base::Error(base::Code::kInternal, fmt::format("{}: another route calls that segment '{}'",
                                                             route.pattern(), node->parameter_name));
      }
      node->parameter_name = name;
      next = &node->parameter;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  const Route*& place = node->routes[route.method()];
  if (place != nullptr) {
    throw base::Error(base::Code::kInternal, fmt::format("there are two routes {} {}",
                                                         method_name(route.method()), route.pattern()));
  }
  place = &routes_.emplace_back(std::move(route));
  return routes_.back();
}

Routes::Match Routes::find(Method method, std::string_view path) const {
  Match match;
  const Node* node = root_.get();
  for (const std::string_view segment : segments_of(path)) {
    const auto literal = node->literals.find(segment);
    if (literal != node->literals.end()) {
      node = literal->second.get();
      continue;
    }
    if (!node->parameter || segment.empty()) return match;
    auto value = decode_percent(segment, false);
    if (!value) return match;
    match.path_values.emplace_back(node->parameter_name, std::move(*value));
    node = node->parameter.get();
  }
  for (const auto& [known, route] : node->routes) {
    match.methods.push_back(known);
    if (known == method) match.route = route;
  }
  return match;
}

}  // namespace pharos::http
