#include "platform/storage/heard.h"

#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pharos::storage {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

void Heard::put(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    if (messages_.size() < kMost) {
      messages_.push_back(message);
    } else {
      is_lost_ = true;
    }
  }
  wake({});
}

void Heard::lose() {
  {
    const std::lock_guard lock(mutex_);
    is_lost_ = true;
  }
  wake({});
}

void Heard::wake(error_code why) {
  Wake waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = std::exchange(waiting_, nullptr);
  }
  if (waiting) waiting(why);
}

/// What is thrown away here is not missed: the listener reads the truth after this.
base::Task<std::optional<std::string>> Heard::next() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(is_lost_, false)) {
        messages_.clear();
        co_return std::nullopt;
      }
      if (!messages_.empty()) {
        std::string message = std::move(messages_.front());
        messages_.pop_front();
        co_return message;
      }
    }
    co_await wait();
  }
}

/// Until there is something, or the coroutine is cancelled.
base::Task<void> Heard::wait() {
  const auto initiate = [this](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([this](asio::cancellation_type) { wake(asio::error::operation_aborted); });
    }
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    bool is_there = false;
    {
      const std::lock_guard lock(mutex_);
      waiting_ = [handler = std::move(handler), guard = std::move(guard)](error_code why) mutable {
        const auto executor = guard.get_executor();
        asio::post(executor, [handler = std::move(handler), why]() mutable { std::move(handler)(why); });
      };
      is_there = is_lost_ || !messages_.empty();
    }
    if (is_there) wake({});
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(error_code)>(initiate,
                                                                                  asio::use_awaitable);
}

}  // namespace pharos::storage
