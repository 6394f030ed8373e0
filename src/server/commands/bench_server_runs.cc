#include "server/commands/bench_server_runs.h"

#include <algorithm>
#include <filesystem>

#include "core/base/file.h"
#include "platform/http/bench/load.h"
#include "server/commands/bench_server_process.h"

namespace pharos::server {
namespace {

constexpr int kClients = 64;
constexpr int kStreams = 200;
constexpr double kMegabyte = 1e6;

constexpr const char* kGraph = R"(name: seq3
state:
  count: {type: integer, reducer: add}
nodes:
  a: {kind: set, write: {count: 1}}
  b: {kind: set, write: {count: 1}}
  c: {kind: set, write: {count: 1}}
edges:
  - start -> a -> b -> c -> end
)";

void measure_load(std::uint16_t port, const std::string& request, double seconds, double& per_second,
                  double& p99_ms, double& errors) {
  const http::LoadResult result =
      http::load({.port = port, .request = request, .connections = kClients, .seconds = seconds});
  errors += static_cast<double>(result.errors);
  if (result.per_second() < per_second) return;
  per_second = result.per_second();
  p99_ms = result.p99_ms;
}

void measure_streams(const RunRequests& requests, RunFigures& figures) {
  constexpr double kOpen = 2;  // seconds
  const http::StreamResult result =
      http::open_streams({.port = requests.port,
                          .request = requests.stream,
                          .streams = kStreams,
                          .opened_at_once = kStreams,
                          .seconds = kOpen},
                         [&] { figures.stream_memory = static_cast<double>(requests.memory()) / kMegabyte; });
  figures.errors += static_cast<double>(result.errors);
  if (figures.first_event_p99_ms > 0 && figures.first_event_p99_ms < result.first_p99_ms) return;
  figures.first_event_p50_ms = result.first_p50_ms;
  figures.first_event_p99_ms = result.first_p99_ms;
}

}  // namespace

void measure_runs(const RunRequests& requests, double seconds, RunFigures& figures) {
  if (!requests.run.empty()) {
    measure_load(requests.port, requests.run, seconds, figures.per_second, figures.p99_ms, figures.errors);
  }
  if (!requests.kept.empty()) {
    measure_load(requests.port, requests.kept, seconds, figures.kept_per_second, figures.kept_p99_ms,
                 figures.errors);
  }
  if (!requests.stream.empty()) measure_streams(requests, figures);
}

RunRequests pharos_runs(std::uint16_t port, const std::string& token) {
  return {.port = port,
          .run = request_text("/runs/wait", token, R"({"assistant_id":"seq3","input":{}})"),
          .kept = request_text("/runs/wait", token,
                               R"({"assistant_id":"seq3","input":{},"on_completion":"keep"})"),
          .stream = request_text("/runs/stream", token,
                                 R"({"assistant_id":"chat","stream_mode":"messages-tuple","input":)"
                                 R"({"messages":[{"type":"human","content":"Good morning"}]}})"),
          .memory = {}};
}

RunRequests peer_runs(std::uint16_t port, const std::string& token) {
  return {.port = port,
          .run = request_text("/runs/wait", token, R"({"count":0})"),
          .kept = request_text("/threads/runs/wait", token, R"({"count":0})"),
          .stream = request_text("/runs/stream", token, R"({"count":0})"),
          .memory = {}};
}

void write_bench_graph(const std::string& folder) {
  std::filesystem::create_directories(folder);
  base::write_file(std::filesystem::path(folder) / "seq3.yaml", kGraph);
}

}  // namespace pharos::server
