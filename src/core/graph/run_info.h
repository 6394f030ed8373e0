// What a run and the nodes it started share; it lives until the last of them has ended.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/call_records.h"
#include "core/graph/compiled_graph.h"
#include "core/graph/message_channel.h"
#include "core/graph/progress.h"
#include "core/graph/run_config.h"
#include "core/graph/stream.h"

namespace pharos::graph {

class RunInfo : public std::enable_shared_from_this<RunInfo> {
 public:
  RunInfo(std::shared_ptr<const CompiledGraph> of, RunConfig settings, StreamModes wanted, EventSink* to)
      : graph(std::move(of)), config(std::move(settings)), saver(saver_of_run()), modes(wanted), sink_(to) {
    if (to != nullptr && wanted.has(StreamMode::kMessages)) {
      known_messages = std::make_shared<KnownMessages>();
    }
  }

  /// Who reads the streams: of a run inside a node, the reader of the run around it. Null when nobody does,
  /// and once the outermost run has ended.
  EventSink* reader() const {
    return parent ? (config.stream_subgraphs ? parent->reader() : nullptr) : sink_;
  }
  void forget_reader() { sink_ = nullptr; }
  bool watches(StreamMode mode) const { return watches_any(mode); }
  bool watches_any(StreamModes wanted) const { return modes.has_any(wanted) && reader() != nullptr; }
  void emit(StreamMode mode, const std::string& node, json::value data) const {
    reader()->accept({.mode = mode, .path = path, .node = node, .data = std::move(data)});
  }

  /// Until readers have room again; `waiting` is the node that waits, and time does not count for it
  /// meanwhile.
  base::Task<void> wait_for_reader(std::shared_ptr<Progress> waiting) const;
  /// What ids of tasks are made from: the checkpoint the super-step begins with, or the run.
  const std::string& origin() const { return checkpoint_id.empty() ? config.run_id : checkpoint_id; }
  /// Where the run lies, `outer:id|inner:id`; and something in it.
  std::string place() const;
  std::string place_of(const std::string& last) const;

  /// In [0, 1): Knuth's multiplier on the run's own seed is random enough to spread retries.
  double random() {
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(random_ >> 11U) * 0x1.0p-53;
  }

  const std::shared_ptr<const CompiledGraph> graph;
  RunConfig config;
  std::shared_ptr<Saver> saver;  ///< null when nothing is kept
  std::string checkpoint_id;     ///< the last one saved; empty when nothing is kept
  /// What tasks have done that the nodes of the super-step under way have called.
  CallRecords calls;
  const StreamModes modes;
  bool resuming = false;  ///< the super-step under way had begun in an earlier run
  /// Answers to questions that graphs inside nodes have asked, by id; those graphs share it.
  std::map<std::string, json::value> inner_answers;
  /// Where somebody reads the `messages` stream; graphs inside nodes share it.
  std::shared_ptr<KnownMessages> known_messages;

  // Of a run inside a node of another run:
  std::shared_ptr<const RunInfo> parent;
  std::vector<std::string> path;     ///< `node:task_id` for each run around it, the outermost first
  bool is_one_call = false;          ///< its thread holds this call only
  std::shared_ptr<Progress> around;  ///< of the nearest node around it that has an idle limit

 private:
  std::shared_ptr<Saver> saver_of_run() const {
    if (config.thread_id.empty()) return nullptr;
    return config.saver ? config.saver : graph->saver();
  }

  EventSink* sink_;
  std::uint64_t random_ = graph->next_seed();
};

}  // namespace pharos::graph
