#include "platform/storage/bench/bench.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/graph/bench/measure.h"
#include "platform/storage/bench/databases.h"
#include "platform/storage/bench/shapes.h"

namespace pharos::storage {
namespace {

using bench::Databases;
using bench::Load;
using graph::Durability;
using Saver = std::shared_ptr<graph::Saver>;

/// With a peer, each of us runs a case so many times in turn.
constexpr int kTurns = 3;
/// A peer whose run takes longer is not asked for another turn of that case.
constexpr double kPatienceUs = 5e6;
/// Threads of the pool, and so connections to PostgreSQL at most.
constexpr int kDiskThreads = 8;

enum class Peer { kRuns, kRunsWhenNamed, kHasNone };

struct Case {
  std::string name;
  std::string database;
  std::function<Load(Saver)> load;
  Peer peer = Peer::kRuns;
  int disk_threads = kDiskThreads;
};

Case chat(const std::string& database, int turns, Peer peer) {
  auto load = [turns](Saver saver) { return bench::chat(turns, std::move(saver), Durability::kAsync); };
  return {fmt::format("chat-{}+{}", turns, database), database, std::move(load), peer};
}

std::function<Load(Saver)> chains(int threads, Durability durability) {
  return [threads, durability](Saver saver) {
    return bench::chains_of_three(threads, std::move(saver), durability);
  };
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::string database : {"sqlite", "postgres"}) {
    all.push_back(chat(database, 200, Peer::kRuns));
    all.push_back(chat(database, 1000, Peer::kRunsWhenNamed));
    for (const int threads : {1, 64}) {
      const std::string name = (threads == 1 ? "seq-3+" : "concurrent-64+") + database;
      all.push_back({name + "+sync", database, chains(threads, Durability::kSync)});
      all.push_back({name + "+async", database, chains(threads, Durability::kAsync)});
    }
    for (const int pool : {1, 2, 4}) {
      all.push_back({fmt::format("concurrent-64+{}+pool-{}", database, pool), database,
                     chains(64, Durability::kSync), Peer::kHasNone, pool});
    }
  }
  return all;
}

/// What the turns of one side gave.
struct Side {
  std::vector<double> runs_us;
  double bytes = 0;  ///< of all runs

  double bytes_of_run() const { return bytes / static_cast<double>(runs_us.size()); }
  void add(std::vector<double> times, std::uintmax_t on_disk) {
    runs_us.insert(runs_us.end(), times.begin(), times.end());
    bytes += static_cast<double>(on_disk);
  }
};

/// Runs cases; each turn on a database of its own.
class Bench {
 public:
  Bench(const CheckpointBenchOptions& options, base::Clock& clock) : options_(options), clock_(clock) {}

  /// Throws base::Error (kNotFound) when the database is not there.
  void need(const std::string& database) {
    auto& made = databases_[database];
    if (!made) made = database == "sqlite" ? bench::sqlite_files() : bench::postgres_databases();
  }

  CheckpointCase run(const Case& each) {
    Databases& databases = *databases_.at(each.database);
    const bool is_asked =
        each.peer == Peer::kRuns || (each.peer == Peer::kRunsWhenNamed && !options_.only.empty());
    const bool with_peer = options_.peer != nullptr && is_asked;
    const int turns = with_peer ? kTurns : 1;
    Side ours;
    Side peers;
    Load load;
    for (int turn = 0; turn < turns; ++turn) {
      const double seconds = options_.seconds_per_case / turns;
      const std::string place = databases.make();
      std::vector<double> times;
      {
        base::Pool disk("disk", each.disk_threads);
        load = each.load(databases.open(place, disk, clock_));
        times = graph::bench::run_alone(graph::bench::measure(
            load.run, {}, graph::bench::seconds(seconds), std::max(1, options_.max_runs / turns), clock_));
        load.run = {};  // closes the database
      }
      ours.add(std::move(times), databases.bytes(place));
      databases.drop(place);
      const bool patient = peers.runs_us.empty() || peers.runs_us.front() < kPatienceUs;
      if (!with_peer || !patient) continue;
      const std::string peers_place = databases.make();
      auto told = options_.peer->run_at(each.name, peers_place, seconds);
      peers.add(std::move(told.runs_us), databases.bytes(peers_place));
      databases.drop(peers_place);
    }
    return summary(each.name, load, std::move(ours), std::move(peers));
  }

 private:
  static CheckpointCase summary(const std::string& name, const Load& load, Side ours, Side peers) {
    constexpr double kSecond = 1e6;
    const double per_second = load.checkpoints * kSecond;
    CheckpointCase result{.name = name,
                          .median_us = graph::bench::quantile(ours.runs_us, 0.5),
                          .p90_us = graph::bench::quantile(ours.runs_us, 0.9),
                          .runs = static_cast<int>(ours.runs_us.size()),
                          .bytes = ours.bytes_of_run()};
    result.checkpoints_per_second = per_second / result.median_us;
    const bool has_payload = load.payload_bytes > 0;
    if (has_payload) {
      result.payload_bytes = load.payload_bytes;
      result.bytes_ratio = result.bytes / load.payload_bytes;
    }
    if (peers.runs_us.empty()) return result;
    result.peer_median_us = graph::bench::quantile(peers.runs_us, 0.5);
    result.peer_p90_us = graph::bench::quantile(peers.runs_us, 0.9);
    result.peer_checkpoints_per_second = per_second / *result.peer_median_us;
    result.peer_bytes = peers.bytes_of_run();
    if (has_payload) result.peer_bytes_ratio = *result.peer_bytes / load.payload_bytes;
    result.ratio = *result.peer_median_us / result.median_us;
    return result;
  }

  const CheckpointBenchOptions& options_;
  base::Clock& clock_;
  std::map<std::string, std::unique_ptr<Databases>> databases_;
};

}  // namespace

std::vector<std::string> checkpoint_case_names() {
  std::vector<std::string> names;
  for (const Case& each : cases()) names.push_back(each.name);
  return names;
}

std::vector<CheckpointCase> run_checkpoint_benchmarks(const CheckpointBenchOptions& options,
                                                      base::Clock& clock) {
  std::vector<Case> chosen = cases();
  const auto names = graph::bench::chosen_names(checkpoint_case_names(), options.only);
  std::erase_if(chosen, [&](const Case& each) { return std::ranges::find(names, each.name) == names.end(); });
  Bench bench(options, clock);
  for (const std::string database : {"sqlite", "postgres"}) {
    if (std::ranges::find(chosen, database, &Case::database) == chosen.end()) continue;
    try {
      bench.need(database);
    } catch (const base::Error& missing) {
      if (missing.code() != base::Code::kNotFound || !options.only.empty()) throw;
      if (options.without_postgres) options.without_postgres(missing.what());
      std::erase_if(chosen, [&](const Case& each) { return each.database == database; });
    }
  }
  std::vector<CheckpointCase> results;
  for (const Case& each : chosen) {
    if (options.progress) options.progress(each.name, results.size(), chosen.size());
    results.push_back(bench.run(each));
  }
  return results;
}

}  // namespace pharos::storage
