// Workflows written as one function, whose tasks are recorded and not run again.
//
//     Task<std::string> write_essay(const std::string& topic, Context& context) {
//       const std::string text = co_await task(context, "draft", draft, topic);
//       const json::value verdict = context.interrupt({{"is this right?", text}});
//       co_return co_await task(context, "polish", polish, text, verdict);
//     }
//
//     const auto essay = entrypoint("essay", write_essay, {.saver = saver});
//     co_await essay.run("lighthouses", {.thread_id = "1"});  // drafts, and stops to ask
//     const std::string text = co_await essay.invoke(Resume{.answer = "yes"}, {.thread_id = "1"});
//
// A workflow that is run again, after an answer or a failure, begins at its top: whatever it does outside its
// tasks is done again, and it must call the same tasks in the same order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/graph/call_records.h"
#include "core/graph/state_graph.h"
#include "core/graph/task_call.h"
#include "core/graph/together.h"

namespace pharos::graph {

namespace detail {

/// What a task's function gives back; it may take the task's own Context as its last parameter.
template <class Function, class... Arguments>
struct TaskFunction {
  using Returned = std::invoke_result_t<const Function&, const Arguments&...>;
  static constexpr bool kTakesContext = false;
};
template <class Function, class... Arguments>
  requires std::invocable<const Function&, const Arguments&..., Context&>
struct TaskFunction<Function, Arguments...> {
  using Returned = std::invoke_result_t<const Function&, const Arguments&..., Context&>;
  static constexpr bool kTakesContext = true;
};
template <class Function, class... Arguments>
using ResultOf = typename TaskResult<typename TaskFunction<Function, Arguments...>::Returned>::type;

/// Calls the function and awaits it if it is a coroutine.
template <class Function, class... Arguments>
base::Task<ResultOf<Function, Arguments...>> call_function(const Function& function, Context& context,
                                                           const Arguments&... arguments) {
  using Traits = TaskFunction<Function, Arguments...>;
  const auto call = [&]() -> decltype(auto) {
    if constexpr (Traits::kTakesContext) {
      return function(arguments..., context);
    } else {
      return function(arguments...);
    }
  };
  if constexpr (TaskResult<typename Traits::Returned>::kIsTask) {
    co_return co_await call();
  } else {
    co_return call();
  }
}

template <class Function, class... Arguments>
base::Task<ResultOf<Function, Arguments...>> run_task(std::unique_ptr<TaskCall> call, Function function,
                                                      Arguments... arguments) {
  using Result = ResultOf<Function, Arguments...>;
  static_assert(base::JsonConvertible<Result>,
                "a task's result is kept as JSON: describe its type with BOOST_DESCRIBE_STRUCT");
  if (const json::value* known = co_await call->begin(json::array{base::to_json(arguments)...})) {
    co_return base::from_json<Result>(*known, "the result of task '" + call->name() + "'");
  }
  while (true) {
    std::optional<Result> result;
    std::exception_ptr failure;
    try {
      result.emplace(co_await call_function(function, call->context(), arguments...));
    } catch (...) {
      failure = std::current_exception();
    }
    if (result) {
      co_await call->end(base::to_json(*result));
      co_return std::move(*result);
    }
    co_await call->fail(std::move(failure));
  }
}

}  // namespace detail

/// Runs `function(arguments...[, Context&])`, a coroutine or not, as a task of the node that `context`
/// belongs to. Its result is kept with the thread's checkpoint, so that the task is not run again when the
/// node is; what it is given and gives back has a JSON form. A failure is the function's own, after the
/// attempts that the options allow. Tasks run side by side by together(); they are told apart by the order in
/// which task() is called.
template <class Function, class... Arguments>
base::Task<detail::ResultOf<Function, Arguments...>> task(Context& context, TaskOptions options,
                                                          Function function, Arguments... arguments) {
  return detail::run_task(std::make_unique<detail::TaskCall>(context, std::move(options)),
                          std::move(function), std::move(arguments)...);
}
template <class Function, class... Arguments>
base::Task<detail::ResultOf<Function, Arguments...>> task(Context& context, std::string name,
                                                          Function function, Arguments... arguments) {
  return task(context, TaskOptions{.name = std::move(name), .retry = {}}, std::move(function),
              std::move(arguments)...);
}

/// What a workflow gives back when its next run is to find something else as `previous` than its caller gets.
template <class Value, class Saved = Value>
struct Final {
  Value value;
  Saved save;
};

namespace detail {

template <class T>
struct Finals {
  using Value = T;
  using Saved = T;
};
template <class V, class S>
struct Finals<Final<V, S>> {
  using Value = V;
  using Saved = S;
};

/// A workflow's function: its parameters and what it gives back.
template <class R, class... Parameters>
struct Signature {
  using Input = std::remove_cvref_t<std::tuple_element_t<0, std::tuple<Parameters...>>>;
  using Returned = typename TaskResult<R>::type;
  using Output = typename Finals<Returned>::Value;
  using Saved = typename Finals<Returned>::Saved;
};
template <class R, class... Parameters>
Signature<R, Parameters...> signature_of(R (*function)(Parameters...));
template <class R, class Object, class... Parameters>
Signature<R, Parameters...> signature_of(R (Object::*function)(Parameters...) const);

template <class Function>
  requires std::is_pointer_v<Function>
decltype(signature_of(std::declval<Function>())) workflow_signature();
template <class Function>
  requires requires { &Function::operator(); }
decltype(signature_of(&Function::operator())) workflow_signature();
template <class Function>
using Workflow = decltype(workflow_signature<Function>());

/// A workflow as a graph: one node, and what it reads and leaves.
template <class Input, class Output, class Saved>
struct WorkflowState {
  std::optional<Input> input;
  std::optional<Output> value;
  std::optional<Saved> previous;

