// Messages to whoever listens now, in this program or in all replicas: a stream's events on their way to its
// viewers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/task.h"

namespace pharos::storage {

/// Hears one channel, from the moment it was made until it is gone. Used by one coroutine at a time.
class Listener {
 public:
  virtual ~Listener() = default;

  /// The next message. Nothing when messages may have been lost, because the listener was too slow or the
  /// connection broke: read again from where the truth is kept, then go on. May be cancelled.
  virtual base::Task<std::optional<std::string>> next() = 0;
};

/// Thread-safe. Messages of one publisher come in order. Nothing is kept for those who come later.
class Channels {
 public:
  virtual ~Channels() = default;

  /// Throws base::Error (kUnavailable) when it cannot be sent to the other replicas now.
  virtual base::Task<void> publish(std::string channel, std::string message) = 0;
  /// What is published after this task has ended is heard.
  virtual base::Task<std::unique_ptr<Listener>> listen(std::string channel) = 0;
};

}  // namespace pharos::storage
