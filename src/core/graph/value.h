// One value of any type, moved between nodes and channels without the engine knowing what it is.
#pragma once

#include <cstddef>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/json.h"

namespace pharos::graph {

namespace json = boost::json;

class Value;

/// What the engine can do with values of one type. One constant object a type; compare by address.
struct ValueType {
  bool is_small;  ///< kept inside Value; larger ones are on the heap
  bool has_json;  ///< false for types that no description turns into JSON; the two functions then throw
  std::size_t size;
  void (*relocate)(void* to, void* from) noexcept;  ///< move-construct, then destroy the source
  void (*destroy)(void* value) noexcept;
  void (*destroy_heap)(void* value) noexcept;
  void (*copy)(void* to, const void* from);  ///< copy-construct
  void* (*copy_heap)(const void* from);
  void (*move_assign)(void* to, void* from);
  void (*copy_assign)(void* to, const void* from);
  void (*reset)(void* to);  ///< to a default-constructed value
  json::value (*to_json)(const void* value);
  Value (*from_json)(const json::value& from, const std::string& path);
};

[[noreturn]] void throw_no_json();

template <class T>
const ValueType& value_type_of();

/// Holds one value, or nothing. Values of up to 32 bytes cost no allocation.
class Value {
 public:
  Value() noexcept {}
  Value(Value&& other) noexcept : type_(other.type_) { take_storage(other); }
  Value& operator=(Value&& other) noexcept {
    if (this == &other) return *this;
    reset();
    type_ = other.type_;
    take_storage(other);
    return *this;
  }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value() { reset(); }

  template <class T>
  static Value of(T value) {
    Value made;
    if constexpr (fits<T>()) {
      ::new (static_cast<void*>(made.small_)) T(std::move(value));
    } else {
      made.heap_ = new T(std::move(value));
    }
    made.type_ = &value_type_of<T>();
    return made;
  }
  /// A copy of the value of that type at `from`.
  static Value copy_of(const ValueType& type, const void* from);

  bool has_value() const { return type_ != nullptr; }
  const ValueType* type() const { return type_; }
  template <class T>
  bool holds() const {
    return type_ == &value_type_of<T>();
  }
  void* data() { return type_->is_small ? static_cast<void*>(small_) : heap_; }
  const void* data() const { return type_->is_small ? static_cast<const void*>(small_) : heap_; }
  /// The value itself; it must be a T.
  template <class T>
  T& as() {
    return *static_cast<T*>(data());
  }
  template <class T>
  const T& as() const {
    return *static_cast<const T*>(data());
  }

  Value clone() const { return has_value() ? copy_of(*type_, data()) : Value(); }
  /// Null when empty.
  json::value to_json() const { return has_value() ? type_->to_json(data()) : json::value(nullptr); }
  void reset() noexcept;

 private:
  static constexpr std::size_t kSmall = 32;

  template <class T>
  static constexpr bool fits() {
    return sizeof(T) <= kSmall && alignof(T) <= alignof(void*) && std::is_nothrow_move_constructible_v<T>;
  }
  template <class T>
  friend struct ValueOperations;

  void take_storage(Value& other) noexcept {
    if (type_ == nullptr) return;
    if (type_->is_small) {
      type_->relocate(small_, other.small_);
    } else {
      heap_ = other.heap_;
    }
    other.type_ = nullptr;
  }

  union {
    alignas(void*) std::byte small_[kSmall];
    void* heap_;
  };
  const ValueType* type_ = nullptr;
};

template <class T>
struct ValueOperations {
  static T& at(void* value) { return *static_cast<T*>(value); }
  static const T& at(const void* value) { return *static_cast<const T*>(value); }

  static void relocate(void* to, void* from) noexcept {
    ::new (to) T(std::move(at(from)));
    at(from).~T();
  }
  static void destroy(void* value) noexcept { at(value).~T(); }
  static void destroy_heap(void* value) noexcept { delete static_cast<T*>(value); }
  static void copy(void* to, const void* from) { ::new (to) T(at(from)); }
  static void* copy_heap(const void* from) { return new T(at(from)); }
  static void move_assign(void* to, void* from) { at(to) = std::move(at(from)); }
  static void copy_assign(void* to, const void* from) { at(to) = at(from); }
  static void reset(void* to) { at(to) = T{}; }
  static json::value to_json(const void* value) {
    if constexpr (base::JsonConvertible<T>) {
      return base::to_json(at(value));
    } else {
      throw_no_json();
    }
  }
  static Value from_json(const json::value& from, const std::string& path) {
    if constexpr (base::JsonConvertible<T>) {
      return Value::of<T>(base::from_json<T>(from, path));
    } else {
      throw_no_json();
    }
  }

  static constexpr ValueType kType{Value::fits<T>(),
                                   base::JsonConvertible<T>,
                                   sizeof(T),
                                   relocate,
                                   destroy,
                                   destroy_heap,
                                   copy,
                                   copy_heap,
                                   move_assign,
                                   copy_assign,
                                   reset,
                                   to_json,
                                   from_json};
};

template <class T>
const ValueType& value_type_of() {
  return ValueOperations<T>::kType;
}

}  // namespace pharos::graph
