// Does runs: claims them as jobs, runs their graphs, writes down how they ended.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/graph/saver.h"
#include "core/graph/store.h"
#include "platform/jobs/worker.h"
#include "platform/runs/assistants.h"
#include "platform/runs/run.h"

namespace pharos::runs {

/// What runs work with. All must outlive the worker.
struct RunParts {
  jobs::Jobs& jobs;
  Assistants& assistants;
  std::shared_ptr<graph::Saver> saver;
  base::Clock& clock;
  /// What the nodes of somebody's runs remember across threads; null: nothing.
  std::function<std::shared_ptr<graph::Store>(const storage::Scope&)> store_of = {};
  /// Called in the transaction in which a run ends, when it is to tell somebody.
  std::function<void(storage::Session&, const std::string& url, const json::object& run)> tell_webhook = {};
};

/// How a run came to its end, as it is kept and as `join` gives it.
struct RunEnd {
  RunStatus status = RunStatus::kSuccess;
  json::object values;
  std::vector<json::value> interrupts;
  std::string error_name;  ///< empty: it did not fail
  std::string error;
};
BOOST_DESCRIBE_STRUCT(RunEnd, (), (status, values, interrupts, error_name, error))

/// What a client that waits for a run is given: the values, with what is asked beside them, or `__error__`.
json::object answer_of(const RunEnd& end);

/// The error as streams and waiting clients are told it.
json::object error_json(const RunEnd& end);

/// How a run ended that did not fail.
RunEnd finished_end(graph::JsonOutcome outcome);

/// How a failure is called and said.
RunEnd failed_end(const std::exception_ptr& failure);

/// A run that has its turn.
struct RunTurn {
  std::string thread_id;
  Assistant assistant;
  RunRequest request;
  json::object metadata;
  std::int64_t first_number = 0;  ///< of what is told of it on its thread
  bool is_on_new_thread = false;  ///< which was made for it
  std::shared_ptr<LocalEnd> local_end = nullptr;
};

/// Has the worker do runs, each at most so long.
void do_runs_in(jobs::Worker& worker, RunParts parts, base::Duration time_limit);
/// The first attempt at a run that had its turn when it was made.
jobs::Handler first_attempt(RunParts parts, RunTurn turn);

/// What a run says of itself in its checkpoints and messages, beside `metadata`.
json::object run_metadata(json::object metadata, const Assistant& assistant, const std::string& thread_id,
                          const std::string& run_id, std::int64_t attempt);
/// The request with its assistant's configuration where it says nothing itself.
RunRequest with_config_of(const Assistant& assistant, RunRequest request);
/// What the runtime is told about a run, but for its saver.
graph::RunConfig config_of(const ServedGraph& graph, const RunRequest& request, json::object metadata);

}  // namespace pharos::runs
