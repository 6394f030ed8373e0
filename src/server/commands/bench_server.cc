// `pharos bench server`: requests a second, streams, memory and the time to be ready, beside FastAPI on
// uvicorn.
#include <algorithm>
#include <chrono>
#include <optional>
#include <regex>
#include <thread>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/bench/load.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/temporary_folder.h"
#include "server/commands/bench_server_process.h"
#include "server/commands/bench_server_runs.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kRoute = "/api/v1/auth/whoami";
constexpr const char* kStream = "/api/v1/utils/ticks?count=3600&every_ms=1000";
constexpr int kStreams = 10'000;
constexpr double kMegabyte = 1e6;

/// What was measured of one server. Memory in MB.
struct ServerFigures {
  double requests_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double errors = 0;
  double memory_idle = 0;
  double memory_loaded = 0;
  double ready_ms = 0;
};
BOOST_DESCRIBE_STRUCT(ServerFigures, (),
                      (requests_per_second, p50_ms, p99_ms, errors, memory_idle, memory_loaded, ready_ms))

struct StreamFigures {
  double streams = 0;
  double events = 0;
  double errors = 0;
  double first_event_p50_ms = 0;
  double first_event_p99_ms = 0;
  double memory = 0;
};
BOOST_DESCRIBE_STRUCT(StreamFigures, (),
                      (streams, events, errors, first_event_p50_ms, first_event_p99_ms, memory))

struct ServerReport {
  ServerFigures pharos;
  StreamFigures streams;
  std::optional<ServerFigures> peer;
  std::optional<double> requests_ratio;
  std::optional<double> memory_ratio;  ///< the peer's to ours
  RunFigures runs;
  std::optional<RunFigures> peer_runs;
  std::optional<RunFigures> run_ratios;  ///< how many times better ours are
};
BOOST_DESCRIBE_STRUCT(ServerReport, (),
                      (pharos, streams, peer, requests_ratio, memory_ratio, runs, peer_runs, run_ratios))

/// A server, a token for it, and how long it took to be ready.
struct Subject {
  std::unique_ptr<ServerProcess> process;
  std::uint16_t port = 0;
  std::string token;
  double ready_ms = 0;
  double memory_idle = 0;
};

double milliseconds_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

