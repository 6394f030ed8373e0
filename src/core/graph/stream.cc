#include "core/graph/stream.h"

namespace pharos::graph {

std::string_view mode_name(StreamMode mode) {
  switch (mode) {
    case StreamMode::kValues:
      return "values";
    case StreamMode::kUpdates:
      return "updates";
    case StreamMode::kTasks:
      return "tasks";
    case StreamMode::kCustom:
      return "custom";
    case StreamMode::kMessages:
      return "messages";
    case StreamMode::kCheckpoints:
      return "checkpoints";
    case StreamMode::kDebug:
      return "debug";
  }
  return "unknown";
}

base::Task<void> EventSink::ready() {
  co_return;
}

void EventQueue::accept(StreamEvent event) {
  events_.push_back(std::move(event));
  arrived_.notify();
}

base::Task<void> EventQueue::ready() {
  while (events_.size() > limit_ && !closed_) co_await room_.wait();
}

base::Task<std::optional<StreamEvent>> EventQueue::next() {
  while (events_.empty()) {
    if (closed_) co_return std::nullopt;
    co_await arrived_.wait();
  }
  StreamEvent event = std::move(events_.front());
  events_.pop_front();
  if (events_.size() <= limit_) room_.wake_all();
  co_return event;
}

void EventQueue::close() {
  closed_ = true;
  arrived_.notify();
  room_.wake_all();
}

base::Task<void> WaitingRoom::wait() {
  auto wakeup = std::make_shared<Wakeup>();
  waiting_.push_back(wakeup);
  co_await wakeup->wait();
}

void WaitingRoom::wake_all() {
  // Those who wake may come back to wait: they belong to the next round.
  const auto woken = std::exchange(waiting_, {});
  for (const auto& wakeup : woken) wakeup->notify();
}

}  // namespace pharos::graph
