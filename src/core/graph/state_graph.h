// Writes down a graph: its state, its nodes, and what follows what. Start here.
//
//     StateGraph<Story> g{"story"};
//     g.reduce(&Story::notes, append);
//     g.add_node("plan", plan);
//     g.add_node("research", research).timeout(30s).retry(2).on_error(say_why);
//     g.add_edge(kStart, "plan").add_edge("plan", "research").add_edge("research", kEnd);
//     const Graph<Story> story = g.compile();
//     Story told = co_await story.invoke({.topic = "lighthouses"});
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/graph/binding.h"
#include "core/graph/command.h"
#include "core/graph/graph.h"
#include "core/graph/mermaid.h"
#include "core/graph/reducers.h"

namespace pharos::graph {

template <StateStruct State>
class StateGraph;

/// How long a topic keeps what was written to it.
enum class Topic {
  kOneStep,     ///< the next super-step sees it
  kAccumulate,  ///< for good, as a list that is appended to
};

/// A node just added: says how it runs, and goes on with the graph. For use in one statement.
template <StateStruct State, class Input>
class NodeHandle {
 public:
  NodeHandle(StateGraph<State>& graph, std::size_t node) : graph_(graph), node_(node) {}

  /// The time one attempt may take. When it is over the node's coroutine is cancelled, and whatever it still
  /// writes is dropped.
  NodeHandle& timeout(base::Duration limit) {
    options().timeout = limit;
    return *this;
  }
  /// The time one attempt may go without showing progress: an event of its own, a piece of a message, a
  /// super-step of a subgraph, or Context::progress(). When it is over the same happens.
  NodeHandle& idle_timeout(base::Duration limit) {
    options().idle_timeout = limit;
    return *this;
  }
  /// How many times it is run in all, when it fails for a reason that may pass.
  NodeHandle& retry(int attempts) { return retry(RetryPolicy{.max_attempts = attempts}); }
  /// Called several times it adds policies: the first that takes a failure says whether and when.
  NodeHandle& retry(RetryPolicy policy) {
    options().retry.push_back(std::move(policy));
    return *this;
  }
  /// What stands in for the node when it has failed for good, in the same super-step: a function
  /// `(const Input&, const NodeError&[, Context&])` that gives back what a node may give back. The node's
  /// edges follow, unless a Command of the handler says where to go. On a thread the failure is kept first,
  /// so that a run which ends meanwhile goes on with the handler and not with the node.
  template <class Handler>
  NodeHandle& on_error(Handler handler) {
    if (detail::HandlerReturnsCommand<Input, Handler>::value) graph_.definition_.nodes[node_].routes = true;
    options().on_error = std::make_shared<detail::BoundHandler<Input, Handler>>(std::move(handler));
    return *this;
  }
  /// It waits until nothing else is left to run, however many edges and joins lead to it, and runs then once.
  /// A Send starts it at once all the same.
  NodeHandle& deferred() {
    graph_.definition_.nodes[node_].deferred = true;
    return *this;
  }
  /// Gives the result again, instead of running the node, for an input that it has had: for a while, or until
  /// the cache given to compile() needs the room. Fields that are untracked are no part of the input.
  NodeHandle& cache(std::optional<base::Duration> time_to_live = {}) {
    options().cache = CachePolicy{.time_to_live = time_to_live, .key = {}};
    return *this;
  }
  /// The same, where `key(const Input&)`, a string, says which inputs count as one.
  template <class Key>
  NodeHandle& cache(std::optional<base::Duration> time_to_live, Key key) {
    options().cache = CachePolicy{
        .time_to_live = time_to_live,
        .key = [key = std::move(key)](const void* input) { return key(*static_cast<const Input*>(input)); }};
    return *this;
  }
  /// The nodes its Commands may lead to: for the picture, and so that compile() can find what is unreachable.
  NodeHandle& goes_to(std::vector<std::string> nodes) {
    options().destinations = std::move(nodes);
    return *this;
  }

  template <class... Arguments>
  auto add_node(Arguments&&... arguments) {
    return graph_.add_node(std::forward<Arguments>(arguments)...);
  }
  StateGraph<State>& add_edge(std::string_view from, std::string_view to) {
    return graph_.add_edge(from, to);
  }
  template <class Names = std::initializer_list<std::string_view>>
  StateGraph<State>& fan_out(std::string_view from, const Names& to) {
    return graph_.fan_out(from, to);
  }
  template <class Names = std::initializer_list<std::string_view>>
  StateGraph<State>& join(const Names& from, std::string_view to) {
    return graph_.join(from, to);
  }

 private:
  NodeOptions& options() { return graph_.definition_.nodes[node_].options; }

  StateGraph<State>& graph_;
  std::size_t node_;
};

/// A graph being written down. State is a struct described with BOOST_DESCRIBE_STRUCT; each field is a
/// channel that holds the last write (two writes in one super-step are an error) unless reduce() says
/// otherwise.
template <StateStruct State>
class StateGraph {
 public:
  explicit StateGraph(std::string name) {
    definition_.name = std::move(name);
    definition_.schema = schema_of<State>();
  }

