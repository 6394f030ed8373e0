// Runs over HTTP: /threads/{thread_id}/runs, and /runs for those without a thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/agent_server/run_create.h"
#include "apps/agent_server/thread_routes.h"
#include "core/graph/store.h"
#include "platform/http/routes.h"
#include "platform/jobs/background.h"
#include "platform/jobs/watch.h"
#include "platform/runs/direct_run.h"
#include "platform/runs/run_events.h"
#include "platform/runs/runs.h"

namespace pharos::agent_server {

struct ThreadRunKey {
  http::Id thread_id;
  http::Id run_id;
};
BOOST_DESCRIBE_STRUCT(ThreadRunKey, (), (thread_id, run_id))

struct RunSearch {
  std::optional<runs::RunStatus> status;
  http::Whole<1, 1000, 10> limit;
  http::Whole<0, 1'000'000'000> offset;
  std::vector<std::string> select;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(RunSearch, (), (status, limit, offset, select))

struct CancelWish {
  std::optional<bool> wait;
  std::optional<runs::Ending> action;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(CancelWish, (), (wait, action))

enum class CancelledStatus { kPending, kRunning, kAll };
BOOST_DESCRIBE_ENUM(CancelledStatus, kPending, kRunning, kAll)

struct CancelMany {
  std::optional<http::Id> thread_id;
  std::optional<std::vector<http::Id>> run_ids;
  std::optional<CancelledStatus> status;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(CancelMany, (), (thread_id, run_ids, status))

struct JoinWish {
  std::optional<bool> cancel_on_disconnect;
  std::vector<std::string> stream_mode;
  std::optional<std::string> last_event_id;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(JoinWish, (), (cancel_on_disconnect, stream_mode, last_event_id))

/// What runs are made and followed with. All outlive the routes.
struct RunServices {
  runs::Runs& runs;
  runs::Threads& threads;
  runs::Assistants& assistants;
  jobs::Jobs& jobs;
  jobs::Watch& watch;
  jobs::Background& background;
  base::Ids& ids;
  std::function<std::shared_ptr<graph::Store>(const storage::Scope&)> store_of = {};
  /// Makes one for a run that is streamed where it is asked for.
  std::function<boost::asio::any_io_executor()> strand;
};

class RunRoutes {
 public:
  /// It outlives the table's use.
  RunRoutes(http::Routes& table, RunServices services);

 private:
  using Answer = base::Task<http::Response>;
  struct Waiting;

  base::Task<http::WithHeaders<json::object>> create(security::Caller caller, http::Path<ThreadKey> key,
                                                     RunCreate wanted);
  base::Task<http::Events> stream(security::Caller caller, http::Path<ThreadKey> key, RunCreate wanted);
  Answer wait(security::Caller caller, http::Path<ThreadKey> key, RunCreate wanted);
  base::Task<std::vector<json::object>> list(security::Caller caller, http::Path<ThreadKey> key,
                                             http::Query<RunSearch> search);
  base::Task<json::object> read(security::Caller caller, http::Path<ThreadRunKey> key);
  base::Task<void> remove(security::Caller caller, http::Path<ThreadRunKey> key);
  Answer join(security::Caller caller, http::Path<ThreadRunKey> key, http::Query<JoinWish> wish);
  base::Task<http::Events> join_stream(const http::Request& request, security::Caller caller,
                                       http::Path<ThreadRunKey> key, http::Query<JoinWish> wish);
  Answer cancel(security::Caller caller, http::Path<ThreadRunKey> key, http::Query<CancelWish> wish);
  base::Task<void> cancel_many(security::Caller caller, http::Query<CancelWish> wish, CancelMany many);

  base::Task<http::WithHeaders<json::object>> create_alone(security::Caller caller, RunCreate wanted);
  base::Task<std::vector<json::object>> create_batch(security::Caller caller, std::vector<RunCreate> wanted);
  base::Task<http::Events> stream_alone(security::Caller caller, RunCreate wanted);
  Answer wait_alone(security::Caller caller, RunCreate wanted);

  base::Task<runs::DirectRun> direct_run(const security::Caller& caller, const RunCreate& wanted);
  http::Events events_of(const storage::Scope& scope, const runs::Run& run, const RunCreate& wanted,
                         std::string place);
  Answer make_and_wait(security::Caller caller, std::optional<std::string> thread_id, RunCreate wanted);
  Answer waiting_answer(storage::Scope scope, runs::Run run, std::shared_ptr<const runs::LocalEnd> local_end,
                        bool cancels);
  base::Task<void> tell(storage::Scope scope, std::string run_id, std::int64_t after,
                        std::vector<std::string> modes, http::EventWriter& out);

  RunServices services_;
};

}  // namespace pharos::agent_server
