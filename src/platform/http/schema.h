// JSON Schema (2020-12, as OpenAPI 3.1 has it) of described structs: the same description that reads and
// writes them.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include <boost/core/type_name.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/mp11/algorithm.hpp>

#include "core/base/error.h"
#include "core/base/json.h"

namespace pharos::http {

/// A struct that says `using TakesUnknownFields = void;` is read from what has more fields than it knows:
/// those of clients by others, who may send what a newer server understands.
template <class T>
concept TakesUnknownFields = requires { typename T::TakesUnknownFields; };

/// Whether a struct is read, where fields with a default may be left out, or written, where all are there.
enum class Use { kRead, kWritten };

namespace detail {

template <class T>
concept OwnSchema = requires {
  { T::schema() } -> std::same_as<boost::json::object>;
};

/// `pharos::mirror::Report` → `Report`, `Listing<pharos::Item>` → `ListingOfItem`.
std::string schema_name(const std::string& type_name);

/// A field may be left out when what it then is would be accepted.
template <class Field>
bool may_be_left_out(const Field& standard) {
  try {
    static_cast<void>(base::from_json<Field>(base::to_json(standard)));
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace detail

/// The schemas that were asked for, by name. Used by one thread.
class Schemas {
 public:
  /// The schema of T, a reference where T is a struct.
  template <class T>
  boost::json::object of(Use use);

  const boost::json::object& components() const { return components_; }

 private:
  template <class T>
  boost::json::object fields_of(Use use);
  boost::json::object reference_to(const std::string& name);

  boost::json::object components_;
};

template <class T>
boost::json::object Schemas::of(Use use) {
  namespace json = boost::json;
  if constexpr (detail::OwnSchema<T>) {
    return T::schema();
  } else if constexpr (base::detail::is_optional<T>::value) {
    return {{"anyOf", json::array{of<typename T::value_type>(use), json::object{{"type", "null"}}}}};
  } else if constexpr (base::detail::is_shared<T>::value) {
    return of<std::remove_const_t<typename T::element_type>>(use);
  } else if constexpr (base::detail::is_vector<T>::value) {
    return {{"type", "array"}, {"items", of<typename T::value_type>(use)}};
  } else if constexpr (base::detail::is_array<T>::value) {
    const std::size_t size = std::tuple_size_v<T>;
    return {{"type", "array"},
            {"items", of<typename T::value_type>(use)},
            {"minItems", size},
            {"maxItems", size}};
  } else if constexpr (base::detail::is_map<T>::value) {
    return {{"type", "object"}, {"additionalProperties", of<typename T::mapped_type>(use)}};
  } else if constexpr (base::detail::DescribedEnum<T>) {
    json::array names;
    for (const std::string& name : base::names_of<T>()) names.emplace_back(name);
    return {{"type", "string"}, {"enum", std::move(names)}};
  } else if constexpr (base::detail::Described<T>) {
    std::string name = detail::schema_name(boost::core::type_name<T>());
    if (use == Use::kRead) name += "Input";
    if (!components_.contains(name)) {
      components_[name] = json::object{};  // a struct may hold its own kind
      components_[name] = fields_of<T>(use);
    }
    return reference_to(name);
  } else if constexpr (std::same_as<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::integral<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::floating_point<T>) {
    return use == Use::kRead ? json::object{{"type", "number"}}
                             : json::object{{"type", json::array{"number", "null"}}};  // not finite is null
  } else if constexpr (std::same_as<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::same_as<T, json::object>) {
    return {{"type", "object"}};
  } else {
    return {};
  }
}

template <class T>
boost::json::object Schemas::fields_of(Use use) {
  namespace json = boost::json;
  json::object properties;
  json::array required;
  const T standard{};
  boost::mp11::mp_for_each<base::detail::Members<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(standard.*member.pointer)>;
    properties[member.name] = of<Field>(use);
    if (use == Use::kWritten || !detail::may_be_left_out(standard.*member.pointer)) {
      required.emplace_back(member.name);
    }
  });
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if constexpr (!TakesUnknownFields<T>) schema["additionalProperties"] = false;
  return schema;
}

}  // namespace pharos::http
