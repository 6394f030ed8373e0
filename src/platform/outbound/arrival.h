// Something that one thread brings and a coroutine of another waits for.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "core/base/task.h"

namespace pharos::outbound {

/// Thread-safe. What comes first counts: a value, a failure, or that the coroutine is cancelled, which it
/// throws as boost::system::system_error (operation_aborted). Waited for once.
template <class T>
class Arrival {
 public:
  void bring(T value) { end(nullptr, std::move(value)); }
  void fail(std::exception_ptr failure) { end(std::move(failure), std::nullopt); }

  /// Resumes the caller on its own executor.
  static base::Task<T> wait(std::shared_ptr<Arrival> arrival) {
    const auto initiate = [](auto handler, std::shared_ptr<Arrival> waiting) {
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) {
        slot.assign([held = std::weak_ptr(waiting)](boost::asio::cancellation_type) {
          if (const auto still = held.lock()) still->fail(aborted());
        });
      }
      auto guard = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
      waiting->begin([handler = std::move(handler), guard = std::move(guard), slot](
                         std::exception_ptr failure, std::optional<T> value) mutable {
        const auto executor = guard.get_executor();
        boost::asio::post(executor, [handler = std::move(handler), failure = std::move(failure),
                                     value = std::move(value), slot]() mutable {
          if (slot.is_connected()) slot.clear();
          std::move(handler)(std::move(failure), std::move(value));
        });
      });
    };
    std::optional<T> value = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                                                  void(std::exception_ptr, std::optional<T>)>(
        initiate, boost::asio::use_awaitable, std::move(arrival));
    co_return *std::move(value);
  }

 private:
  using Resume = std::move_only_function<void(std::exception_ptr, std::optional<T>)>;

  static std::exception_ptr aborted() {
    return std::make_exception_ptr(boost::system::system_error(
        boost::asio::error::make_error_code(boost::asio::error::operation_aborted)));
  }
  void begin(Resume resume) {
    const std::unique_lock lock(mutex_);
    if (!ended_) {
      resume_ = std::move(resume);
      return;
    }
    resume(std::move(failure_), std::move(value_));  // only posts
  }
  void end(std::exception_ptr failure, std::optional<T> value) {
    const std::unique_lock lock(mutex_);
    if (std::exchange(ended_, true)) return;
    if (resume_) {
      std::exchange(resume_, nullptr)(std::move(failure), std::move(value));
      return;
    }
    failure_ = std::move(failure);
    value_ = std::move(value);
  }

  std::mutex mutex_;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::optional<T> value_;
  Resume resume_;
};

}  // namespace pharos::outbound
