// What a node gives back: the fields it changes and their new values.
#pragma once

#include <utility>

#include "core/graph/typed_state.h"

namespace pharos::graph {

/// A list of writes to fields of a State. Empty means "nothing to change".
///
///     co_return update(&State::answer, text).set(&State::warnings, {"low light"});
template <StateStruct State>
class Update {
 public:
  Update() = default;

  /// Writes a field: replaces it, or folds into it when the graph declares a reducer.
  template <class Field, class Owner>
  Update&& set(Field Owner::* field, std::type_identity_t<Field> value) && {
    add(field, std::move(value), false);
    return std::move(*this);
  }
  template <class Field, class Owner>
  Update& set(Field Owner::* field, std::type_identity_t<Field> value) & {
    add(field, std::move(value), false);
    return *this;
  }
  /// Replaces a field even when it has a reducer; later writes of the same super-step are ignored.
  template <class Field, class Owner>
  Update&& overwrite(Field Owner::* field, std::type_identity_t<Field> value) && {
    add(field, std::move(value), true);
    return std::move(*this);
  }
  template <class Field, class Owner>
  Update& overwrite(Field Owner::* field, std::type_identity_t<Field> value) & {
    add(field, std::move(value), true);
    return *this;
  }

  bool empty() const { return writes_.empty(); }
  Writes take() && { return std::move(writes_); }

 private:
  template <class Field, class Owner>
  void add(Field Owner::* field, Field value, bool overwrite) {
    writes_.push_back({channel_of<State>(field), overwrite, Value::of<Field>(std::move(value))});
  }

  Writes writes_;
};

/// An update of one field; `.set()` adds more. The field must be declared in State itself, not in a base.
template <class State, class Field>
Update<State> update(Field State::* field, std::type_identity_t<Field> value) {
  return Update<State>().set(field, std::move(value));
}

}  // namespace pharos::graph
