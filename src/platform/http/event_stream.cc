#include "platform/http/event_stream.h"

#include <utility>

namespace pharos::http {
namespace {

std::string without_line_ends(std::string_view text) {
  std::string line;
  for (const char letter : text) {
    if (letter != '\n' && letter != '\r' && letter != '\0') line += letter;
  }
  return line;
}

}  // namespace

std::string event_text(const ServerEvent& event) {
  std::string text;
  text.reserve(event.name.size() + event.data.size() + event.id.size() + 32);
  if (!event.name.empty()) text.append("event: ").append(without_line_ends(event.name)).append("\n");
  std::string_view rest = event.data;
  while (true) {
    const std::size_t end = rest.find_first_of("\r\n");
    text.append("data: ").append(rest.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(rest.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  if (!event.id.empty()) text.append("id: ").append(without_line_ends(event.id)).append("\n");
  return text.append("\n");
}

boost::json::object event_schema() {
  const boost::json::object text{{"type", "string"}};
  return {{"type", "object"},
          {"properties", {{"event", text}, {"data", text}, {"id", text}}},
          {"required", {"data"}}};
}

Response event_response(Events events) {
  Response response;
  response.headers = {{"Content-Type", "text/event-stream; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}};
  for (const auto& [name, value] : events.headers) response.headers.add(name, value);
  response.stream = [write = std::move(events.write)](BodyWriter& body) -> base::Task<void> {
    EventWriter writer(body);
    co_await write(writer);
  };
  return response;
}

}  // namespace pharos::http
