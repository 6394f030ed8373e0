// A state whose fields are declared by data: one JSON value each.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/flow/fields.h"
#include "core/graph/state.h"

namespace pharos::flow {

/// Nodes get it as their input's `const DynamicState*`.
class DynamicState final : public graph::StateStorage {
 public:
  /// Every field at its first value.
  explicit DynamicState(std::shared_ptr<const Fields> fields);

  const void* view() const override { return this; }
  void* field(std::size_t channel) override { return &values_[channel]; }
  std::shared_ptr<graph::StateStorage> clone() const override {
    return std::make_shared<DynamicState>(*this);
  }

  const Fields& fields() const { return *fields_; }
  const json::value& operator[](std::uint32_t channel) const { return values_[channel]; }
  json::object to_json() const;
  /// As to_json(), taking the values away.
  json::object take() &&;

 private:
  std::shared_ptr<const Fields> fields_;
  std::vector<json::value> values_;
};

/// The engine's view of such a state.
graph::StateSchema schema_of(std::shared_ptr<const Fields> fields);

}  // namespace pharos::flow
