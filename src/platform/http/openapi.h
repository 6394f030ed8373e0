// The table of routes as OpenAPI 3.1.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "platform/http/schema.h"

namespace pharos::http {

class Routes;

struct ApiInfo {
  std::string title;
  std::string version;
  std::string description;
};

/// The whole document.
boost::json::object openapi_of(const Routes& routes, const ApiInfo& info);

namespace detail {

void describe_parameter(boost::json::object& operation, std::string_view name, std::string_view place,
                        bool is_required, boost::json::object schema);
void describe_body(boost::json::object& operation, std::string_view content_type, boost::json::object schema);
void describe_upload(boost::json::object& operation);
void describe_response(boost::json::object& operation, int status, std::string_view content_type,
                       boost::json::object schema);
void describe_socket(boost::json::object& operation);

template <class T>
void describe_parameters(Schemas& schemas, boost::json::object& operation, std::string_view place) {
  const T standard{};
  boost::mp11::mp_for_each<base::detail::Members<T>>([&](auto member) {
    using Field = std::remove_cvref_t<decltype(standard.*member.pointer)>;
    const bool is_required = place == "path" || !may_be_left_out(standard.*member.pointer);
    if constexpr (base::detail::is_optional<Field>::value) {
      describe_parameter(operation, member.name, place, is_required,
                         schemas.of<typename Field::value_type>(Use::kRead));
    } else {
      describe_parameter(operation, member.name, place, is_required, schemas.of<Field>(Use::kRead));
    }
  });
}

}  // namespace detail
}  // namespace pharos::http
