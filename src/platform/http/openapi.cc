#include "platform/http/openapi.h"

#include <set>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "platform/http/problem.h"
#include "platform/http/routes.h"

namespace pharos::http {
namespace {

namespace json = boost::json;

json::object problem_schema() {
  const json::object text{{"type", "string"}};
  return {{"type", "object"},
          {"properties",
           {{"type", text},
            {"title", text},
            {"status", {{"type", "integer"}}},
            {"detail", text},
            {"instance", text},
            {"code", text},
            {"correlation_id", text},
            {"errors",
             {{"type", "array"},
              {"items",
               {{"type", "object"},
                {"properties", {{"place", text}, {"message", text}}},
                {"required", {"place", "message"}}}}}}}},
          {"required", {"type", "title", "status", "detail", "instance", "code", "correlation_id"}}};
}

/// `Create an item` → `create_an_item`.
std::string operation_id(const Route& route) {
  std::string id;
  for (const char letter : route.summary()) {
    if (base::is_letter_or_digit(letter)) {
      id += base::lower(letter);
    } else if (!id.empty() && id.back() != '_') {
      id += '_';
    }
  }
  while (id.ends_with('_')) id.pop_back();
  return id;
}

/// Every status with which a route may refuse.
std::set<int> refusals_of(const Route& route, const json::object& operation) {
  std::set<int> statuses{400, 500, 503};
  if (!route.is_open()) statuses.insert({401, 403});
  if (route.limit() != Limit::kNone) statuses.insert(429);
  if (operation.contains("parameters") || operation.contains("requestBody")) statuses.insert(422);
  if (operation.contains("requestBody")) statuses.insert({413, 415});
  if (route.pattern().contains('{')) statuses.insert(404);
  for (const base::Code code : route.errors()) statuses.insert(status_of(code));
  return statuses;
}

json::object problem_content() {
  return {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}};
}

json::object operation_of(const Route& route, Schemas& schemas) {
  json::object operation{
      {"operationId", operation_id(route)}, {"summary", route.summary()}, {"tags", json::array{route.tag()}}};
  route.description()(schemas, operation, route.status());
  const json::object content = problem_content();
  for (const int status : refusals_of(route, operation)) {
    operation["responses"].as_object()[std::to_string(status)] =
        json::object{{"description", reason_of(status)}, {"content", content}};
  }
  if (!route.is_open()) operation["security"] = json::array{json::object{{"bearer", json::array{}}}};
  return operation;
}

}  // namespace

namespace detail {

void describe_parameter(json::object& operation, std::string_view name, std::string_view place,
                        bool is_required, json::object schema) {
  if (!operation.contains("parameters")) operation["parameters"] = json::array{};
  operation["parameters"].as_array().push_back(
      json::object{{"name", name}, {"in", place}, {"required", is_required}, {"schema", std::move(schema)}});
}

void describe_body(json::object& operation, std::string_view content_type, json::object schema) {
  operation["requestBody"] =
      json::object{{"required", true}, {"content", {{content_type, {{"schema", std::move(schema)}}}}}};
}

void describe_upload(json::object& operation) {
  describe_body(
      operation, "multipart/form-data",
      {{"type", "object"},
       {"properties", {{"file", {{"type", "string"}, {"contentMediaType", "application/octet-stream"}}}}},
       {"required", {"file"}}});
}

void describe_response(json::object& operation, int status, std::string_view content_type,
                       json::object schema) {
  json::object response{{"description", reason_of(status)}};
  if (!content_type.empty()) response["content"] = {{content_type, {{"schema", std::move(schema)}}}};
  operation["responses"] = json::object{{std::to_string(status), std::move(response)}};
}

void describe_socket(json::object& operation) {
  operation["description"] =
      "Answers over a WebSocket (RFC 6455). Who can set no header fields, as browsers, offers the protocols "
      "`pharos` and `bearer.TOKEN`.";
  operation["responses"] =
      json::object{{"101", {{"description", reason_of(101)}}},
                   {"426", json::object{{"description", reason_of(426)}, {"content", problem_content()}}}};
}

}  // namespace detail

json::object openapi_of(const Routes& routes, const ApiInfo& info) {
  Schemas schemas;
  json::object paths;
  for (const Route& route : routes.all()) {
    if (route.is_hidden()) continue;
    json::value& path = paths[route.pattern()];
    if (!path.is_object()) path = json::object{};
    std::string method(method_name(route.method()));
    for (char& letter : method) letter = static_cast<char>(letter | 0x20);
    path.as_object()[method] = operation_of(route, schemas);
  }
  json::object components = schemas.components();
  components["Problem"] = problem_schema();
  return {{"openapi", "3.1.0"},
          {"info", {{"title", info.title}, {"version", info.version}, {"description", info.description}}},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(components)},
            {"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace pharos::http
