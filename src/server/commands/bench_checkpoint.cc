// `pharos bench checkpoint`: what keeping threads costs, in time and on disk.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/base/json.h"
#include "platform/storage/bench/bench.h"
#include "server/commands/bench_peer.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

using Cases = std::vector<storage::CheckpointCase>;

std::string cell(const std::optional<double>& value, int digits, double unit = 1) {
  return value ? fmt::format("{:>11.{}f}", *value / unit, digits) : std::string(11, ' ');
}

std::string in_words(const Cases& found) {
  constexpr double kThousand = 1000;
  const bool with_peer = std::ranges::any_of(found, [](const auto& one) { return one.ratio.has_value(); });
  std::string text = fmt::format("{:<28}{:>11}{:>11}{:>6}{:>11}{:>11}{:>11}", "case", "median ms", "p90 ms",
                                 "runs", "puts/s", "kB", "x payload");
  if (with_peer) {
    text += fmt::format("{:>11}{:>11}{:>11}{:>11}{:>11}", "peer's ms", "its puts/s", "its kB", "x payload",
                        "ratio");
  }
  text += "\n";
  for (const storage::CheckpointCase& one : found) {
    text += fmt::format("{:<28}", one.name) + cell(one.median_us, 2, kThousand) +
            cell(one.p90_us, 2, kThousand) + fmt::format("{:>6}", one.runs) +
            cell(one.checkpoints_per_second, 0) + cell(one.bytes, 1, kThousand) + cell(one.bytes_ratio, 2);
    if (with_peer) {
      text += cell(one.peer_median_us, 2, kThousand) + cell(one.peer_checkpoints_per_second, 0) +
              cell(one.peer_bytes, 1, kThousand) + cell(one.peer_bytes_ratio, 2) + cell(one.ratio, 1);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

/// `case` is a word of C++ and cannot be a described member. What was not measured is left out.
boost::json::value to_json(const Cases& found) {
  boost::json::array cases;
  for (const storage::CheckpointCase& one : found) {
    boost::json::object each{{"case", one.name},
                             {"median_us", one.median_us},
                             {"p90_us", one.p90_us},
                             {"runs", one.runs},
                             {"checkpoints_per_second", one.checkpoints_per_second},
                             {"bytes", one.bytes}};
    const auto add = [&](const char* name, const std::optional<double>& value) {
      if (value) each[name] = *value;
    };
    add("payload_bytes", one.payload_bytes);
    add("bytes_ratio", one.bytes_ratio);
    add("peer_median_us", one.peer_median_us);
    add("peer_p90_us", one.peer_p90_us);
    add("peer_checkpoints_per_second", one.peer_checkpoints_per_second);
    add("peer_bytes", one.peer_bytes);
    add("peer_bytes_ratio", one.peer_bytes_ratio);
    add("ratio", one.ratio);
    cases.push_back(std::move(each));
  }
  return {{"cases", std::move(cases)}};
}

}  // namespace

int bench_checkpoint(Composition& parts, const Console& console, const GraphBenchOptions& options) {
  std::optional<PeerProcess> peer;
  if (options.peer) peer.emplace(parts.settings().peer);
  const auto progress = [&](const std::string& name, std::size_t place, std::size_t count) {
    if (console.err_is_terminal) console.note(fmt::format("\r\033[K[{}/{}] {} ", place + 1, count, name));
  };
  const auto without_postgres = [&](const std::string& why) {
    console.note(fmt::format("SQLite alone is measured: {}\n", why));
  };
  const Cases found = storage::run_checkpoint_benchmarks({.seconds_per_case = options.seconds,
                                                          .only = options.cases,
                                                          .peer = peer ? &*peer : nullptr,
                                                          .progress = progress,
                                                          .without_postgres = without_postgres},
                                                         parts.clock());
  if (console.err_is_terminal) console.note("\r\033[K");
  console.print(options.json ? base::pretty_json(to_json(found)) : in_words(found));
  return 0;
}

}  // namespace pharos::server