Subject start_pharos(const std::filesystem::path& folder, const std::string& database_url = {}) {
  const auto begun = Clock::now();
  Subject subject;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  subject.process = std::make_unique<ServerProcess>(
      std::vector<std::string>{program, "serve", "--port", "0", "--data", (folder / "data").string()},
      std::vector<std::string>{"RATE_LIMIT_ENABLED=false", "LOG_LEVEL=warning",
                               "DATABASE_URL=" + database_url,
                               "GRAPHS_FOLDER=" + (folder / "graphs").string()});
  std::string login;
  for (std::string line = subject.process->line(); !line.starts_with("Stop with");
       line = subject.process->line()) {
    std::smatch found;
    if (std::regex_search(line, found, std::regex("localhost:([0-9]+) "))) {
      subject.port = static_cast<std::uint16_t>(std::stoi(found[1]));
      await_server(subject.port, "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 10);
      subject.ready_ms = milliseconds_since(begun);
    }
    if (std::regex_search(line, found, std::regex("login +([^ ]+) +([^ ]+)"))) {
      login = base::compact_json(json::object{{"email", found[1].str()}, {"password", found[2].str()}});
    }
  }
  subject.memory_idle = static_cast<double>(subject.process->memory()) / kMegabyte;
  std::string request = request_text("/api/v1/auth/login", "", login);
  request.insert(request.find("\r\n") + 2, "Connection: close\r\n");
  subject.token = base::parse_json(ask_server(subject.port, request), "login").at("access_token").as_string();
  return subject;
}

Subject start_peer(const std::filesystem::path& starter, const std::string& database_url) {
  const auto begun = Clock::now();
  Subject subject;
  subject.port = free_port();
  subject.process = std::make_unique<ServerProcess>(
      std::vector<std::string>{starter.string(), std::to_string(subject.port)},
      std::vector<std::string>{"PEER_POSTGRES=" + database_url});
  subject.token = subject.process->line();
  std::string request = request_text(kRoute, subject.token);
  request.insert(request.find("\r\n") + 2, "Connection: close\r\n");
  await_server(subject.port, request, 120);
  subject.ready_ms = milliseconds_since(begun);
  subject.memory_idle = static_cast<double>(subject.process->memory()) / kMegabyte;
  return subject;
}

/// The better of two runs counts for each: the machine has other things to do, too.
void measure(const Subject& subject, double seconds, ServerFigures& figures) {
  const http::LoadResult result = http::load({.port = subject.port,
                                              .request = request_text(kRoute, subject.token),
                                              .connections = 64,
                                              .seconds = seconds});
  figures.errors += static_cast<double>(result.errors);
  figures.memory_loaded =
      std::max(figures.memory_loaded, static_cast<double>(subject.process->memory()) / kMegabyte);
  if (result.per_second() < figures.requests_per_second) return;
  figures.requests_per_second = result.per_second();
  figures.p50_ms = result.p50_ms;
  figures.p99_ms = result.p99_ms;
}

StreamFigures measure_streams(const Subject& subject, double seconds) {
  StreamFigures figures;
  const http::StreamResult result = http::open_streams(
      {.port = subject.port,
       .request = request_text(kStream, subject.token),
       .streams = kStreams,
       .opened_at_once = 50,
       .seconds = seconds},
      [&] { figures.memory = static_cast<double>(subject.process->memory()) / kMegabyte; });
  figures.streams = static_cast<double>(result.streams);
  figures.events = static_cast<double>(result.events);
  figures.errors = static_cast<double>(result.errors);
  figures.first_event_p50_ms = result.first_p50_ms;
  figures.first_event_p99_ms = result.first_p99_ms;
  return figures;
}

std::string row(const char* name, const ServerFigures& figures) {
  return fmt::format("{:<10}{:>12.0f}{:>10.2f}{:>10.2f}{:>9.0f}{:>12.1f}{:>12.1f}{:>10.0f}\n", name,
                     figures.requests_per_second, figures.p50_ms, figures.p99_ms, figures.errors,
                     figures.memory_idle, figures.memory_loaded, figures.ready_ms);
}

std::string in_words(const ServerReport& report) {
  std::string text = fmt::format("{:<10}{:>12}{:>10}{:>10}{:>9}{:>12}{:>12}{:>10}\n", "server", "requests/s",
                                 "p50 ms", "p99 ms", "errors", "MB idle", "MB loaded", "ready ms");
  text += row("pharos", report.pharos);
  if (report.peer) {
    text += row("fastapi", *report.peer);
    text += fmt::format("ratio: {:.1f} times the requests, 1/{:.1f} of the memory\n", *report.requests_ratio,
                        *report.memory_ratio);
  }
  return text +
         fmt::format(
             "{:.0f} streams of an event a second: first event p50 {:.1f} ms, p99 {:.1f} ms, {:.0f} events, "
             "{:.0f} errors, {:.1f} MB\n",
             report.streams.streams, report.streams.first_event_p50_ms, report.streams.first_event_p99_ms,
             report.streams.events, report.streams.errors, report.streams.memory);
}

RunFigures ratios_of(const RunFigures& ours, const RunFigures& theirs) {
  const auto times = [](double more, double less) { return less > 0 ? more / less : 0; };
  return {.per_second = times(ours.per_second, theirs.per_second),
          .p99_ms = times(theirs.p99_ms, ours.p99_ms),
          .kept_per_second = times(ours.kept_per_second, theirs.kept_per_second),
          .kept_p99_ms = times(theirs.kept_p99_ms, ours.kept_p99_ms),
          .first_event_p50_ms = times(theirs.first_event_p50_ms, ours.first_event_p50_ms),
          .first_event_p99_ms = times(theirs.first_event_p99_ms, ours.first_event_p99_ms),
          .stream_memory = times(theirs.stream_memory, ours.stream_memory)};
}

/// Runs of graphs: without threads and as streams on the first server, on threads in PostgreSQL on the
/// second.
void measure_graphs(const Subject& pharos, const Subject* peer, const std::filesystem::path& folder,
                    storage::postgres::PrivateServer* postgres, double seconds, ServerReport& report) {
  RunRequests ours = pharos_runs(pharos.port, pharos.token);
  ours.memory = [&] { return pharos.process->memory(); };
  std::optional<Subject> kept;
  RunRequests ours_kept;
  if (postgres != nullptr) {
    kept = start_pharos(folder / "kept", postgres->make_database());
    ours_kept = {.port = kept->port,
                 .run = {},
                 .kept = pharos_runs(kept->port, kept->token).kept,
                 .stream = {},
                 .memory = {}};
  }
  ours.kept.clear();
  RunRequests theirs;
  if (peer != nullptr) {
    theirs = peer_runs(peer->port, peer->token);
    theirs.memory = [peer] { return peer->process->memory(); };
    if (postgres == nullptr) theirs.kept.clear();
    report.peer_runs.emplace();
  }
  for (int turn = 0; turn < 2; ++turn) {
    measure_runs(ours, seconds, report.runs);
    measure_runs(ours_kept, seconds, report.runs);
    if (peer != nullptr) measure_runs(theirs, seconds, *report.peer_runs);
  }
  if (peer != nullptr) report.run_ratios = ratios_of(report.runs, *report.peer_runs);
}

std::string row(const char* name, const RunFigures& figures) {
  return fmt::format("{:<10}{:>12.0f}{:>10.2f}{:>14.0f}{:>10.2f}{:>16.1f}{:>11.1f}{:>9.0f}\n", name,
                     figures.per_second, figures.p99_ms, figures.kept_per_second, figures.kept_p99_ms,
                     figures.first_event_p99_ms, figures.stream_memory, figures.errors);
}

std::string runs_in_words(const ServerReport& report) {
  std::string text = fmt::format("{:<10}{:>12}{:>10}{:>14}{:>10}{:>16}{:>11}{:>9}\n", "graphs", "runs/s",
                                 "p99 ms", "PostgreSQL/s", "p99 ms", "first event ms", "MB", "errors");
  text += row("pharos", report.runs);
  if (report.peer_runs) {
    text += row("langgraph", *report.peer_runs);
    text += fmt::format(
        "ratio: {:.1f} times the runs, {:.1f} times with checkpoints, first event 1/{:.1f}, memory "
        "1/{:.1f}\n",
        report.run_ratios->per_second, report.run_ratios->kept_per_second,
        report.run_ratios->first_event_p99_ms, report.run_ratios->stream_memory);
  }
  return text;
}

/// Without PostgreSQL nothing is kept in it.
std::unique_ptr<storage::postgres::PrivateServer> private_postgres(const Console& console) {
  try {
    return std::make_unique<storage::postgres::PrivateServer>(storage::postgres::PrivateServer::Disk::kSafe);
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kNotFound) throw;
    console.note(fmt::format("nothing is measured with PostgreSQL: {}\n", error.what()));
    return nullptr;
  }
}

}  // namespace

