// A program that runs a graph until it is killed, and what watches it: tests start their own program anew
// with a test that plays the victim.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/graph/saver.h"
#include "core/graph/state_graph.h"
#include "platform/storage/tests/support.h"

namespace pharos::storage::testing_support {

/// Where a victim stops and waits for its end.
enum class Boundary {
  kNone,
  kBeforeRecord,
  kAfterRecord,
  kBeforePut,  ///< between the records of a super-step and the checkpoint that supersedes them
  kAfterPut,
  kInHandler,  ///< of the node that always fails
};

/// What a victim is told; handed over in its environment.
struct VictimOrders {
  std::string place;    ///< of the database
  std::string journal;  ///< a file: a line `THREAD KEY` is added whenever a node runs
  std::vector<std::string> threads;
  Boundary boundary = Boundary::kNone;
  int ordinal = 1;  ///< which of the moments of that kind, from 1
  graph::Durability durability = graph::Durability::kAsync;

  static VictimOrders from_environment();
  void to_environment() const;
};

/// The state of the graph that victims run. Every node adds a key of its own, `NAME.ROUND`.
struct Journey {
  std::vector<std::string> items;
  int round = 0;
};
BOOST_DESCRIBE_STRUCT(Journey, (), (items, round))

inline constexpr int kRounds = 4;

/// What a thread has to hold at its end: everything once.
std::vector<std::string> whole_journey();

/// Runs each thread of the orders from where it stands to its end, and tells of it. A round of the graph is
/// three nodes side by side, of which one always fails and is stood in for; a join; three Sends; a node that
/// begins the next round.
void be_victim(const VictimOrders& orders, std::unique_ptr<graph::Saver> saver);

/// A victim as its watcher sees it.
class Victim {
 public:
  /// Starts this program with `test`, which must call be_victim().
  Victim(const std::string& test, const VictimOrders& orders);
  ~Victim();
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  /// What the victim has told: `putting`, `put THREAD ID`, `recording`, `record THREAD ID PLACE`, `stands`,
  /// `ended THREAD`. Nothing when it has gone, or when it has said nothing for so long.
  std::optional<std::string> next_line(std::optional<base::Duration> patience = std::nullopt);
  /// Ends it at once; gives what it had told before.
  std::vector<std::string> kill_it();
  /// It ended by itself, and well.
  bool has_ended_well();

 private:
  pid_t process_ = -1;
  int pipe_ = -1;
  std::string told_;
};

/// The keys of a thread that a saver holds: in its last checkpoint, and in the records of tasks that finished
/// after it.
std::set<std::string> held_keys(const graph::SavedCheckpoint& last);
/// Values with their deltas.
std::vector<std::string> held_items(const graph::SavedCheckpoint& last);

}  // namespace pharos::storage::testing_support
