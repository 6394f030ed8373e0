#include "core/graph/inner_run.h"

#include <utility>

#include <fmt/format.h>

namespace pharos::graph {
namespace {

RunConfig inner_config(const RunInfo& outer, base::Deadline deadline) {
  RunConfig config = outer.config;
  config.checkpoint_id.clear();
  config.interrupt_before.clear();
  config.interrupt_after.clear();
  config.deadline = deadline;
  return config;
}

/// What the two share, and where the subgraph's thread lies.
std::shared_ptr<RunInfo> shared_with(const RunInfo& outer, base::Deadline deadline,
                                     std::shared_ptr<const CompiledGraph> graph, SubgraphThread thread,
                                     std::string place) {
  auto info =
      std::make_shared<RunInfo>(std::move(graph), inner_config(outer, deadline), outer.modes, nullptr);
  if (!info->saver) info->saver = outer.saver;
  if (thread == SubgraphThread::kNone) info->saver = nullptr;
  info->parent = outer.shared_from_this();
  info->path = outer.path;
  info->path.push_back(std::move(place));
  info->inner_answers = outer.inner_answers;
  info->known_messages = outer.known_messages;
  info->is_one_call = thread == SubgraphThread::kPerCall;
  return info;
}

}  // namespace

std::shared_ptr<RunInfo> InnerRun::info_within(Context& context, std::shared_ptr<const CompiledGraph> graph,
                                               SubgraphThread thread) {
  const RunInfo& outer = *context.run_;
  std::string place = context.node();
  const std::uint32_t call = ++context.inner_runs_;
  if (thread != SubgraphThread::kOwn && (outer.saver || outer.reader() != nullptr)) {
    place += ":" + context.id();
  }
  if (call > 1) place += fmt::format("#{}", call);
  auto info = shared_with(outer, context.deadline(), std::move(graph), thread, std::move(place));
  info->around = context.progress_ ? context.progress_ : outer.around;
  return info;
}

InnerRun::InnerRun(Context& context, std::shared_ptr<const CompiledGraph> graph, RunInput input,
                   SubgraphThread thread)
    : run_(info_within(context, std::move(graph), thread), std::move(input)) {}

base::Task<std::shared_ptr<StateStorage>> InnerRun::execute() {
  std::shared_ptr<StateStorage> state = co_await run_.execute();
  std::vector<Interrupt> asked = run_.take_interrupts();
  if (!asked.empty()) throw Interrupted{std::move(asked)};
  if (run_.drained()) throw Drained{};
  co_return state;
}

}  // namespace pharos::graph