int bench_server(Composition& parts, const Console& console, const GraphBenchOptions& options) {
  const storage::TemporaryFolder folder;
  ServerReport report;
  write_bench_graph((folder.path() / "graphs").string());
  write_bench_graph((folder.path() / "kept" / "graphs").string());
  const auto postgres = private_postgres(console);
  const Subject pharos = start_pharos(folder.path());
  std::optional<Subject> peer;
  if (options.peer) {
    peer = start_peer(parts.settings().peer.parent_path() / "start_http.sh",
                      postgres ? postgres->make_database() : "");
  }
  report.pharos.ready_ms = pharos.ready_ms;
  report.pharos.memory_idle = pharos.memory_idle;
  if (peer) report.peer = ServerFigures{.memory_idle = peer->memory_idle, .ready_ms = peer->ready_ms};
  for (int turn = 0; turn < 2; ++turn) {
    measure(pharos, options.seconds, report.pharos);
    if (peer) measure(*peer, options.seconds, *report.peer);
  }
  if (peer) {
    report.requests_ratio = report.pharos.requests_per_second / report.peer->requests_per_second;
    report.memory_ratio = report.peer->memory_loaded / report.pharos.memory_loaded;
  }
  measure_graphs(pharos, peer ? &*peer : nullptr, folder.path(), postgres.get(), options.seconds, report);
  peer.reset();
  report.streams = measure_streams(pharos, std::max(3.0, options.seconds));
  console.print(options.json ? base::pretty_json(base::to_json(report))
                             : in_words(report) + runs_in_words(report));
  return 0;
}

}  // namespace pharos::server
