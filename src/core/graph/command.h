// Where to go next, said by a node or a conditional edge: names of nodes, and Sends with an argument.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/graph/update.h"

namespace pharos::graph {

/// The names of a graph's beginning and end.
inline constexpr std::string_view kStart = "__start__";
inline constexpr std::string_view kEnd = "__end__";

/// Instead of a node's name, to Graph::update_state: makes another checkpoint like the one given, beside it.
inline constexpr std::string_view kCopy = "__copy__";

/// Runs `node` in the next super-step with an input of its own. Several to one node run side by side.
struct Send {
  template <class Argument>
  Send(std::string to, Argument input)
      : node(std::move(to)), argument(Value::of<Argument>(std::move(input))) {}

  std::string node;
  Value argument;
};

/// A node's name, or a Send.
struct Target {
  Target(std::string_view name) : node(name) {}        // NOLINT: names convert, so routes can return them
  Target(const char* name) : node(name) {}             // NOLINT
  Target(std::string name) : node(std::move(name)) {}  // NOLINT
  Target(Send send) : node(std::move(send.node)), argument(std::move(send.argument)) {}  // NOLINT

  bool is_send() const { return argument.has_value(); }

  std::string node;
  Value argument;
};
using Targets = std::vector<Target>;

/// A Command to the graph around the one whose node returns it; see to_parent().
struct ParentCommand {
  const ValueType* state = nullptr;  ///< the type of that graph's state
  Writes writes;
  Targets targets;
};

/// An update and where to go after it, besides the node's own edges. Also what a run may start from: on a
/// thread, its nodes run together with those that are left to run.
///
///     co_return Command<State>().set(&State::plan, plan).go_to("search");
template <StateStruct State>
class Command {
 public:
  Command() = default;
  Command(Update<State> update) : update_(std::move(update)) {}  // NOLINT: a command without a destination
  Command(ParentCommand parent)                                  // NOLINT: so that a node may return it
      : parent_(std::make_shared<ParentCommand>(std::move(parent))) {}

  template <class Field, class Owner>
  Command&& set(Field Owner::* field, std::type_identity_t<Field> value) && {
    update_.set(field, std::move(value));
    return std::move(*this);
  }
  Command&& go_to(Target target) && {
    targets_.push_back(std::move(target));
    return std::move(*this);
  }
  template <class Argument>
  Command&& send(std::string node, Argument argument) && {
    return std::move(*this).go_to(Send(std::move(node), std::move(argument)));
  }

  struct Parts {
    Update<State> update;
    Targets targets;
    std::shared_ptr<ParentCommand> parent;  ///< or, instead of both, a command to the graph around this one
  };
  Parts take() && { return {std::move(update_), std::move(targets_), std::move(parent_)}; }

 private:
  Update<State> update_;
  Targets targets_;
  std::shared_ptr<ParentCommand> parent_;
};

/// Ends the subgraph whose node returns this, leaving out whatever it has written, and hands the command to
/// the node of the graph around it that runs the subgraph, as if that node had returned it: the node's own
/// edges are followed too.
///
///     co_return to_parent(Command<Outer>().set(&Outer::answer, text).go_to("review"));
template <StateStruct State>
ParentCommand to_parent(Command<State> command) {
  auto parts = std::move(command).take();
  return {&value_type_of<State>(), std::move(parts.update).take(), std::move(parts.targets)};
}

}  // namespace pharos::graph
