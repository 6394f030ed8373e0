// What it takes to run the tasks of a super-step side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "core/graph/run.h"
#include "core/graph/wakeup.h"

namespace pharos::graph {

/// A coroutine that runs tasks one after the other until one has to wait for something: tasks that do not
/// wait, however many, cost one coroutine.
struct Run::Lane {
  static void start(const boost::asio::any_io_executor& executor, std::shared_ptr<Lane> lane);
  static base::Task<void> run_tasks(std::shared_ptr<Lane> self);

  Run* run = nullptr;             ///< null once nobody waits for this lane
  std::shared_ptr<TaskRun> task;  ///< under way
  boost::asio::cancellation_signal stop;
};

struct Run::Crowd {
  /// Lanes that still go on do so by themselves from now on.
  void let_go();

  std::vector<std::uint32_t> waiting;        ///< of tasks_, not started yet, the next one last
  std::vector<TaskRun*> settled;             ///< ended, not looked at yet
  std::size_t running = 0;                   ///< started, not looked at yet
  bool starting = false;                     ///< lanes may take further tasks
  std::vector<std::shared_ptr<Lane>> lanes;  ///< that had to wait
  Wakeup changed;
};

}  // namespace pharos::graph
