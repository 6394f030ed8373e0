// JSON of described structs: one description (BOOST_DESCRIBE_STRUCT, BOOST_DESCRIBE_ENUM) gives both
// directions.
//
// Structs become objects with their members in order; enumerators lose their `k` and become snake_case;
// an empty optional is null; a number that is not finite is null; what several places share
// (shared_ptr<const T>) is written as T in each; a class may have a JSON form of its own, as a member
// to_json() and a static from_json(value, path).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

namespace pharos::base {

namespace json = boost::json;

/// Parses one JSON text. Throws Error (kInvalidInput) that names `what`, the line and the column.
json::value parse_json(std::string_view text, std::string_view what);

/// Two-space indented text, ending in a newline.
std::string pretty_json(const json::value& value);

/// One line without spaces and without an end of line, numbers as short as they can be.
std::string compact_json(const json::value& value);

/// `kHeadAndShoulders` → `head_and_shoulders`.
std::string enumerator_name(std::string_view identifier);

namespace detail {

/// Throws Error (kInvalidInput): `path: expected a number, got a string`.
[[noreturn]] void throw_wrong_kind(const std::string& path, std::string_view expected,
                                   const json::value& got);
[[noreturn]] void throw_unknown_field(const std::string& path, std::string_view field,
                                      std::vector<std::string> known);
[[noreturn]] void throw_unknown_enumerator(const std::string& path, std::string_view got,
                                           std::vector<std::string> known);
[[noreturn]] void throw_out_of_range(const std::string& path);

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_array : std::false_type {};
template <class T, std::size_t n>
struct is_array<std::array<T, n>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class T>
struct is_map<std::map<std::string, T>> : std::true_type {};
template <class T>
struct is_shared : std::false_type {};
template <class T>
struct is_shared<std::shared_ptr<const T>> : std::true_type {};

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;
/// A class with a JSON form of its own.
template <class T>
concept OwnJson = requires(const T& value, const json::value& from, const std::string& path) {
  { value.to_json() } -> std::same_as<json::value>;
  { T::from_json(from, path) } -> std::same_as<T>;
};
template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
using Members =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class Owner, class Field>
Field member_type(Field Owner::*);

template <class T>
constexpr bool is_json_convertible();

template <template <class...> class List, class... Member>
constexpr bool all_json_convertible(List<Member...>) {
  return (is_json_convertible<decltype(member_type(Member::pointer))>() && ...);
}

template <class T>
constexpr bool is_json_convertible() {
  if constexpr (is_optional<T>::value || is_vector<T>::value || is_array<T>::value) {
    return is_json_convertible<typename T::value_type>();
  } else if constexpr (is_map<T>::value) {
    return is_json_convertible<typename T::mapped_type>();
  } else if constexpr (is_shared<T>::value) {
    return is_json_convertible<std::remove_const_t<typename T::element_type>>();
  } else if constexpr (Described<T> && !DescribedEnum<T>) {
    return all_json_convertible(Members<T>{});
  } else {
    return std::is_arithmetic_v<T> || DescribedEnum<T> || OwnJson<T> || std::same_as<T, std::string> ||
           std::same_as<T, json::value> || std::same_as<T, json::object>;
  }
}

}  // namespace detail

/// Types that to_json and from_json both take.
template <class T>
concept JsonConvertible = detail::is_json_convertible<T>();

/// The name a described enumerator has in JSON and in messages.
template <detail::DescribedEnum E>
std::string to_name(E value) {
  std::string name = "unknown";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto each) {
    if (each.value == value) name = enumerator_name(each.name);
  });
  return name;
}

/// Every name of a described enumeration, in order.
template <detail::DescribedEnum E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto each) { names.push_back(enumerator_name(each.name)); });
  return names;
}

/// The enumerator of that name; throws Error (kInvalidInput) that lists the names, with `what` in front.
template <detail::DescribedEnum E>
E from_name(std::string_view name, const std::string& what) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto each) {
    if (enumerator_name(each.name) == name) found = each.value;
  });
  if (!found) detail::throw_unknown_enumerator(what, name, names_of<E>());
  return *found;
}

