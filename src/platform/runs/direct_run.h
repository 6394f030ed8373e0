// Runs without threads, for whoever waits for them: done where they are asked for, and gone with their
// answer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "platform/runs/assistants.h"
#include "platform/runs/run_worker.h"
#include "platform/runs/told.h"

namespace pharos::runs {

/// A run that nobody else can see: nothing of it is kept, and it ends when whoever awaits it is cancelled.
struct DirectRun {
  Assistant assistant;
  std::shared_ptr<const ServedGraph> graph;
  RunRequest request;
  std::string run_id;
  std::shared_ptr<graph::Store> store;
};

/// Throws base::Error (kInvalidInput) when the graph could not begin with that.
void check(const DirectRun& run);

/// To its end, on the executor of whoever awaits it. A failure is part of the answer.
base::Task<RunEnd> finish(DirectRun run);

/// The same on `where`, a thread or a strand, so that whoever awaits it can see to others meanwhile. Tells
/// `tell` events as they come, those together that there are, the run's failure too, on the executor of
/// whoever awaits it; waits while `tell` does. What `tell` throws ends the run.
base::Task<void> follow(DirectRun run, boost::asio::any_io_executor where,
                        std::function<base::Task<void>(std::vector<ToldEvent>)> tell);

}  // namespace pharos::runs
