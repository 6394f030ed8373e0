#include "platform/jobs/background.h"

#include <exception>
#include <future>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace pharos::jobs {
namespace asio = boost::asio;

struct Background::Running {
  explicit Running(base::Task<void> given) : task(std::move(given)) {}

  base::Task<void> task;
  asio::cancellation_signal stop;
  std::promise<void> ended;
};

Background::Background() : guard_(asio::make_work_guard(io_)), thread_([this] { io_.run(); }) {}

Background::~Background() {
  stop();
}

void Background::spawn(base::Task<void> task) {
  start(std::make_shared<Running>(std::move(task)));
}

void Background::spawn_and_wait(base::Task<void> task) {
  const auto running = std::make_shared<Running>(std::move(task));
  auto ended = running->ended.get_future();
  start(running);
  ended.wait();
}

void Background::start(std::shared_ptr<Running> running) {
  asio::post(io_, [this, running = std::move(running)] {
    running_.push_back(running);
    asio::co_spawn(
        io_, std::move(running->task),
        asio::bind_cancellation_slot(running->stop.slot(), [this, running](const std::exception_ptr&) {
          std::erase(running_, running);
          running->ended.set_value();
        }));
  });
}

void Background::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    guard_.reset();
    for (const auto& running : std::vector(running_)) running->stop.emit(asio::cancellation_type::terminal);
  });
  thread_.join();
}

}  // namespace pharos::jobs