template <class T>
json::value to_json(const T& value) {
  if constexpr (std::same_as<T, json::value> || std::same_as<T, json::object> ||
                std::same_as<T, json::array>) {
    return json::value(value);
  } else if constexpr (detail::OwnJson<T>) {
    return value.to_json();
  } else if constexpr (detail::is_optional<T>::value || detail::is_shared<T>::value) {
    return value ? to_json(*value) : json::value(nullptr);
  } else if constexpr (detail::is_vector<T>::value || detail::is_array<T>::value) {
    json::array array;
    array.reserve(value.size());
    for (const auto& item : value) array.push_back(to_json(item));
    return array;
  } else if constexpr (detail::is_map<T>::value) {
    json::object object;
    for (const auto& [key, item] : value) object.emplace(key, to_json(item));
    return object;
  } else if constexpr (detail::DescribedEnum<T>) {
    return json::value(to_name(value));
  } else if constexpr (detail::Described<T>) {
    json::object object;
    boost::mp11::mp_for_each<detail::Members<T>>(
        [&](auto member) { object.emplace(member.name, to_json(value.*member.pointer)); });
    return object;
  } else if constexpr (std::floating_point<T>) {
    return std::isfinite(value) ? json::value(static_cast<double>(value)) : json::value(nullptr);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return json::value(std::string_view(value));
  } else {
    static_assert(std::is_arithmetic_v<T>, "describe this type with BOOST_DESCRIBE_STRUCT");
    return json::value(value);
  }
}

/// Fills a T from JSON. Unknown fields and wrong kinds throw Error (kInvalidInput) that names the path, such
/// as `faces[2].bbox`. Fields missing from the object keep the value that a default-constructed T gives them.
template <class T>
T from_json(const json::value& value, const std::string& path = "input") {
  if constexpr (std::same_as<T, json::value>) {
    return value;
  } else if constexpr (std::same_as<T, json::object>) {
    if (!value.is_object()) detail::throw_wrong_kind(path, "an object", value);
    return value.get_object();
  } else if constexpr (detail::OwnJson<T>) {
    return T::from_json(value, path);
  } else if constexpr (detail::is_optional<T>::value) {
    if (value.is_null()) return T{};
    return from_json<typename T::value_type>(value, path);
  } else if constexpr (detail::is_shared<T>::value) {
    if (value.is_null()) return T{};
    using Shared = std::remove_const_t<typename T::element_type>;
    return std::make_shared<const Shared>(from_json<Shared>(value, path));
  } else if constexpr (detail::is_vector<T>::value) {
    if (!value.is_array()) detail::throw_wrong_kind(path, "an array", value);
    T items;
    items.reserve(value.get_array().size());
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      items.push_back(
          from_json<typename T::value_type>(value.get_array()[i], path + "[" + std::to_string(i) + "]"));
    }
    return items;
  } else if constexpr (detail::is_array<T>::value) {
    T items{};
    if (!value.is_array() || value.get_array().size() != items.size()) {
      detail::throw_wrong_kind(path, "an array of " + std::to_string(items.size()), value);
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i] =
          from_json<typename T::value_type>(value.get_array()[i], path + "[" + std::to_string(i) + "]");
    }
    return items;
  } else if constexpr (detail::is_map<T>::value) {
    if (!value.is_object()) detail::throw_wrong_kind(path, "an object", value);
    T items;
    for (const auto& [key, item] : value.get_object()) {
      items.emplace(std::string(key),
                    from_json<typename T::mapped_type>(item, path + "." + std::string(key)));
    }
    return items;
  } else if constexpr (detail::DescribedEnum<T>) {
    if (!value.is_string()) detail::throw_wrong_kind(path, "a string", value);
    return from_name<T>(value.get_string(), path);
  } else if constexpr (detail::Described<T>) {
    if (!value.is_object()) detail::throw_wrong_kind(path, "an object", value);
    T filled{};
    std::vector<std::string> known;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
      known.emplace_back(member.name);
      const json::value* field = value.get_object().if_contains(member.name);
      if (field == nullptr) return;
      using Field = std::remove_cvref_t<decltype(filled.*member.pointer)>;
      filled.*member.pointer = from_json<Field>(*field, path + "." + member.name);
    });
    for (const auto& [key, item] : value.get_object()) {
      if (std::ranges::find(known, std::string_view(key)) == known.end()) {
        detail::throw_unknown_field(path, key, known);
      }
    }
    return filled;
  } else if constexpr (std::same_as<T, bool>) {
    if (!value.is_bool()) detail::throw_wrong_kind(path, "true or false", value);
    return value.get_bool();
  } else if constexpr (std::integral<T>) {
    if (!value.is_number()) detail::throw_wrong_kind(path, "a whole number", value);
    boost::system::error_code failure;
    const T number = value.to_number<T>(failure);
    if (failure) detail::throw_out_of_range(path);
    return number;
  } else if constexpr (std::floating_point<T>) {
    if (!value.is_number()) detail::throw_wrong_kind(path, "a number", value);
    return static_cast<T>(value.to_number<double>());
  } else {
    static_assert(std::same_as<T, std::string>, "describe this type with BOOST_DESCRIBE_STRUCT");
    if (!value.is_string()) detail::throw_wrong_kind(path, "a string", value);
    return std::string(value.get_string());
  }
}

}  // namespace pharos::base
