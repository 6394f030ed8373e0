// Version 2 of the streaming protocol: what is told of runs, as one numbered stream of a thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "platform/runs/thread_events.h"

namespace pharos::agent_server {

namespace json = boost::json;

struct ProtocolEvent {
  std::string id;                  ///< the same each time it is told
  std::int64_t seq = 0;            ///< grows along the thread
  std::string method;              ///< lifecycle, values, messages, ...
  std::vector<std::string> space;  ///< `node:task_id` of each graph around it
  std::string node;                ///< of updates
  json::object data;
  std::int64_t timestamp = 0;  ///< milliseconds since 1970

  json::object to_json() const;
};

/// What a client wants to hear.
struct ProtocolFilter {
  std::set<std::string, std::less<>> channels;
  std::vector<std::vector<std::string>> spaces;  ///< how namespaces begin; none: any
  std::optional<int> depth;                      ///< so many levels below them

  bool takes(const ProtocolEvent& event) const;
};

/// Reads `channels`, `namespaces` and `depth`. Throws base::Error (kInvalidInput).
ProtocolFilter filter_of(const json::object& said);

/// Tells one run. Given the same events it tells the same. Used by one coroutine.
class ProtocolTeller {
 public:
  explicit ProtocolTeller(runs::BegunRun run) : run_(std::move(run)) {}

  std::vector<ProtocolEvent> tell(const runs::NumberedEvent& event, std::int64_t timestamp);
  /// How it ended.
  std::vector<ProtocolEvent> end(const std::optional<runs::RunEnd>& end, std::int64_t timestamp);

 private:
  struct Message {
    std::string text;
    std::vector<std::string> space;
    bool is_open = true;
  };
  using Space = std::vector<std::string>;

  void add(std::string method, Space space, json::object data, std::string node = {});
  void enter(const Space& space);
  void leave(const Space& space, const char* how);
  void tell_updates(const Space& space, const json::value& data);
  void tell_values(const Space& space, const json::value& data);
  void tell_message(const json::value& data);
  void tell_task(const Space& space, const json::value& data);
  void tell_checkpoint(const Space& space, const json::value& data);
  void begin_message(const std::string& id, const Space& space);
  void add_text(const std::string& id, const std::string& text);
  void finish_message(Message& message);
  void finish_messages_in(const json::value& update);

  runs::BegunRun run_;
  std::int64_t event_id_ = 0;
  std::int64_t timestamp_ = 0;
  std::vector<ProtocolEvent> told_;
  std::map<std::string, Message> messages_;
  std::set<Space> entered_;
};

/// Every channel of the protocol as streams of a run.
runs::StreamWish protocol_streams();

}  // namespace pharos::agent_server
