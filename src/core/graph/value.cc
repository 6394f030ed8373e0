#include "core/graph/value.h"

#include "core/base/error.h"

namespace pharos::graph {

void throw_no_json() {
  throw base::Error(base::Code::kUnsupported,
                    "this type has no JSON form: describe it with BOOST_DESCRIBE_STRUCT, or declare the "
                    "field with untracked() so that it is never saved");
}

Value Value::copy_of(const ValueType& type, const void* from) {
  Value made;
  if (type.is_small) {
    type.copy(made.small_, from);
  } else {
    made.heap_ = type.copy_heap(from);
  }
  made.type_ = &type;
  return made;
}

void Value::reset() noexcept {
  if (type_ == nullptr) return;
  if (type_->is_small) {
    type_->destroy(small_);
  } else {
    type_->destroy_heap(heap_);
  }
  type_ = nullptr;
}

}  // namespace pharos::graph
