// Threads, their states and histories over HTTP: /threads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/agent_server/wire.h"
#include "platform/http/routes.h"
#include "platform/runs/threads.h"

namespace pharos::agent_server {

struct ThreadKey {
  http::Id thread_id;
};
BOOST_DESCRIBE_STRUCT(ThreadKey, (), (thread_id))

struct ThreadCheckpointKey {
  http::Id thread_id;
  http::Text<1, 255> checkpoint_id;
};
BOOST_DESCRIBE_STRUCT(ThreadCheckpointKey, (), (thread_id, checkpoint_id))

struct StateEdit {
  json::value values;
  std::optional<std::string> as_node;
  std::optional<json::value> command;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(StateEdit, (), (values, as_node, command))

struct StateStep {
  std::vector<StateEdit> updates;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(StateStep, (), (updates))

struct ThreadCreate {
  std::optional<http::Id> thread_id;
  Fields metadata;
  std::optional<IfExists> if_exists;
  std::optional<TimeToLive> ttl;
  std::optional<std::string> graph_id;
  std::optional<std::vector<StateStep>> supersteps;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(ThreadCreate, (), (thread_id, metadata, if_exists, ttl, graph_id, supersteps))

struct ThreadPatch {
  Fields metadata;
  std::optional<TimeToLive> ttl;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(ThreadPatch, (), (metadata, ttl))

struct ThreadSearch : SearchPage {
  std::optional<std::vector<std::string>> ids;
  std::optional<runs::ThreadStatus> status;
  Fields metadata;
  Fields values;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(ThreadSearch, (SearchPage), (ids, status, metadata, values))

enum class PruneStrategy { kDelete, kKeepLatest };
BOOST_DESCRIBE_ENUM(PruneStrategy, kDelete, kKeepLatest)

struct ThreadPrune {
  std::vector<http::Id> thread_ids;
  std::optional<PruneStrategy> strategy;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(ThreadPrune, (), (thread_ids, strategy))

struct Pruned {
  std::int64_t pruned_count = 0;
};
BOOST_DESCRIBE_STRUCT(Pruned, (), (pruned_count))

struct StateUpdate {
  json::value values;
  std::optional<std::string> as_node;
  json::value checkpoint;
  std::optional<std::string> checkpoint_id;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(StateUpdate, (), (values, as_node, checkpoint, checkpoint_id))

struct CheckpointChoice {
  json::value checkpoint;
  std::optional<bool> subgraphs;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(CheckpointChoice, (), (checkpoint, subgraphs))

struct StateWish {
  std::optional<bool> subgraphs;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(StateWish, (), (subgraphs))

struct HistoryWish {
  std::optional<http::Whole<1, 1000, 10>> limit;
  json::value before;
  Fields metadata;
  json::value checkpoint;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(HistoryWish, (), (limit, before, metadata, checkpoint))

struct HistoryPage {
  std::optional<http::Whole<1, 1000, 10>> limit;
  std::optional<std::string> before;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(HistoryPage, (), (limit, before))

class ThreadRoutes {
 public:
  /// All outlive it, and it the table's use.
  ThreadRoutes(http::Routes& table, runs::Threads& threads);

 private:
  base::Task<json::object> create(security::Caller caller, ThreadCreate wanted);
  base::Task<FoundPage> search(security::Caller caller, ThreadSearch search);
  base::Task<std::int64_t> count(security::Caller caller, ThreadSearch search);
  base::Task<Pruned> prune(security::Caller caller, ThreadPrune wanted);
  base::Task<json::object> read(security::Caller caller, http::Path<ThreadKey> key);
  base::Task<json::object> change(security::Caller caller, http::Path<ThreadKey> key, ThreadPatch change);
  base::Task<void> remove(security::Caller caller, http::Path<ThreadKey> key);
  base::Task<json::object> copy(security::Caller caller, http::Path<ThreadKey> key);
  base::Task<json::object> state(security::Caller caller, http::Path<ThreadKey> key,
                                 http::Query<StateWish> wish);
  base::Task<json::object> update_state(security::Caller caller, http::Path<ThreadKey> key,
                                        StateUpdate update);
  base::Task<json::object> patch_state(security::Caller caller, http::Path<ThreadKey> key,
                                       ThreadPatch change);
  base::Task<json::object> state_at(security::Caller caller, http::Path<ThreadCheckpointKey> key,
                                    http::Query<StateWish> wish);
  base::Task<json::object> state_of_choice(security::Caller caller, http::Path<ThreadKey> key,
                                           CheckpointChoice choice);
  base::Task<std::vector<json::object>> history(security::Caller caller, http::Path<ThreadKey> key,
                                                HistoryWish wish);
  base::Task<std::vector<json::object>> history_page(security::Caller caller, http::Path<ThreadKey> key,
                                                     http::Query<HistoryPage> page);

  runs::Threads& threads_;
};

/// As clients get a thread: what it does not have yet is left out.
json::object thread_json(const runs::Thread& thread, const std::vector<std::string>& select = {});

}  // namespace pharos::agent_server
