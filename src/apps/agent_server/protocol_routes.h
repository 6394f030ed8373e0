// Threads as streams: version 2 of the streaming protocol over HTTP and WebSocket, and whole threads as
// server-sent events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/agent_server/protocol_commands.h"
#include "apps/agent_server/protocol_events.h"

namespace pharos::agent_server {

struct EventsWish {
  std::vector<std::string> channels;
  std::optional<std::vector<std::vector<std::string>>> namespaces;
  std::optional<http::Whole<0, 100>> depth;
  std::optional<http::Whole<0, 9'007'199'254'740'991>> since;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(EventsWish, (), (channels, namespaces, depth, since))

/// What is told of a thread's runs: all that they tell, with their ends; only that they begin and end; only
/// how the state changes.
enum class ThreadStreamMode { kRunModes, kLifecycle, kStateUpdate };
BOOST_DESCRIBE_ENUM(ThreadStreamMode, kRunModes, kLifecycle, kStateUpdate)

struct ThreadStreamWish {
  std::vector<ThreadStreamMode> stream_mode;  ///< none: everything
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(ThreadStreamWish, (), (stream_mode))

class ProtocolRoutes {
 public:
  /// All outlive it, and it the table's use.
  ProtocolRoutes(http::Routes& table, RunServices services, storage::Database& database, base::Clock& clock);

 private:
  class Telling;
  struct Talk;

  base::Task<json::object> command(security::Caller caller, http::Path<ThreadKey> key,
                                   ProtocolCommand command);
  base::Task<http::Events> events(security::Caller caller, http::Path<ThreadKey> key, EventsWish wish);
  base::Task<http::WebSocket> socket(security::Caller caller, http::Path<ThreadKey> key);
  base::Task<http::Events> stream(const http::Request& request, security::Caller caller,
                                  http::Path<ThreadKey> key, http::Query<ThreadStreamWish> wish);

  runs::ThreadFollower follower(storage::Scope scope, std::string thread_id,
                                std::optional<std::int64_t> since);
  base::Task<void> tell(storage::Scope scope, std::string thread_id, ProtocolFilter filter,
                        std::optional<std::int64_t> since, http::EventWriter& out);
  base::Task<void> tell_runs(runs::ThreadFollower follow, std::vector<ThreadStreamMode> modes,
                             std::int64_t after, bool comes_back, http::EventWriter& out);
  base::Task<void> listen(std::shared_ptr<Talk> talk);
  base::Task<void> speak(std::shared_ptr<Talk> talk);
  base::Task<void> answer(std::shared_ptr<Talk> talk, std::string message);
  json::object subscribe(Talk& talk, const ProtocolCommand& command, std::vector<ProtocolEvent>& replayed);

  RunServices services_;
  ProtocolCommands commands_;
  storage::Database& database_;
  base::Clock& clock_;
};

}  // namespace pharos::agent_server