  BOOST_DESCRIBE_CLASS(WorkflowState, (), (input, value, previous), (), ())
};

template <class Function>
struct WorkflowNode {
  using Input = typename Workflow<Function>::Input;
  using Output = typename Workflow<Function>::Output;
  using Saved = typename Workflow<Function>::Saved;
  using State = WorkflowState<Input, Output, Saved>;

  base::Task<Update<State>> operator()(const State& state, Context& context) const {
    if constexpr (std::invocable<const Function&, const Input&, const std::optional<Saved>&, Context&>) {
      co_return leave(co_await call_function(function, context, *state.input, state.previous));
    } else {
      co_return leave(co_await call_function(function, context, *state.input));
    }
  }

  static Update<State> leave(Output value) {
    Saved saved = value;
    return update(&State::value, std::move(value)).set(&State::previous, std::move(saved));
  }
  static Update<State> leave(Final<Output, Saved> final)
    requires(!std::same_as<Output, Final<Output, Saved>>)
  {
    return update(&State::value, std::move(final.value)).set(&State::previous, std::move(final.save));
  }

  Function function;
};

/// Tells of a workflow's run what its caller knows: its value, not the state around it.
class WorkflowSink final : public EventSink {
 public:
  WorkflowSink(EventSink& reader, std::string name) : reader_(reader), name_(std::move(name)) {}
  void accept(StreamEvent event) override;
  base::Task<void> ready() override { return reader_.ready(); }

 private:
  EventSink& reader_;
  std::string name_;
};

}  // namespace detail

/// A workflow ready to run: made by entrypoint(). Cheap to copy; thread-safe as a Graph is.
template <class Input, class Output, class Saved = Output>
class Entrypoint {
 public:
  using State = detail::WorkflowState<Input, Output, Saved>;

  Entrypoint(std::string name, Graph<State> graph) : name_(std::move(name)), graph_(std::move(graph)) {}

  /// Runs it until it ends or stops to ask; until then there is no value. `sink`, if any, must outlive the
  /// run. See Graph::run.
  base::Task<Outcome<std::optional<Output>>> run(Input input, RunConfig config = {}, StreamModes modes = {},
                                                 EventSink* sink = nullptr) const {
    return execute(graph_, name_, start(std::move(input)), std::move(config), modes, sink);
  }
  base::Task<Outcome<std::optional<Output>>> run(Resume resume, RunConfig config = {}, StreamModes modes = {},
                                                 EventSink* sink = nullptr) const {
    return execute(graph_, name_, std::move(resume), std::move(config), modes, sink);
  }
  /// Runs it to its end. Throws also GraphError (kPaused) when it stops before.
  base::Task<Output> invoke(Input input, RunConfig config = {}) const {
    return to_the_end(graph_, start(std::move(input)), std::move(config));
  }
  base::Task<Output> invoke(Resume resume, RunConfig config = {}) const {
    return to_the_end(graph_, std::move(resume), std::move(config));
  }

  /// The graph it is: one node, whose state is the input, the value, and what the next run finds.
  const Graph<State>& graph() const { return graph_; }

 private:
  static RunStart<State> start(Input input) {
    return Update<State>().set(&State::input, std::move(input)).set(&State::value, std::nullopt);
  }
  static base::Task<Outcome<std::optional<Output>>> execute(Graph<State> graph, std::string name,
                                                            RunStart<State> input, RunConfig config,
                                                            StreamModes modes, EventSink* sink) {
    std::optional<detail::WorkflowSink> shown;
    if (sink != nullptr) shown.emplace(*sink, std::move(name));
    auto ended = co_await graph.run(std::move(input), std::move(config), modes, shown ? &*shown : nullptr);
    co_return Outcome<std::optional<Output>>{.values = std::move(ended.values.value),
                                             .interrupts = std::move(ended.interrupts),
                                             .next = std::move(ended.next)};
  }
  static base::Task<Output> to_the_end(Graph<State> graph, RunStart<State> input, RunConfig config) {
    State ended = co_await graph.invoke(std::move(input), std::move(config));
    if (!ended.value) co_return Output{};  // a value whose JSON is null
    co_return std::move(*ended.value);
  }

  std::string name_;
  Graph<State> graph_;
};

/// Makes a workflow of `function(const Input&[, const std::optional<Saved>& previous], Context&)`, a
/// coroutine or not. `previous` is what its last run on the same thread gave back, or what it saved by a
/// Final. Input and results have a JSON form. Throws GraphError (kInvalidGraph) for a name that no node can
/// have.
template <class Function>
auto entrypoint(std::string name, Function function, CompileOptions options = {}) {
  using Node = detail::WorkflowNode<Function>;
  StateGraph<typename Node::State> g{name};
  g.add_node(name, Node{std::move(function)});
  g.add_edge(kStart, name).add_edge(name, kEnd);
  auto graph = g.compile(std::move(options));
  return Entrypoint<typename Node::Input, typename Node::Output, typename Node::Saved>(std::move(name),
                                                                                       std::move(graph));
}

}  // namespace pharos::graph