  /// Folds writes into the field, in the order of the nodes' names: `void(Field&, Field)` or `Field(Field,
  /// Field)`, such as append, merge, add.
  template <class Field, class Owner, class Function>
  StateGraph& reduce(Field Owner::* field, Function function) {
    Channel& channel = channel_at(field);
    channel.kind = ChannelKind::kReducer;
    if constexpr (requires { Function::kMessages; }) channel.messages = &Function::kMessages;
    channel.reducer = detail::bind_reducer<Field>(std::move(function));
    return *this;
  }
  /// Collects the lists that a super-step writes, in the order of the nodes' names. Only the next super-step
  /// sees them, unless they accumulate.
  template <class Field, class Owner>
  StateGraph& topic(Field Owner::* field, Topic keeps = Topic::kOneStep) {
    reduce(field, append);
    channel_at(field).transient = keeps == Topic::kOneStep;
    return *this;
  }
  /// Holds a write for the next super-step only (EphemeralValue); two in one super-step are an error.
  template <class Field, class Owner>
  StateGraph& ephemeral(Field Owner::* field) {
    channel_at(field).transient = true;
    return *this;
  }
  /// Holds the last of the writes of a super-step, however many; empty when nobody writes (AnyValue).
  template <class Field, class Owner>
  StateGraph& any_value(Field Owner::* field) {
    Channel& channel = channel_at(field);
    channel.kind = ChannelKind::kAnyValue;
    channel.transient = true;
    return *this;
  }
  /// Never saves the field: for what has no JSON form or need not survive.
  template <class Field, class Owner>
  StateGraph& untracked(Field Owner::* field) {
    channel_at(field).untracked = true;
    return *this;
  }

  /// Adds a node: a function `(const State&[, Context&])`, a coroutine or not, that gives back an Update, a
  /// Command, a vector of either, or nothing. A function whose first parameter is another type has an input
  /// of its own and is started by Sends only.
  template <class Function>
  auto add_node(std::string name, Function function) {
    using Input = typename detail::InputOf<State, Function>::type;
    using Body = detail::BoundNode<Input, Function>;
    definition_.nodes.push_back({.name = std::move(name),
                                 .body = std::make_shared<Body>(std::move(function)),
                                 .argument = &value_type_of<Input>(),
                                 .reads_state = std::same_as<Input, State>,
                                 .routes = detail::NodeReturnsCommand<Input, Function>::value});
    return NodeHandle<State, Input>(*this, definition_.nodes.size() - 1);
  }

  StateGraph& add_edge(std::string_view from, std::string_view to) {
    definition_.edges.push_back({std::string(from), std::string(to)});
    return *this;
  }
  /// An edge to each: they run side by side.
  template <class Names = std::initializer_list<std::string_view>>
  StateGraph& fan_out(std::string_view from, const Names& to) {
    for (const auto& name : to) add_edge(from, name);
    return *this;
  }
  /// What stands in for any node that has failed for good and has no handler of its own: a function
  /// `(const State&, const NodeError&[, Context&])`, otherwise as a node's on_error().
  template <class Handler>
  StateGraph& on_error(Handler handler) {
    definition_.handler_routes = detail::HandlerReturnsCommand<State, Handler>::value;
    definition_.on_error = std::make_shared<detail::BoundHandler<State, Handler>>(std::move(handler));
    return *this;
  }
  /// `to` runs once all of `from` have finished, however many super-steps apart.
  template <class Names = std::initializer_list<std::string_view>>
  StateGraph& join(const Names& from, std::string_view to) {
    JoinDefinition join{.from = {}, .to = std::string(to)};
    for (const auto& name : from) join.from.emplace_back(name);
    definition_.joins.push_back(std::move(join));
    return *this;
  }
  /// `route(const State&[, const boost::json::object& context])` says where to go after `from`: a node's
  /// name, a Send, or a vector of them. It reads the state with the writes of `from` alone, and what the run
  /// is told. Any node may follow.
  template <class Function>
  StateGraph& add_conditional_edges(std::string_view from, Function route) {
    definition_.branches.push_back({.from = std::string(from),
                                    .route = detail::bind_route<State>(std::move(route)),
                                    .destinations = {}});
    return *this;
  }
  /// The same, with the route's possible answers: {label, node} where it returns labels, or names of nodes.
  template <class Function>
  StateGraph& add_conditional_edges(std::string_view from, Function route,
                                    std::vector<Destination> destinations) {
    add_conditional_edges(from, std::move(route));
    definition_.branches.back().destinations = std::move(destinations);
    return *this;
  }

  /// Checks everything and makes it runnable. Throws GraphError (kInvalidGraph) that lists what is wrong.
  Graph<State> compile(CompileOptions options = {}) const {
    return Graph<State>(std::make_shared<const CompiledGraph>(definition_, std::move(options)));
  }

  const GraphDefinition& definition() const { return definition_; }

 private:
  template <StateStruct, class>
  friend class NodeHandle;

  template <class Field, class Owner>
  Channel& channel_at(Field Owner::* field) {
    return definition_.schema.channels[channel_of<State>(field)];
  }

  GraphDefinition definition_;
};

}  // namespace pharos::graph
