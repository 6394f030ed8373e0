#include "apps/agent_server/protocol_commands.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "apps/agent_server/protocol_events.h"
#include "apps/agent_server/thread_state.h"
#include "core/base/error.h"
#include "platform/runs/thread_events.h"

namespace pharos::agent_server {
namespace {

using base::Code;

std::string text_in(const json::object& params, const char* name) {
  const json::value* value = params.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  return base::from_json<std::string>(*value, name);
}

json::object object_in(const json::object& params, const char* name) {
  const json::value* value = params.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  return base::from_json<json::object>(*value, name);
}

/// Clients write it in two ways.
runs::MultitaskStrategy strategy_in(const json::object& params) {
  std::string name = text_in(params, "multitask_strategy");
  if (name.empty()) name = text_in(params, "multitaskStrategy");
  if (name.empty()) return runs::MultitaskStrategy::kEnqueue;
  return base::from_name<runs::MultitaskStrategy>(name, "multitask_strategy");
}

runs::NewRun run_with(const json::object& params, std::string assistant_id) {
  runs::NewRun run;
  run.assistant_id = std::move(assistant_id);
  run.metadata = object_in(params, "metadata");
  run.multitask_strategy = strategy_in(params);
  run.creates_thread = true;
  run.request.config = object_in(params, "config");
  run.request.stream = protocol_streams();
  run.request.is_resumable = true;
  const json::object configurable = object_in(run.request.config, "configurable");
  run.request.checkpoint_id = text_in(configurable, "checkpoint_id");
  return run;
}

/// The answers by the questions they are to.
json::object answers_in(const json::object& params) {
  json::object answers;
  const auto add = [&](const json::object& one) {
    const json::value* response = one.if_contains("response");
    answers[text_in(one, "interrupt_id")] = response == nullptr ? json::value(nullptr) : *response;
  };
  const json::value* several = params.if_contains("responses");
  if (several == nullptr || several->is_null()) {
    add(params);
  } else {
    for (const json::value& each : base::from_json<std::vector<json::value>>(*several, "responses")) {
      add(base::from_json<json::object>(each, "responses"));
    }
  }
  return answers;
}

bool asks(const runs::Thread& thread, std::string_view interrupt_id) {
  for (const auto& [task, asked] : thread.interrupts) {
    for (const json::value& each : asked.as_array()) {
      if (each.at("id") == json::string_view(interrupt_id)) return true;
    }
  }
  return false;
}

std::string name_of(Code code) {
  switch (code) {
    case Code::kNotFound:
    case Code::kInvalidInput:
    case Code::kConflict:
    case Code::kTooLarge:
      return "invalid_argument";
    case Code::kForbidden:
    case Code::kUnauthenticated:
      return "permission_denied";
    case Code::kUnsupported:
      return "not_supported";
    default:
      return "unknown_error";
  }
}

/// The last that was told of each graph, by its place.
using Spaces = std::map<std::vector<std::string>, json::object>;

json::object tree_from(const Spaces& spaces, const std::vector<std::string>& space) {
  const json::object& told = spaces.at(space);
  json::object tree{{"namespace", base::to_json(space)},
                    {"status", told.at("event")},
                    {"graph_name", told.at("graph_name")}};
  json::array inside;
  for (auto each = spaces.upper_bound(space); each != spaces.end(); ++each) {
    const auto& [place, last] = *each;
    if (!std::ranges::equal(space, place | std::views::take(space.size()))) break;
    if (place.size() == space.size() + 1) inside.emplace_back(tree_from(spaces, place));
  }
  if (!inside.empty()) tree["children"] = std::move(inside);
  return tree;
}

}  // namespace

json::object protocol_error(json::value id, std::string_view name, std::string_view message) {
  return {{"type", "error"}, {"id", std::move(id)}, {"error", name}, {"message", message}};
}

base::Task<json::object> ProtocolCommands::carry_out(storage::Scope scope, std::string thread_id,
                                                     ProtocolCommand command) {
  co_await services_.threads.refuse_anothers(scope, thread_id);
  json::object reply;
  try {
    reply = {{"type", "success"}, {"id", command.id}};
    reply["result"] = co_await result_of(scope, thread_id, command);
  } catch (const ProtocolError& error) {
    reply = protocol_error(command.id, error.name(), error.what());
  } catch (const base::Error& error) {
    if (!base::is_users_mistake(error.code())) throw;
    reply = protocol_error(command.id, name_of(error.code()), error.what());
  }
  const std::int64_t seq = co_await runs::last_number(database_, services_.jobs, std::move(scope), thread_id);
  reply["meta"] = json::object{{"thread_id", thread_id}, {"applied_through_seq", seq}};
  co_return reply;
}

base::Task<json::object> ProtocolCommands::result_of(storage::Scope scope, std::string thread_id,
                                                     const ProtocolCommand& command) {
  const json::object& params = command.params.value;
  if (command.method == "run.start") return start_run(std::move(scope), std::move(thread_id), params);
  if (command.method == "input.respond") return respond(std::move(scope), std::move(thread_id), params);
  if (command.method == "state.get") return get_state(std::move(scope), std::move(thread_id));
  if (command.method == "state.listCheckpoints") {
    return list_checkpoints(std::move(scope), std::move(thread_id), params);
  }
  if (command.method == "state.fork") return fork(std::move(scope), std::move(thread_id), params);
  if (command.method == "agent.getTree") return tree(std::move(scope), std::move(thread_id));
  if (command.method.starts_with("subscription.")) {
    throw ProtocolError("not_supported", "subscriptions are for a WebSocket: over HTTP open stream/events");
  }
  throw ProtocolError("unknown_command", "Unknown protocol command: " + command.method);
}

base::Task<std::optional<runs::Thread>> ProtocolCommands::thread(storage::Scope scope,
                                                                 std::string thread_id) {
  try {
    co_return co_await services_.threads.get(std::move(scope), std::move(thread_id));
  } catch (const base::Error& error) {
    if (error.code() != Code::kNotFound) throw;
  }
  co_return std::nullopt;
}

/// What is sent to a thread that asks is the answer.
base::Task<json::object> ProtocolCommands::start_run(storage::Scope scope, std::string thread_id,
                                                     json::object params) {
  const std::string assistant = text_in(params, "assistant_id");
  if (assistant.empty()) throw ProtocolError("invalid_argument", "run.start needs an assistant_id");
  runs::NewRun run = run_with(params, assistant);
  const json::value* input = params.if_contains("input");
  const auto stands = co_await thread(scope, thread_id);
  const bool asks = stands && stands->status == runs::ThreadStatus::kInterrupted && input != nullptr &&
                    !input->is_null() && run.request.checkpoint_id.empty();
  if (asks) {
    run.request.command = json::object{{"resume", *input}};
  } else if (input != nullptr) {
    run.request.input = *input;
  }
  const runs::Run made =
      co_await services_.runs.create(std::move(scope), std::move(thread_id), std::move(run));
  co_return json::object{{"run_id", made.run_id}};
}

base::Task<json::object> ProtocolCommands::respond(storage::Scope scope, std::string thread_id,
                                                   json::object params) {
  const auto stands = co_await thread(scope, thread_id);
  if (!stands || stands->status != runs::ThreadStatus::kInterrupted) {
    throw ProtocolError("invalid_argument", "input.respond can only be used while the run is interrupted.");
  }
  json::object answers = answers_in(params);
  for (const auto& [id, answer] : answers) {
    if (!asks(*stands, id)) {
      throw ProtocolError("no_such_interrupt",
                          fmt::format("the thread asks nothing of id '{}'", std::string_view(id)));
    }
  }
  runs::NewRun run = run_with(params, text_in(stands->metadata, "assistant_id"));
  json::object command{{"resume", std::move(answers)}};
  for (const char* key : {"update", "goto"}) {
    if (const json::value* value = params.if_contains(key); value && !value->is_null()) command[key] = *value;
  }
  run.request.command = std::move(command);
  const runs::Run made =
      co_await services_.runs.create(std::move(scope), std::move(thread_id), std::move(run));
  co_return json::object{{"run_id", made.run_id}};
}

base::Task<json::object> ProtocolCommands::get_state(storage::Scope scope, std::string thread_id) {
  const runs::ThreadState state = co_await services_.threads.state(std::move(scope), std::move(thread_id));
  if (!state.snapshot) co_return json::object{{"values", json::object()}, {"checkpoint", nullptr}};
  co_return json::object{{"values", state.snapshot->values},
                         {"checkpoint", {{"id", state.snapshot->checkpoint_id}, {"ns", ""}}}};
}

base::Task<json::object> ProtocolCommands::list_checkpoints(storage::Scope scope, std::string thread_id,
                                                            json::object params) {
  runs::HistoryQuery query;
  if (const json::value* limit = params.if_contains("limit"); limit && !limit->is_null()) {
    query.limit = base::from_json<std::uint16_t>(*limit, "limit");
  }
  if (const json::value* before = params.if_contains("before")) {
    query.before = checkpoint_id_of(*before, "before");
  }
  json::array checkpoints;
  for (const runs::ThreadState& each :
       co_await services_.threads.history(std::move(scope), std::move(thread_id), std::move(query))) {
    checkpoints.push_back(json::object{{"id", each.snapshot->checkpoint_id},
                                       {"timestamp", base::iso8601(each.snapshot->created_at)},
                                       {"step", each.snapshot->step},
                                       {"metadata", each.snapshot->metadata}});
  }
  co_return json::object{{"checkpoints", std::move(checkpoints)}};
}

base::Task<json::object> ProtocolCommands::fork(storage::Scope scope, std::string thread_id,
                                                json::object params) {
  const std::string from = text_in(params, "checkpoint_id");
  if (from.empty()) throw ProtocolError("invalid_argument", "state.fork needs a checkpoint_id");
  const std::string made =
      co_await services_.threads.update_state(std::move(scope), std::move(thread_id), from, std::nullopt, {});
  co_return json::object{{"checkpoint_id", made}};
}

base::Task<json::object> ProtocolCommands::tree(storage::Scope scope, std::string thread_id) {
  const runs::Thread stands = co_await services_.threads.get(scope, thread_id);
  Spaces spaces;
  const auto run = co_await runs::last_run(database_, scope, thread_id);
  if (run) {
    ProtocolTeller teller(*run);
    for (const runs::NumberedEvent& each : co_await runs::told_so_far(services_.jobs, scope, run->run_id)) {
      for (ProtocolEvent& told : teller.tell(each, 0)) {
        if (told.method == "lifecycle") spaces.insert_or_assign(told.space, std::move(told.data));
      }
    }
  }
  const char* status = "completed";
  if (stands.status == runs::ThreadStatus::kBusy) status = "running";
  if (stands.status == runs::ThreadStatus::kInterrupted) status = "interrupted";
  if (stands.status == runs::ThreadStatus::kError) status = "failed";
  spaces[{}] = {{"event", status}, {"graph_name", text_in(stands.metadata, "graph_id")}};
  co_return json::object{{"tree", tree_from(spaces, {})}};
}

}  // namespace pharos::agent_server
