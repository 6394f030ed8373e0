// What clients of the streaming protocol tell a thread to do.
#pragma once

#include <cstdint>
#include <string>

#include "apps/agent_server/run_routes.h"
#include "core/base/json.h"
#include "platform/storage/scope.h"

namespace pharos::agent_server {

struct ProtocolCommand {
  std::int64_t id = 0;
  std::string method;
  Fields params;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(ProtocolCommand, (), (id, method, params))

/// Why a command is not carried out, by the protocol's own names.
class ProtocolError : public base::Error {
 public:
  ProtocolError(std::string name, const std::string& message)
      : Error(base::Code::kInvalidInput, message), name_(std::move(name)) {}
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// Thread-safe.
class ProtocolCommands {
 public:
  /// The services outlive it.
  ProtocolCommands(const RunServices& services, storage::Database& database)
      : services_(services), database_(database) {}

  /// Its answer, be it that the command was refused. Throws base::Error (kNotFound) when the thread is
  /// somebody else's.
  base::Task<json::object> carry_out(storage::Scope scope, std::string thread_id, ProtocolCommand command);

 private:
  base::Task<json::object> result_of(storage::Scope scope, std::string thread_id,
                                     const ProtocolCommand& command);
  base::Task<json::object> start_run(storage::Scope scope, std::string thread_id, json::object params);
  base::Task<json::object> respond(storage::Scope scope, std::string thread_id, json::object params);
  base::Task<json::object> get_state(storage::Scope scope, std::string thread_id);
  base::Task<json::object> list_checkpoints(storage::Scope scope, std::string thread_id, json::object params);
  base::Task<json::object> fork(storage::Scope scope, std::string thread_id, json::object params);
  base::Task<json::object> tree(storage::Scope scope, std::string thread_id);
  base::Task<std::optional<runs::Thread>> thread(storage::Scope scope, std::string thread_id);

  const RunServices& services_;
  storage::Database& database_;
};

/// `{type: "error", id, error, message}`
json::object protocol_error(json::value id, std::string_view name, std::string_view message);

}  // namespace pharos::agent_server
