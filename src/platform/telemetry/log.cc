#include "platform/telemetry/log.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/base/json.h"

namespace pharos::telemetry {
namespace {

namespace json = boost::json;

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 6> kWords{"password",      "secret", "token",
                                                   "authorization", "cookie", "api_key"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return name.contains(word); });
}

void redact(json::object& fields) {
  for (auto& [name, value] : fields) {
    if (is_secret(name)) {
      value = "***";
    } else if (auto* inner = value.if_object()) {
      redact(*inner);
    }
  }
}

/// `09:41:03 info  request  status=200 path=/items`
std::string line_for_people(LogLevel level, std::string_view event, const json::object& fields,
                            const std::string& time) {
  std::string line =
      fmt::format("{} {:<7} {}", std::string_view(time).substr(11, 8), base::to_name(level), event);
  for (const auto& [name, value] : fields) {
    const std::string text = value.is_string() ? std::string(value.get_string()) : base::compact_json(value);
    fmt::format_to(std::back_inserter(line), "  {}={}", std::string_view(name), text);
  }
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace

struct Log::Sink {
  explicit Sink(std::shared_ptr<spdlog::sinks::sink> to) : logger("pharos", std::move(to)) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }
  spdlog::logger logger;
};

Log::Log(LogSettings settings, const base::Clock& clock)
    : settings_(settings),
      clock_(clock),
      sink_(std::make_unique<Sink>(std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Log::Log(LogSettings settings, const base::Clock& clock, std::ostream& out)
    : settings_(settings),
      clock_(clock),
      sink_(std::make_unique<Sink>(std::make_shared<spdlog::sinks::ostream_sink_mt>(out))) {}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view event, json::object fields) const {
  if (!says(level)) return;
  redact(fields);
  const std::string time = base::iso8601(clock_.wall_now());
  if (!settings_.json) {
    sink_->logger.info(line_for_people(level, event, fields, time));
    return;
  }
  json::object line{{"time", time}, {"level", base::to_name(level)}, {"event", event}};
  for (auto& [name, value] : fields) line.emplace(name, std::move(value));
  sink_->logger.info(base::compact_json(line));
}

}  // namespace pharos::telemetry
