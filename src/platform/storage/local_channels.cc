#include "platform/storage/local_channels.h"

#include <mutex>
#include <unordered_map>
#include <vector>

#include "platform/storage/heard.h"

namespace pharos::storage {

struct LocalChannels::Core {
  std::mutex mutex;  ///< guards what follows
  std::unordered_map<std::string, std::vector<std::weak_ptr<Heard>>> listeners;
};

namespace {

template <class Core>
class LocalListener final : public Listener {
 public:
  LocalListener(std::shared_ptr<Core> core, std::string channel)
      : core_(std::move(core)), channel_(std::move(channel)), heard_(std::make_shared<Heard>()) {
    const std::lock_guard lock(core_->mutex);
    core_->listeners[channel_].push_back(heard_);
  }
  ~LocalListener() override {
    heard_.reset();
    const std::lock_guard lock(core_->mutex);
    auto& all = core_->listeners[channel_];
    std::erase_if(all, [](const auto& heard) { return heard.expired(); });
    if (all.empty()) core_->listeners.erase(channel_);
  }
  LocalListener(const LocalListener&) = delete;
  LocalListener& operator=(const LocalListener&) = delete;

  base::Task<std::optional<std::string>> next() override { return heard_->next(); }

 private:
  std::shared_ptr<Core> core_;
  std::string channel_;
  std::shared_ptr<Heard> heard_;
};

}  // namespace

LocalChannels::LocalChannels() : core_(std::make_shared<Core>()) {}

/// Under the lock, so that all listeners hear the messages in one order.
base::Task<void> LocalChannels::publish(std::string channel, std::string message) {
  const std::lock_guard lock(core_->mutex);
  if (const auto found = core_->listeners.find(channel); found != core_->listeners.end()) {
    for (const auto& weak : found->second) {
      if (const auto heard = weak.lock()) heard->put(message);
    }
  }
  co_return;
}

base::Task<std::unique_ptr<Listener>> LocalChannels::listen(std::string channel) {
  co_return std::make_unique<LocalListener<Core>>(core_, std::move(channel));
}

}  // namespace pharos::storage
