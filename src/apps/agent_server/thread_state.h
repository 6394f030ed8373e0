// A thread's state as clients read it.
#pragma once

#include "apps/agent_server/wire.h"
#include "platform/runs/threads.h"

namespace pharos::agent_server {

/// Names a checkpoint of a thread, of one of its subgraphs where there is a namespace.
json::object checkpoint_json(const std::string& thread_id, const std::string& checkpoint_id);

/// values, next, tasks, metadata, created_at, checkpoint, parent_checkpoint, interrupts.
json::object state_json(const runs::ThreadState& state);

/// The checkpoint that a client names: a text, `{checkpoint_id}`, or `{configurable: {checkpoint_id}}`; empty
/// when it names none. Throws base::Error (kInvalidInput) that names `place`.
std::string checkpoint_id_of(const json::value& said, const std::string& place);

}  // namespace pharos::agent_server
