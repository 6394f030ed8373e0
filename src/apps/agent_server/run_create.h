// What clients send to have a graph run.
#pragma once

#include <optional>
#include <string>

#include "apps/agent_server/wire.h"
#include "platform/runs/run.h"

namespace pharos::agent_server {

enum class OnDisconnect { kCancel, kContinue };
BOOST_DESCRIBE_ENUM(OnDisconnect, kCancel, kContinue)
enum class OnCompletion { kDelete, kKeep };
BOOST_DESCRIBE_ENUM(OnCompletion, kDelete, kKeep)
enum class IfNotExists { kCreate, kReject };
BOOST_DESCRIBE_ENUM(IfNotExists, kCreate, kReject)
enum class RunDurability { kSync, kAsync, kExit };
BOOST_DESCRIBE_ENUM(RunDurability, kSync, kAsync, kExit)

/// Of runs on threads and of those without; each kind overlooks what is not for it.
struct RunCreate {
  http::Text<1, 255> assistant_id;  ///< or the name of a graph
  json::value input;
  std::optional<json::object> command;
  json::value checkpoint;
  std::optional<std::string> checkpoint_id;
  Fields config;
  Fields context;
  Fields metadata;
  std::optional<TextOrList> stream_mode;
  std::optional<bool> stream_subgraphs;
  std::optional<bool> stream_resumable;
  std::optional<TextOrList> interrupt_before;  ///< names of nodes; `*`: all
  std::optional<TextOrList> interrupt_after;
  std::optional<http::Text<1, 2000>> webhook;
  std::optional<OnDisconnect> on_disconnect;
  std::optional<OnCompletion> on_completion;
  std::optional<runs::MultitaskStrategy> multitask_strategy;
  std::optional<IfNotExists> if_not_exists;
  std::optional<RunDurability> durability;
  std::optional<double> after_seconds;
  using TakesUnknownFields = void;
};
BOOST_DESCRIBE_STRUCT(RunCreate, (),
                      (assistant_id, input, command, checkpoint, checkpoint_id, config, context, metadata,
                       stream_mode, stream_subgraphs, stream_resumable, interrupt_before, interrupt_after,
                       webhook, on_disconnect, on_completion, multitask_strategy, if_not_exists, durability,
                       after_seconds))

/// `has_thread`: else its thread is made for it. Throws base::Error (kInvalidInput) that names the place.
runs::NewRun new_run_of(const RunCreate& wanted, bool has_thread);

/// Nobody but the caller can want to hear of such a run: it needs no row.
bool is_for_caller_alone(const RunCreate& wanted);

}  // namespace pharos::agent_server
