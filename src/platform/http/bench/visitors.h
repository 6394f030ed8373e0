// Many people at once, each of whom does one thing after the other and thinks in between.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::http::bench {

/// One thing that is done, and the request that does it.
struct Visit {
  std::string name;
  std::string request;
};

/// One person.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual Visit next() = 0;
  /// The body of a success.
  virtual void is_told(std::string_view name, std::string_view body) = 0;
};

struct VisitSettings {
  std::uint16_t port = 0;     ///< on 127.0.0.1
  double arrive_within = 15;  ///< seconds in which they come, one after the other
  double seconds = 60;        ///< how long they go on after the last has come
  double shortest_pause = 2;
  double longest_pause = 6;
};

/// How long one kind of visit took.
struct VisitFigures {
  std::string name;
  std::uint64_t count = 0;
  std::uint64_t errors = 0;  ///< answers that were no success, connections that broke
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
  std::string first_error;
};

/// By name, and last all of them. Throws base::Error (kUnavailable) when the server takes no connections.
std::vector<VisitFigures> visit(const VisitSettings& settings,
                                std::vector<std::unique_ptr<Visitor>> visitors);

}  // namespace pharos::http::bench
