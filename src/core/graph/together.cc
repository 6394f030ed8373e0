#include "core/graph/together.h"

#include <algorithm>
#include <iterator>

#include "core/graph/interrupt.h"

namespace pharos::graph::detail {
void Siblings::ended(std::size_t number, std::exception_ptr failure) {
  --left_;
  ended_[number] = true;
  if (failure && !first_ && !questions_in(failure)) {
    first_ = failure;
    stop();
  }
  failures_[number] = std::move(failure);
  changed_.notify();
}

void Siblings::stop() {
  for (std::size_t i = 0; i < stops_.size(); ++i) {
    if (!ended_[i]) stops_[i].emit(boost::asio::cancellation_type::terminal);
  }
}

base::Task<void> Siblings::wait(std::shared_ptr<Siblings> self) {
  // They use what their caller has, so even a cancelled caller waits for their end.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  bool stopped = false;
  while (self->left_ > 0) {
    co_await self->changed_.wait();
    const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
    if (stopped || cancellation.cancelled() == boost::asio::cancellation_type::none) continue;
    stopped = true;
    self->stop();
  }
  self->throw_failures();
}

void Siblings::throw_failures() const {
  if (first_) std::rethrow_exception(first_);
  Interrupted all;
  for (const std::exception_ptr& each : failures_) {
    if (!each) continue;
    const auto asked = questions_in(each);
    std::ranges::copy(*asked, std::back_inserter(all.interrupts));
  }
  if (!all.interrupts.empty()) throw all;
}

}  // namespace pharos::graph::detail
