#include "platform/runs/direct_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pharos::runs {
namespace asio = boost::asio;
namespace {

/// So many events a run tells before others on its thread have their turn.
constexpr std::size_t kTogether = 16;

graph::RunConfig direct_config(const DirectRun& run) {
  graph::RunConfig config = config_of(*run.graph, with_config_of(run.assistant, run.request), {});
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

base::Task<void> run_and_tell(DirectRun run, std::function<base::Task<void>(std::vector<ToldEvent>)> tell) {
  using asio::experimental::awaitable_operators::operator&&;
  const auto queue = std::make_shared<graph::EventQueue>(kTogether);
  Teller teller(run.request.stream, run_metadata(run.assistant.metadata, run.assistant, {}, run.run_id, 1));
  std::exception_ptr failure;
  try {
    failure = co_await (run_into(std::move(run), queue) && tell_all(std::move(teller), queue, tell));
  } catch (const asio::multiple_exceptions& both) {
    std::rethrow_exception(both.first_exception());
  }
  if (failure) co_await tell(alone("error", error_json(failed_end(failure))));
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
    co_return finished_end(co_await run.graph->graph.run(direct_start(run.request), direct_config(run)));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed_end(failure);
}

base::Task<void> follow(DirectRun run, asio::any_io_executor where,
                        std::function<base::Task<void>(std::vector<ToldEvent>)> tell) {
  co_await tell(alone("metadata", {{"run_id", run.run_id}, {"attempt", 1}}));
  const auto here = co_await asio::this_coro::executor;
  auto tell_here = [here, tell = std::move(tell)](std::vector<ToldEvent> told) {
    return asio::co_spawn(here, tell(std::move(told)), asio::use_awaitable);
  };
  co_await asio::co_spawn(where, run_and_tell(std::move(run), std::move(tell_here)), asio::use_awaitable);
}

}  // namespace pharos::runs
