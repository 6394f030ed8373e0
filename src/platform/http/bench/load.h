// Clients by the thousand, in one thread: what a server is measured with.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pharos::http {

/// Requests that were answered, and how long each took.
struct LoadResult {
  std::uint64_t answers = 0;
  std::uint64_t errors = 0;  ///< answers that were not 200, connections that broke
  double seconds = 0;
  double p50_ms = 0;
  double p99_ms = 0;

  double per_second() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
};

struct LoadSettings {
  std::uint16_t port = 0;  ///< on 127.0.0.1
  std::string request;     ///< head and body, as they go over the wire
  int connections = 64;    ///< each sends its next request when it has its answer
  double seconds = 3;
};

/// Throws base::Error (kUnavailable) when the server does not take connections.
LoadResult load(const LoadSettings& settings);

/// Streams that were open side by side.
struct StreamResult {
  std::uint64_t streams = 0;  ///< that got an event
  std::uint64_t events = 0;
  std::uint64_t errors = 0;
  double first_p50_ms = 0;  ///< from the request to the first event
  double first_p99_ms = 0;
};

struct StreamSettings {
  std::uint16_t port = 0;
  std::string request;
  int streams = 1000;
  int opened_at_once = 50;  ///< so many wait for their first event at a time
  double seconds = 5;       ///< they stay open after the last was opened
};

/// `at_peak` is called once, when all are open. Throws as load() does.
StreamResult open_streams(const StreamSettings& settings, const std::function<void()>& at_peak);

}  // namespace pharos::http
