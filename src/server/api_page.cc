#include "server/api_page.h"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/base/json.h"

namespace pharos::server {
namespace {

namespace json = boost::json;

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

/// `string, 1 to 255 characters`, or the name of a schema.
std::string type_of(const json::object& schema) {
  if (const auto* reference = schema.if_contains("$ref")) {
    const std::string name = text_of(*reference).substr(text_of(*reference).rfind('/') + 1);
    return fmt::format("<a href=\"#schema-{0}\">{0}</a>", name);
  }
  if (const auto* any = schema.if_contains("anyOf")) {
    return type_of(any->as_array().front().as_object()) + ", may be null";
  }
  const auto* type = schema.if_contains("type");
  std::string text = type == nullptr ? "any" : type->is_string() ? text_of(*type) : "number or null";
  if (const auto* items = schema.if_contains("items")) text += " of " + type_of(items->as_object());
  if (const auto* format = schema.if_contains("format")) text += ", " + text_of(*format);
  if (schema.contains("minLength") && schema.contains("maxLength")) {
    text += fmt::format(", {} to {} characters", base::compact_json(schema.at("minLength")),
                        base::compact_json(schema.at("maxLength")));
  }
  if (schema.contains("minimum") && schema.contains("maximum")) {
    text += fmt::format(", {} to {}", base::compact_json(schema.at("minimum")),
                        base::compact_json(schema.at("maximum")));
  }
  if (const auto* names = schema.if_contains("enum")) {
    std::string list;
    for (const json::value& name : names->as_array()) list += (list.empty() ? "" : ", ") + text_of(name);
    text = "one of " + escaped(list);
  }
  return text;
}

void write_row(std::string& page, std::string_view name, std::string_view type, bool is_required) {
  fmt::format_to(std::back_inserter(page), "<tr><th><code>{}</code></th><td>{}{}</td></tr>\n", escaped(name),
                 type, is_required ? "" : " <em>may be left out</em>");
}

void write_operation(std::string& page, std::string_view path, std::string_view method,
                     const json::object& operation) {
  std::string upper(method);
  for (char& letter : upper) letter = static_cast<char>(letter & ~0x20);
  fmt::format_to(std::back_inserter(page),
                 "<details id=\"{}\"><summary><b class=\"{}\">{}</b> <code>{}</code> "
                 "<span>{}</span>{}</summary>\n<table>\n",
                 escaped(text_of(operation.at("operationId"))), method, upper, escaped(path),
                 escaped(text_of(operation.at("summary"))),
                 operation.contains("security") ? "" : " <i>open to everybody</i>");
  if (const auto* parameters = operation.if_contains("parameters")) {
    for (const json::value& each : parameters->as_array()) {
      write_row(page, text_of(each.at("name")),
                fmt::format("{}: {}", text_of(each.at("in")), type_of(each.at("schema").as_object())),
                each.at("required").as_bool());
    }
  }
  if (const auto* body = operation.if_contains("requestBody")) {
    for (const auto& [type, content] : body->at("content").as_object()) {
      write_row(page, "body",
                fmt::format("{} as {}", type_of(content.at("schema").as_object()), std::string_view(type)),
                true);
    }
  }
  std::string refusals;
  for (const auto& [status, response] : operation.at("responses").as_object()) {
    if (!status.starts_with('2')) {
      refusals += (refusals.empty() ? "" : ", ") + std::string(status);
      continue;
    }
    std::string type = text_of(response.at("description"));
    if (const auto* content = response.as_object().if_contains("content")) {
      type = type_of(content->as_object().begin()->value().at("schema").as_object());
    }
    write_row(page, status, type, true);
  }
  fmt::format_to(std::back_inserter(page),
                 "<tr><th>refusals</th><td>{} as <a href=\"#schema-Problem\">Problem</a></td></tr>\n"
                 "</table></details>\n",
                 refusals);
}

void write_schema(std::string& page, std::string_view name, const json::object& schema) {
  fmt::format_to(std::back_inserter(page),
                 "<details id=\"schema-{0}\"><summary><code>{0}</code></summary>\n<table>\n", name);
  std::vector<std::string> required;
  if (const auto* names = schema.if_contains("required")) {
    for (const json::value& each : names->as_array()) required.push_back(text_of(each));
  }
  if (const auto* properties = schema.if_contains("properties")) {
    for (const auto& [field, type] : properties->as_object()) {
      write_row(page, field, type_of(type.as_object()),
                std::ranges::find(required, std::string_view(field)) != required.end());
    }
  }
  page += "</table></details>\n";
}

}  // namespace

std::string api_page(const json::object& openapi) {
  std::map<std::string, std::string> sections;
  for (const auto& [path, methods] : openapi.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      write_operation(sections[text_of(operation.at("tags").at(0))], path, method, operation.as_object());
    }
  }
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{0} API</title>"
      "<link rel=\"stylesheet\" href=\"docs/style.css\"></head><body><main>\n<h1>{0} API</h1>\n"
      "<p>{1} Version {2}. The same for programs: <a href=\"openapi.json\">openapi.json</a>. Most routes "
      "want "
      "<code>Authorization: Bearer TOKEN</code>, as <a href=\"#log_in\">Log in</a> gives it.</p>\n",
      escaped(text_of(openapi.at("info").at("title"))),
      escaped(text_of(openapi.at("info").at("description"))),
      escaped(text_of(openapi.at("info").at("version"))));
  for (const auto& [tag, section] : sections) page += fmt::format("<h2>{}</h2>\n{}", escaped(tag), section);
  page += "<h2>What goes in and out</h2>\n";
  for (const auto& [name, schema] : openapi.at("components").at("schemas").as_object()) {
    write_schema(page, name, schema.as_object());
  }
  return page + "</main></body></html>\n";
}

}  // namespace pharos::server
