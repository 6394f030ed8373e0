// Path, query, form and body as described structs, with everything that is wrong in them told at once.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/json/value.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/problem.h"
#include "platform/http/schema.h"
#include "platform/http/url_text.h"

namespace pharos::http {

/// Collects what is wrong.
class FieldErrors {
 public:
  void add(std::string place, std::string message) {
    errors_.push_back({std::move(place), std::move(message)});
  }
  /// An error whose sentence begins with the place.
  void add(const std::string& place, const base::Error& error);
  void add_unknown(const std::string& place, std::string_view field, const std::vector<std::string>& known);
  /// Throws InputError when there is one.
  void throw_if_any();

 private:
  std::vector<FieldError> errors_;
};

/// Fills a T as base::from_json does, but goes on after an error, and misses fields that T has no valid
/// standard for.
template <class T>
T read_input(const boost::json::value& value, const std::string& place, FieldErrors& errors);

/// Fills a described struct from named texts: of a query, of a form or of the path. A list is what its name
/// has each time it comes.
template <class T>
T read_texts(const NamedTexts& texts, const std::string& place, FieldErrors& errors);

namespace detail {

template <class T>
concept Struct = base::detail::Described<T> && !base::detail::DescribedEnum<T> && !base::detail::OwnJson<T>;

/// A text as the JSON that a field of type T is read from; the text itself where it is none.
template <class T>
boost::json::value json_of_text(const std::string& text);
boost::json::value number_of_text(const std::string& text);
boost::json::value truth_of_text(const std::string& text);

template <class T>
boost::json::value json_of_text(const std::string& text) {
  if constexpr (base::detail::is_optional<T>::value) {
    return json_of_text<typename T::value_type>(text);
  } else if constexpr (OwnSchema<T>) {
    return T::schema().at("type") == "integer" ? number_of_text(text) : boost::json::value(text);
  } else if constexpr (std::same_as<T, bool>) {
    return truth_of_text(text);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return number_of_text(text);
  } else {
    return boost::json::value(text);
  }
}

template <class T>
T read_struct(const boost::json::value& value, const std::string& place, FieldErrors& errors) {
  T filled{};
  if (!value.is_object()) {
    errors.add(place, "must be an object");
    return filled;
  }
  std::vector<std::string> known;
  boost::mp11::mp_for_each<base::detail::Members<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(filled.*member.pointer)>;
    known.emplace_back(member.name);
    const std::string inner = place + "." + member.name;
    if (const boost::json::value* field = value.get_object().if_contains(member.name)) {
      filled.*member.pointer = read_input<Field>(*field, inner, errors);
    } else if (!may_be_left_out(filled.*member.pointer)) {
      errors.add(inner, "is missing");
    }
  });
  if constexpr (!TakesUnknownFields<T>) {
    for (const auto& [key, field] : value.get_object()) {
      if (std::ranges::find(known, std::string_view(key)) == known.end())
        errors.add_unknown(place, key, known);
    }
  }
  return filled;
}

}  // namespace detail

template <class T>
T read_input(const boost::json::value& value, const std::string& place, FieldErrors& errors) {
  if constexpr (detail::Struct<T>) {
    return detail::read_struct<T>(value, place, errors);
  } else {
    if constexpr (base::detail::is_vector<T>::value) {
      if (value.is_array()) {
        T items;
        for (const boost::json::value& item : value.get_array()) {
          items.push_back(read_input<typename T::value_type>(
              item, place + "[" + std::to_string(items.size()) + "]", errors));
        }
        return items;
      }
    } else if constexpr (base::detail::is_optional<T>::value) {
      if (!value.is_null()) return read_input<typename T::value_type>(value, place, errors);
    }
    try {
      return base::from_json<T>(value, place);
    } catch (const base::Error& error) {
      errors.add(place, error);
      return T{};
    }
  }
}

template <class T>
T read_texts(const NamedTexts& texts, const std::string& place, FieldErrors& errors) {
  boost::json::object fields;
  std::vector<std::string> known;
  boost::mp11::mp_for_each<base::detail::Members<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
    known.emplace_back(member.name);
    for (const auto& [name, text] : texts) {
      if (name != member.name) continue;
      if constexpr (base::detail::is_vector<Field>::value) {
        if (!fields.contains(name)) fields[name] = boost::json::array{};
        fields[name].as_array().push_back(detail::json_of_text<typename Field::value_type>(text));
      } else if (fields.contains(name)) {
        errors.add(std::string(place).append(".").append(name), "is given twice");
      } else {
        fields[name] = detail::json_of_text<Field>(text);
      }
    }
  });
  if constexpr (!TakesUnknownFields<T>) {
    for (const auto& [name, text] : texts) {
      if (std::ranges::find(known, name) == known.end()) errors.add_unknown(place, name, known);
    }
  }
  return detail::read_struct<T>(fields, place, errors);
}

}  // namespace pharos::http
