// How runs end, in the words that clients know.
#include <utility>

#include "core/base/error.h"
#include "core/graph/errors.h"
#include "platform/runs/run_worker.h"

namespace pharos::runs {
namespace {

/// As LangGraph calls it, so that its clients can tell failures apart.
std::string name_of(graph::Fault fault) {
  switch (fault) {
    case graph::Fault::kRecursionLimit:
      return "GraphRecursionError";
    case graph::Fault::kInvalidUpdate:
      return "InvalidUpdateError";
    case graph::Fault::kNodeFailed:
      return "NodeError";
    case graph::Fault::kTimeLimit:
      return "NodeTimeoutError";
    case graph::Fault::kInvalidGraph:
    case graph::Fault::kUnknownNode:
    case graph::Fault::kInvalidRun:
    case graph::Fault::kInvalidResume:
    case graph::Fault::kPaused:
    case graph::Fault::kDrained:
      return "ValueError";
  }
  return "Error";
}

graph::Durability durability_of(const std::string& name) {
  if (name == "sync") return graph::Durability::kSync;
  if (name == "async") return graph::Durability::kAsync;
  if (name == "exit") return graph::Durability::kExit;
  throw base::Error(base::Code::kInvalidInput, "durability: must be sync, async or exit");
}

/// Older clients say there what newer ones say in `context`.
json::object configurable_of(const json::object& config) {
  const json::value* configurable = config.if_contains("configurable");
  return configurable != nullptr && configurable->is_object() ? configurable->get_object() : json::object();
}

/// What `object` has already stays.
void add_missing(json::object& object, const json::object& others) {
  for (const auto& [key, value] : others) object.emplace(key, value);
}

}  // namespace

json::object error_json(const RunEnd& end) {
  return {{"error", end.error_name}, {"message", end.error}};
}

json::object answer_of(const RunEnd& end) {
  if (!end.error_name.empty()) return {{"__error__", error_json(end)}};
  json::object answer = end.values;
  if (!end.interrupts.empty()) answer["__interrupt__"] = base::to_json(end.interrupts);
  return answer;
}

RunEnd finished_end(graph::JsonOutcome outcome) {
  RunEnd end;
  end.values = std::move(outcome.values);
  for (const graph::Interrupt& each : outcome.interrupts) {
    end.interrupts.emplace_back(json::object{{"id", each.id}, {"value", each.value}});
  }
  return end;
}

RunEnd failed_end(const std::exception_ptr& failure) {
  RunEnd end{.status = RunStatus::kError};
  try {
    std::rethrow_exception(failure);
  } catch (const graph::GraphError& error) {
    end.error_name = name_of(error.fault());
    end.error = error.what();
  } catch (const base::Error& error) {
    end.error_name = "Error";
    end.error = error.what();
  } catch (const std::exception& error) {
    end.error_name = "Error";
    end.error = error.what();
  } catch (...) {
    end.error_name = "Error";
    end.error = "the run threw something that is no exception";
  }
  return end;
}

json::object run_metadata(json::object metadata, const Assistant& assistant, const std::string& thread_id,
                          const std::string& run_id, std::int64_t attempt) {
  metadata["graph_id"] = assistant.graph_id;
  metadata["assistant_id"] = assistant.assistant_id;
  metadata["run_id"] = run_id;
  if (!thread_id.empty()) metadata["thread_id"] = thread_id;
  metadata["run_attempt"] = attempt;
  return metadata;
}

RunRequest with_config_of(const Assistant& assistant, RunRequest request) {
  json::object configurable = configurable_of(request.config);
  add_missing(configurable, configurable_of(assistant.config));
  request.config["configurable"] = std::move(configurable);
  add_missing(request.config, assistant.config);
  add_missing(request.context, assistant.context);
  return request;
}

graph::RunConfig config_of(const ServedGraph& graph, const RunRequest& request, json::object metadata) {
  graph::RunConfig config = graph.config;
  config.metadata = std::move(metadata);
  config.stream_subgraphs = request.stream.subgraphs;
  config.interrupt_before = request.interrupt_before;
  config.interrupt_after = request.interrupt_after;
  config.durability = durability_of(request.durability);
  if (const json::value* limit = request.config.if_contains("recursion_limit")) {
    config.recursion_limit = base::from_json<int>(*limit, "config.recursion_limit");
  }
  if (const json::value* most = request.config.if_contains("max_concurrency"); most && !most->is_null()) {
    config.max_concurrency = base::from_json<int>(*most, "config.max_concurrency");
  }
  json::object context = request.context;
  add_missing(context, configurable_of(request.config));
  if (graph.check_context) graph.check_context(context);
  config.context = std::make_shared<const json::object>(std::move(context));
  if (config.recursion_limit < 1) {
    throw base::Error(base::Code::kInvalidInput, "config.recursion_limit: must be at least 1");
  }
  return config;
}

}  // namespace pharos::runs
