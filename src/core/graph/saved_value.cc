#include "core/graph/saved_value.h"

namespace pharos::graph {

SavedValue::SavedValue(json::value value, IsJson /*tag*/) {
  if (!value.is_null()) value_ = std::make_shared<const Value>(Value::of<json::value>(std::move(value)));
}

bool SavedValue::is_null() const {
  return value_ == nullptr || (value_->holds<json::value>() && value_->as<json::value>().is_null());
}

json::value SavedValue::to_json() const {
  return value_ ? value_->to_json() : json::value(nullptr);
}

Value SavedValue::as(const ValueType& type, const std::string& path) const {
  if (value_ && value_->type() == &type) return value_->clone();
  return type.from_json(to_json(), path);
}

void SavedValue::copy_to(void* field, const ValueType& type, const std::string& path) const {
  if (value_ && value_->type() == &type) {
    type.copy_assign(field, value_->data());
  } else {
    Value value = type.from_json(to_json(), path);
    type.move_assign(field, value.data());
  }
}

}  // namespace pharos::graph
