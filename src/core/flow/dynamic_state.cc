#include "core/flow/dynamic_state.h"

namespace pharos::flow {

DynamicState::DynamicState(std::shared_ptr<const Fields> fields) : fields_(std::move(fields)) {
  values_.reserve(fields_->size());
  for (const Field& field : fields_->all()) values_.push_back(*field.initial);
}

json::object DynamicState::to_json() const {
  json::object object;
  for (std::size_t i = 0; i < values_.size(); ++i) object.emplace((*fields_)[i].name, values_[i]);
  return object;
}

json::object DynamicState::take() && {
  json::object object;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    object.emplace((*fields_)[i].name, std::move(values_[i]));
  }
  return object;
}

graph::StateSchema schema_of(std::shared_ptr<const Fields> fields) {
  graph::StateSchema schema;
  schema.channels = fields->channels();
  schema.make = [fields = std::move(fields)] { return std::make_shared<DynamicState>(fields); };
  return schema;
}

}  // namespace pharos::flow
