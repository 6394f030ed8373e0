#include "platform/runs/direct_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>

namespace pharos::runs {
namespace {

/// So many events a run tells before others on its thread have their turn.
constexpr std::size_t kTogether = 16;

graph::RunConfig direct_config(const DirectRun& run) {
  RunRequest request = run.request;
  for (const auto& [key, value] : run.assistant.config) request.config.emplace(key, value);
  graph::RunConfig config = config_of(*run.graph, request, {});
  config.run_id = run.run_id;
  config.store = run.store;
  return config;
}

/// Without a thread there is nothing to go on with: no input is an empty one.
graph::JsonStart direct_start(const RunRequest& request) {
  graph::JsonStart start = start_of(request);
  if (start.resume && !start.is_command) start.resume.reset();
  return start;
}

RunEnd end_of(graph::JsonOutcome outcome) {
  RunEnd end;
  end.values = std::move(outcome.values);
  for (const graph::Interrupt& each : outcome.interrupts) {
    end.interrupts.emplace_back(json::object{{"id", each.id}, {"value", each.value}});
  }
  return end;
}

/// Says that there is no more, however the run has ended.
base::Task<std::exception_ptr> run_into(DirectRun run, std::shared_ptr<graph::EventQueue> queue) {
  std::exception_ptr failure;
  try {
    co_await run.graph->graph.run(direct_start(run.request), direct_config(run), modes_of(run.request.stream),
                                  queue.get());
  } catch (...) {
    failure = std::current_exception();
  }
  queue->close();
  co_return failure;
}

/// What has come meanwhile goes out together.
base::Task<void> tell_all(Teller teller, std::shared_ptr<graph::EventQueue> queue,
                          std::function<base::Task<void>(std::vector<ToldEvent>)> tell) {
  while (auto event = co_await queue->next()) {
    std::vector<ToldEvent> told = teller.tell(*std::move(event));
    while (queue->size() > 0) {
      event = co_await queue->next();
      std::ranges::move(teller.tell(*std::move(event)), std::back_inserter(told));
    }
    if (!told.empty()) co_await tell(std::move(told));
  }
}

std::vector<ToldEvent> alone(const char* name, json::object data) {
  return {{.name = name, .data = std::move(data)}};
}

}  // namespace

void check(const DirectRun& run) {
  static_cast<void>(run.graph->graph.input_of(direct_start(run.request)));
  static_cast<void>(direct_config(run));
  static_cast<void>(modes_of(run.request.stream));
}

base::Task<RunEnd> finish(DirectRun run) {
  std::exception_ptr failure;
  try {
    co_return end_of(co_await run.graph->graph.run(direct_start(run.request), direct_config(run)));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed_end(failure);
}

base::Task<void> follow(DirectRun run, std::function<base::Task<void>(std::vector<ToldEvent>)> tell) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  const auto queue = std::make_shared<graph::EventQueue>(kTogether);
  co_await tell(alone("metadata", {{"run_id", run.run_id}, {"attempt", 1}}));
  Teller teller(run.request.stream, run_metadata(run.assistant, {}, run.run_id, 1));
  std::exception_ptr failure;
  try {
    failure = co_await (run_into(std::move(run), queue) && tell_all(std::move(teller), queue, tell));
  } catch (const boost::asio::multiple_exceptions& both) {
    std::rethrow_exception(both.first_exception());
  }
  if (failure) co_await tell(alone("error", error_json(failed_end(failure))));
}

}  // namespace pharos::runs
