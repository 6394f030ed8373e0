#include "core/graph/crowd.h"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace pharos::graph {
namespace asio = boost::asio;

void Run::Crowd::let_go() {
  for (const auto& lane : lanes) lane->run = nullptr;
  lanes.clear();
}

void Run::Lane::start(const asio::any_io_executor& executor, std::shared_ptr<Lane> lane) {
  const asio::cancellation_slot slot = lane->stop.slot();
  asio::co_spawn(executor, run_tasks(lane),
                 asio::bind_cancellation_slot(slot, [lane = std::move(lane)](const std::exception_ptr&) {
                   if (lane->run != nullptr) lane->run->crowd_->changed.notify();
                 }));
}

base::Task<void> Run::Lane::run_tasks(std::shared_ptr<Lane> self) {
  while (self->task) {
    TaskRun& task = *self->task;
    std::exception_ptr failure;
    try {
      co_await task.run();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) task.fail(std::move(failure));
    if (!task.awaits_handler()) task.release_state();
    if (self->run == nullptr) break;
    self->run->crowd_->settled.push_back(&task);
    self->task = self->run->next_task();
  }
}

base::Task<void> Run::run_together() {
  const auto executor = co_await asio::this_coro::executor;
  if (!crowd_) crowd_ = std::make_unique<Crowd>();
  Crowd& crowd = *crowd_;
  // Sends start first, though they are applied last; `waiting` is taken from its end.
  for (const bool sends : {false, true}) {
    for (auto i = static_cast<std::uint32_t>(tasks_.size()); i-- > 0;) {
      if (!tasks_[i]->done() && (tasks_[i]->argument() != nullptr) == sends) crowd.waiting.push_back(i);
    }
  }
  start_more(executor);
  TaskRun* failed = nullptr;
  while (crowd.running > 0 || !crowd.waiting.empty()) {
    while (crowd.settled.empty()) co_await crowd.changed.wait();
    for (TaskRun* task : std::exchange(crowd.settled, {})) {
      --crowd.running;
      settle(*task);
      if (is_kept() && task != leaving_) co_await record(*task);
      if (task->failure() && failed == nullptr) failed = task;
      if (task->awaits_handler()) crowd.waiting.push_back(index_of(*task));
    }
    if (failed != nullptr) {
      // Siblings that need not wait for anything end now: what they have done is kept too.
      co_await asio::post(executor, asio::deferred);
      if (crowd.settled.empty()) std::rethrow_exception(failed->failure());
      continue;
    }
    if (leaving_ != nullptr) co_return;
    start_more(executor);
    if (info_->reader() != nullptr) co_await info_->wait_for_reader(nullptr);
  }
  crowd.let_go();
}

void Run::start_more(const asio::any_io_executor& executor) {
  crowd_->starting = true;
  while (auto task = next_task()) {
    auto lane = std::make_shared<Lane>();
    lane->run = this;
    lane->task = std::move(task);
    Lane::start(executor, lane);
    // One that has come to its end already wakes nobody.
    if (lane->task) {
      crowd_->lanes.push_back(std::move(lane));
    } else {
      lane->run = nullptr;
    }
  }
  crowd_->starting = false;
}

/// The next task to start; null while none may.
std::shared_ptr<TaskRun> Run::next_task() {
  Crowd& crowd = *crowd_;
  const auto limit = static_cast<std::size_t>(std::max(info_->config.max_concurrency, 0));
  if (!crowd.starting || crowd.waiting.empty() || (limit != 0 && crowd.running >= limit)) return nullptr;
  const auto& next = tasks_[crowd.waiting.back()];
  crowd.waiting.pop_back();
  ++crowd.running;
  if (!next->handled()) tell_start(*next);
  return next;
}

void Run::abandon_tasks() {
  for (const auto& task : tasks_) task->abandon();
  if (crowd_) {
    const auto lanes = std::exchange(crowd_->lanes, {});
    for (const auto& lane : lanes) lane->run = nullptr;
    for (const auto& lane : lanes) lane->stop.emit(asio::cancellation_type::terminal);
  }
  tasks_.clear();
}

}  // namespace pharos::graph
