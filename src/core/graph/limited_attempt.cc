#include "core/graph/limited_attempt.h"

#include <algorithm>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace pharos::graph {
namespace asio = boost::asio;

void LimitedAttempt::start(const asio::any_io_executor& executor,
                           const std::shared_ptr<LimitedAttempt>& self) {
  asio::co_spawn(executor, run_node(self),
                 asio::bind_cancellation_slot(self->stop_node.slot(), [self](std::exception_ptr failure) {
                   self->finished = true;
                   self->failure = std::move(failure);
                   self->state.reset();
                   self->changed.notify();
                 }));
  asio::co_spawn(executor, run_timer(self),
                 asio::bind_cancellation_slot(self->stop_timer.slot(), [self](std::exception_ptr failure) {
                   if (!failure) self->changed.notify();
                 }));
}

base::Task<void> LimitedAttempt::wait(std::shared_ptr<LimitedAttempt> self) {
  while (!self->finished && !self->out_of_time) co_await self->changed.wait();
}

void LimitedAttempt::stop_waiting() {
  context.abandoned_ = true;
  stop_timer.emit(asio::cancellation_type::terminal);
  if (!finished) stop_node.emit(asio::cancellation_type::terminal);
}

base::Task<void> LimitedAttempt::run_node(std::shared_ptr<LimitedAttempt> self) {
  const void* input = self->argument ? self->argument->data() : self->state->view();
  co_await self->node->body->run(input, self->context, self->output);
}

base::Task<void> LimitedAttempt::run_timer(std::shared_ptr<LimitedAttempt> self) {
  while (!self->is_over()) co_await self->run->graph->clock().sleep_until(self->next_look());
}

/// When the attempt is over unless something happens.
base::SteadyTime LimitedAttempt::next_look() const {
  base::SteadyTime next = node->options.timeout ? context.deadline().when() : base::SteadyTime::max();
  if (progress) next = std::min(next, progress->last() + *node->options.idle_timeout);
  return next;
}

bool LimitedAttempt::is_over() {
  const base::SteadyTime now = run->graph->clock().now();
  const NodeOptions& options = node->options;
  using Limit = TimeLimitError::Limit;
  if (options.timeout && now >= context.deadline().when()) {
    out_of_time.emplace(Limit::kRun, context.deadline().when() - began);
  } else if (progress && now >= progress->last() + *options.idle_timeout) {
    out_of_time.emplace(Limit::kIdle, *options.idle_timeout);
  }
  return out_of_time.has_value();
}

}  // namespace pharos::graph
