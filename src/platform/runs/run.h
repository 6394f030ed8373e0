// A run of a graph on a thread, and what is asked of one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "platform/runs/served_graph.h"

namespace pharos::runs {

class LocalEnd;

enum class RunStatus { kPending, kRunning, kError, kSuccess, kTimeout, kInterrupted };
BOOST_DESCRIBE_ENUM(RunStatus, kPending, kRunning, kError, kSuccess, kTimeout, kInterrupted)

/// What becomes of a new run when its thread has others that have not ended.
enum class MultitaskStrategy {
  kReject,     ///< there is no new run
  kEnqueue,    ///< it waits until they have ended
  kInterrupt,  ///< they are stopped, and what they have done stays
  kRollback,   ///< they are stopped, and what they have done is undone
};
BOOST_DESCRIBE_ENUM(MultitaskStrategy, kReject, kEnqueue, kInterrupt, kRollback)

/// How somebody wants a run to end.
enum class Ending { kInterrupt, kRollback };
BOOST_DESCRIBE_ENUM(Ending, kInterrupt, kRollback)

/// What a client hears of a run while it runs, by the names that clients have for it.
struct StreamWish {
  std::vector<std::string> modes;  ///< `values`, `updates`, `messages`, `messages-tuple`, ...
  bool subgraphs = false;
  bool operator==(const StreamWish&) const = default;
};
BOOST_DESCRIBE_STRUCT(StreamWish, (), (modes, subgraphs))

/// What a run is to do; kept with it until it is deleted.
struct RunRequest {
  json::value input;                    ///< an object of fields; null: go on where the thread stopped
  std::optional<json::object> command;  ///< update, goto, resume
  std::string checkpoint_id;            ///< goes on from this one instead of the thread's last
  json::object config;                  ///< recursion_limit, configurable, tags: over the assistant's
  json::object context;
  StreamWish stream;
  bool is_resumable = false;  ///< its events are kept as long as it is
  std::vector<std::string> interrupt_before;
  std::vector<std::string> interrupt_after;
  std::string durability = "async";
  std::string webhook;          ///< told when the run has ended; empty: nobody
  bool deletes_thread = false;  ///< the thread goes when the run has ended
};
BOOST_DESCRIBE_STRUCT(RunRequest, (),
                      (input, command, checkpoint_id, config, context, stream, is_resumable, interrupt_before,
                       interrupt_after, durability, webhook, deletes_thread))

struct NewRun {
  std::string assistant_id;  ///< or a graph's name
  RunRequest request;
  json::object metadata;
  MultitaskStrategy multitask_strategy = MultitaskStrategy::kReject;
  double after_seconds = 0;
  bool creates_thread = false;  ///< when there is none of that id
  /// Of whoever waits for its end; null: nobody does.
  std::shared_ptr<LocalEnd> local_end = nullptr;
};

/// As its owner sees it.
struct Run {
  std::string run_id;
  std::string thread_id;
  std::string assistant_id;
  json::object metadata;
  RunStatus status = RunStatus::kPending;
  json::object kwargs;
  MultitaskStrategy multitask_strategy = MultitaskStrategy::kReject;
  std::string created_at;
  std::string updated_at;
};
BOOST_DESCRIBE_STRUCT(Run, (),
                      (run_id, thread_id, assistant_id, metadata, status, kwargs, multitask_strategy,
                       created_at, updated_at))

inline bool is_over(RunStatus status) {
  return status != RunStatus::kPending && status != RunStatus::kRunning;
}

/// Reads what `goto`, `update` and `resume` of a command say. Throws base::Error (kInvalidInput) that names
/// the place.
graph::JsonStart start_of(const RunRequest& request);

}  // namespace pharos::runs
