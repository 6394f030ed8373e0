// Graphs that every server has, without a model: to try clients with.
#pragma once

#include "core/base/clock.h"
#include "core/graph/state_graph.h"
#include "platform/runs/served_graph.h"

namespace pharos::agent_server {

/// `echo`: says again what was said last, as a message of the assistant's. The clock outlives it.
runs::ServedGraph echo_graph(base::Clock& clock);

/// `chat`: a scripted conversation, told word by word. It says what it is, remembers what was said on its
/// thread, and answers the same to the same.
runs::ServedGraph chat_graph(base::Clock& clock);

}  // namespace pharos::agent_server
