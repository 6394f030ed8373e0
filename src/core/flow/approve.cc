#include "core/flow/approve.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/graph/context.h"

namespace pharos::flow {
namespace {

/// An answer that leads somewhere.
struct AnswerRoute {
  std::string answer;
  std::vector<std::string> to;
};

struct ApprovePlan {
  Template ask;
  std::optional<std::uint32_t> field;  ///< where the answer goes
  std::vector<AnswerRoute> routes;
  std::vector<std::string> otherwise;  ///< where other answers lead; empty while there are routes: nowhere
  std::shared_ptr<const Fields> fields;
};

class Approve final : public NodeFunction {
 public:
  explicit Approve(ApprovePlan plan) : plan_(std::move(plan)) {}

  /// An answer that does not fit is asked for again, which says why: failing would leave it in the thread.
  base::Task<void> run(Scope scope, graph::Context& context, graph::NodeOutput& output) const override {
    json::object question{{"question", plan_.ask.evaluate(scope)}};
    if (!plan_.routes.empty()) {
      json::array& answers = question["answers"].emplace_array();
      for (const AnswerRoute& route : plan_.routes) answers.emplace_back(route.answer);
    }
    while (true) {
      const json::value answer = context.interrupt(question);
      const std::string why = take(answer, output);
      if (why.empty()) co_return;
      question["refused"] = answer;
      question["why"] = why;
    }
  }

 private:
  /// Writes the answer and follows it; a sentence when it does not fit.
  std::string take(const json::value& answer, graph::NodeOutput& output) const {
    const AnswerRoute* route = route_for(answer);
    if (!plan_.routes.empty() && route == nullptr && plan_.otherwise.empty()) return the_answers();
    if (plan_.field) {
      // A field of text holds the word that led on, also for `true` or spaces around it.
      const bool as_word = route != nullptr && (*plan_.fields)[*plan_.field].type == FieldType::kString;
      try {
        output.writes.push_back(
            plan_.fields->write(*plan_.field, as_word ? json::value(route->answer) : answer));
      } catch (const base::Error& error) {
        return error.what();
      }
    }
    for (const std::string& to : route != nullptr ? route->to : plan_.otherwise)
      output.targets.emplace_back(to);
    return {};
  }

  const AnswerRoute* route_for(const json::value& answer) const {
    const std::string word(base::trim(as_text(answer)));
    const std::string_view other = !answer.is_bool() ? "" : answer.get_bool() ? "yes" : "no";
    const auto found = std::ranges::find_if(plan_.routes, [&](const AnswerRoute& route) {
      return route.answer == word || (answer.is_bool() && route.answer == other);
    });
    return found == plan_.routes.end() ? nullptr : &*found;
  }

  std::string the_answers() const {
    std::vector<std::string> answers;
    for (const AnswerRoute& route : plan_.routes) answers.push_back(route.answer);
    return fmt::format("the answers are {}", base::join(answers, ", "));
  }

  ApprovePlan plan_;
};

std::vector<AnswerRoute> read_routes(const Item& item, const PartReader& parts) {
  std::vector<AnswerRoute> routes;
  const Members members(item, "routes", parts.problems());  // tells of an answer that is there twice
  for (const Member& member : item.members) {
    std::vector<std::string> to = parts.targets(member.value);
    if (base::trim(member.key) != member.key || member.key.empty()) {
      parts.problems().add(member.place, "an answer has no spaces at its ends, and is not empty");
    }
    routes.push_back({.answer = member.key, .to = std::move(to)});
  }
  if (item.is_map() && item.members.empty()) {
    parts.problems().add(item.place, "routes is a map of answers and nodes, such as {yes: send, no: end}");
  }
  return routes;
}

/// Where answers lead, and what a picture says of each way.
void add_ways(const ApprovePlan& plan, BuiltNode& node) {
  node.goes_to.emplace();
  for (const AnswerRoute& route : plan.routes) {
    for (const std::string& to : route.to) {
      std::string& label = node.labels[to];
      label += (label.empty() ? "" : ", ") + route.answer;
      if (std::ranges::find(*node.goes_to, to) == node.goes_to->end()) node.goes_to->push_back(to);
    }
  }
  for (const std::string& to : plan.otherwise) {
    std::string& label = node.labels[to];
    label += label.empty() ? "otherwise" : ", otherwise";
    if (std::ranges::find(*node.goes_to, to) == node.goes_to->end()) node.goes_to->push_back(to);
  }
}

}  // namespace

BuiltNode build_approve(NodeReader& reader) {
  const Item* ask = reader.members.require("ask", "say what to ask, such as \"Send '{state.draft}'?\"");
  const Item* answer = reader.members.find("answer");
  const Item* routes = reader.members.find("routes");
  const Item* otherwise = reader.members.find("otherwise");
  ApprovePlan plan{.ask = Template::literal(nullptr),
                   .field = {},
                   .routes = {},
                   .otherwise = {},
                   .fields = reader.parts.fields()};
  if (ask != nullptr) plan.ask = reader.parts.expression(*ask, reader.names);
  if (answer != nullptr) plan.field = reader.parts.field(*answer);
  if (routes != nullptr) plan.routes = read_routes(*routes, reader.parts);
  if (otherwise != nullptr) plan.otherwise = reader.parts.targets(*otherwise);
  if (otherwise != nullptr && routes == nullptr) {
    reader.parts.problems().add(otherwise->place, "'otherwise' is for answers that 'routes' does not name");
  }
  BuiltNode node;
  if (plan.field) node.writes = {*plan.field};
  if (routes != nullptr) add_ways(plan, node);
  node.function = std::make_shared<const Approve>(std::move(plan));
  return node;
}

}  // namespace pharos::flow
