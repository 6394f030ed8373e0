// What the program says while it runs: one line an event, for people or for programs.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>

#include "core/base/clock.h"

namespace pharos::telemetry {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
BOOST_DESCRIBE_ENUM(LogLevel, kDebug, kInfo, kWarning, kError)

struct LogSettings {
  LogLevel level = LogLevel::kInfo;  ///< what is below says nothing
  bool json = false;                 ///< one JSON object a line, for programs that collect logs
};

/// Thread-safe; a line is written whole. Fields whose names speak of secrets are written as `***`.
class Log {
 public:
  /// To standard error.
  Log(LogSettings settings, const base::Clock& clock);
  /// To a stream that outlives it, for tests.
  Log(LogSettings settings, const base::Clock& clock, std::ostream& out);
  ~Log();

  bool says(LogLevel level) const { return level >= settings_.level; }
  void write(LogLevel level, std::string_view event, boost::json::object fields = {}) const;

  void debug(std::string_view event, boost::json::object fields = {}) const {
    write(LogLevel::kDebug, event, std::move(fields));
  }
  void info(std::string_view event, boost::json::object fields = {}) const {
    write(LogLevel::kInfo, event, std::move(fields));
  }
  void warning(std::string_view event, boost::json::object fields = {}) const {
    write(LogLevel::kWarning, event, std::move(fields));
  }
  void error(std::string_view event, boost::json::object fields = {}) const {
    write(LogLevel::kError, event, std::move(fields));
  }

 private:
  struct Sink;

  LogSettings settings_;
  const base::Clock& clock_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace pharos::telemetry
