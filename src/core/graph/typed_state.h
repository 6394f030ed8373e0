// A described struct as a graph's state: each member is a channel, found by its member pointer.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include <boost/mp11/list.hpp>

#include "core/base/error.h"
#include "core/graph/state.h"

namespace pharos::graph {

namespace detail {

template <class State>
using Members = base::detail::Members<State>;

template <class State>
inline constexpr std::size_t kFieldCount = boost::mp11::mp_size<Members<State>>::value;

}  // namespace detail

/// A struct described with BOOST_DESCRIBE_STRUCT that can be copied.
template <class T>
concept StateStruct = base::detail::Described<T> && std::copyable<T> && std::default_initializable<T>;

/// The number of the channel of that member. Throws Error (kInvalidInput) when the member is not described.
template <StateStruct State, class Field, class Owner>
std::uint32_t channel_of(Field Owner::* member) {
  std::uint32_t index = 0;
  std::uint32_t found = std::numeric_limits<std::uint32_t>::max();
  boost::mp11::mp_for_each<detail::Members<State>>([&](auto described) {
    if constexpr (requires { described.pointer == member; }) {
      if (described.pointer == member) found = index;
    }
    ++index;
  });
  if (found == std::numeric_limits<std::uint32_t>::max()) {
    throw base::Error(base::Code::kInvalidInput,
                      "this field is not part of the state's description: add it to BOOST_DESCRIBE_STRUCT");
  }
  return found;
}

/// A State held for the engine.
template <StateStruct State>
class TypedState final : public StateStorage {
 public:
  explicit TypedState(State initial) : state(std::move(initial)) {}

  const void* view() const override { return &state; }
  void* field(std::size_t channel) override { return kFields[channel](state); }
  std::shared_ptr<StateStorage> clone() const override { return std::make_shared<TypedState>(state); }

  State state;

 private:
  using FieldOf = void* (*)(State&);

  template <class... Described>
  static constexpr std::array<FieldOf, sizeof...(Described)> fields(boost::mp11::mp_list<Described...>) {
    return {+[](State& of) -> void* { return &(of.*Described::pointer); }...};
  }
  static constexpr std::array<FieldOf, detail::kFieldCount<State>> kFields =
      fields(boost::mp11::mp_rename<detail::Members<State>, boost::mp11::mp_list>{});
};

/// Every member a LastValue channel; reducers and the rest are declared on the graph.
template <StateStruct State>
StateSchema schema_of() {
  StateSchema schema;
  boost::mp11::mp_for_each<detail::Members<State>>([&](auto described) {
    using Field = std::remove_cvref_t<decltype(std::declval<State&>().*described.pointer)>;
    schema.channels.push_back({.name = described.name, .type = &value_type_of<Field>()});
  });
  schema.make = [] { return std::make_shared<TypedState<State>>(State{}); };
  schema.type = &value_type_of<State>();
  schema.storage_of = [](const void* view) {
    return std::make_shared<TypedState<State>>(*static_cast<const State*>(view));
  };
  schema.value_of = [](StateStorage& state) {
    return Value::of<State>(std::move(static_cast<TypedState<State>&>(state).state));
  };
  return schema;
}

}  // namespace pharos::graph
