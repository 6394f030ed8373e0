// Turns ordinary functions into nodes, error handlers, routes and reducers.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/graph/definition.h"

namespace pharos::graph::detail {

template <class T>
struct FirstParameter;
template <class R, class First, class... Rest>
struct FirstParameter<R (*)(First, Rest...)> {
  using type = std::remove_cvref_t<First>;
};
template <class R, class Object, class First, class... Rest>
struct FirstParameter<R (Object::*)(First, Rest...) const> {
  using type = std::remove_cvref_t<First>;
};

template <class State, class Function>
struct InputOf;
/// What a node reads: the state if it can take it, else the type of its first parameter, which a Send must
/// carry.
template <class State, class Function>
  requires(std::invocable<const Function&, const State&, Context&> ||
           std::invocable<const Function&, const State&>)
struct InputOf<State, Function> {
  using type = State;
};
template <class State, class Function>
  requires(!std::invocable<const Function&, const State&, Context&> &&
           !std::invocable<const Function&, const State&> && std::is_pointer_v<Function>)
struct InputOf<State, Function> : FirstParameter<Function> {};
template <class State, class Function>
  requires(!std::invocable<const Function&, const State&, Context&> &&
           !std::invocable<const Function&, const State&> && requires { &Function::operator(); })
struct InputOf<State, Function> : FirstParameter<decltype(&Function::operator())> {};

template <class T>
struct TaskResult {
  static constexpr bool kIsTask = false;
  using type = T;
};
template <class T>
struct TaskResult<base::Task<T>> {
  static constexpr bool kIsTask = true;
  using type = T;
};

template <class State>
void absorb(NodeOutput& output, Update<State> update) {
  Writes writes = std::move(update).take();
  if (output.writes.empty()) {
    output.writes = std::move(writes);
  } else {
    std::ranges::move(writes, std::back_inserter(output.writes));
  }
}
template <class State>
void absorb(NodeOutput& output, Command<State> command) {
  auto [update, targets, parent] = std::move(command).take();
  if (parent) output.to_parent = std::move(parent);
  std::ranges::move(targets, std::back_inserter(output.targets));
  absorb(output, std::move(update));
}
inline void absorb(NodeOutput& output, ParentCommand command) {
  output.to_parent = std::make_shared<ParentCommand>(std::move(command));
}
template <class Item>
void absorb(NodeOutput& output, std::vector<Item> items) {
  for (Item& item : items) absorb(output, std::move(item));
}

template <class T>
inline constexpr bool kIsCommand = false;
template <class State>
inline constexpr bool kIsCommand<Command<State>> = true;
template <class Item>
inline constexpr bool kIsCommand<std::vector<Item>> = kIsCommand<Item>;

template <class Input, class Function>
struct NodeReturnsCommand {
  static constexpr bool value =
      kIsCommand<typename TaskResult<std::invoke_result_t<const Function&, const Input&>>::type>;
};
template <class Input, class Function>
  requires std::invocable<const Function&, const Input&, Context&>
struct NodeReturnsCommand<Input, Function> {
  static constexpr bool value =
      kIsCommand<typename TaskResult<std::invoke_result_t<const Function&, const Input&, Context&>>::type>;
};

template <class Input, class Handler>
struct HandlerReturnsCommand {
  static constexpr bool value = kIsCommand<
      typename TaskResult<std::invoke_result_t<const Handler&, const Input&, const NodeError&>>::type>;
};
template <class Input, class Handler>
  requires std::invocable<const Handler&, const Input&, const NodeError&, Context&>
struct HandlerReturnsCommand<Input, Handler> {
  static constexpr bool value = kIsCommand<typename TaskResult<
      std::invoke_result_t<const Handler&, const Input&, const NodeError&, Context&>>::type>;
};

/// Calls a node's function, awaits it when it is a coroutine, and keeps what it gives back.
template <class Function, class... Arguments>
base::Task<void> call(const Function& function, NodeOutput& output, Arguments&... arguments) {
  using Returned = TaskResult<std::invoke_result_t<const Function&, Arguments&...>>;
  if constexpr (std::is_void_v<typename Returned::type>) {
    if constexpr (Returned::kIsTask) {
      co_await function(arguments...);
    } else {
      function(arguments...);
      co_return;
    }
  } else if constexpr (Returned::kIsTask) {
    absorb(output, co_await function(arguments...));
  } else {
    absorb(output, function(arguments...));
    co_return;
  }
}

template <class Input, class Function>
class BoundNode final : public NodeBody {
 public:
  explicit BoundNode(Function function) : function_(std::move(function)) {}

  base::Task<void> run(const void* input, Context& context, NodeOutput& output) const override {
    if constexpr (std::invocable<const Function&, const Input&, Context&>) {
      return call(function_, output, *static_cast<const Input*>(input), context);
    } else {
      return call(function_, output, *static_cast<const Input*>(input));
    }
  }

 private:
  Function function_;
};

template <class Input, class Function>
class BoundHandler final : public ErrorHandler {
 public:
  explicit BoundHandler(Function function) : function_(std::move(function)) {}

  base::Task<void> handle(const void* input, const NodeError& error, Context& context,
                          NodeOutput& output) const override {
    const Input& read = *static_cast<const Input*>(input);
    if constexpr (std::invocable<const Function&, const Input&, const NodeError&, Context&>) {
      return call(function_, output, read, error, context);
    } else {
      static_assert(std::invocable<const Function&, const Input&, const NodeError&>,
                    "an error handler takes (const Input&, const NodeError&) and, if it likes, Context&");
      return call(function_, output, read, error);
    }
  }

 private:
  Function function_;
};

inline Targets to_targets(Targets targets) {
  return targets;
}
template <class One>
  requires std::convertible_to<One, Target>
Targets to_targets(One one) {
  Targets targets;
  targets.push_back(Target(std::move(one)));
  return targets;
}
template <class Item>
  requires(std::convertible_to<Item, Target> && !std::same_as<Item, Target>)
Targets to_targets(std::vector<Item> items) {
  Targets targets;
  for (Item& item : items) targets.push_back(Target(std::move(item)));
  return targets;
}

template <class State, class Function>
Route bind_route(Function function) {
  return [function = std::move(function)](const void* view, const boost::json::object& context) {
    const State& state = *static_cast<const State*>(view);
    if constexpr (std::is_invocable_v<const Function&, const State&, const boost::json::object&>) {
      return to_targets(function(state, context));
    } else {
      return to_targets(function(state));
    }
  };
}

/// `function` folds in place, `void(Field&, Field)`, or gives back the new value, `Field(Field, Field)`.
template <class Field, class Function>
Reducer bind_reducer(Function function) {
  return [function = std::move(function)](void* field, Value write) {
    Field& current = *static_cast<Field*>(field);
    Field& added = write.as<Field>();
    if constexpr (std::is_void_v<std::invoke_result_t<const Function&, Field&, Field&&>>) {
      function(current, std::move(added));
    } else {
      current = function(std::move(current), std::move(added));
    }
  };
}

}  // namespace pharos::graph::detail
