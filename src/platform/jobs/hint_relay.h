// Hints between replicas.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/jobs/background.h"
#include "platform/jobs/hints.h"
#include "platform/storage/channels.h"

namespace pharos::jobs {

/// From when it is made until it is gone: what happens here is published, and what the others publish is
/// heard here. While the channels are away nobody is held up; the database is looked at all the same.
class HintRelay {
 public:
  /// All must outlive it. `on_trouble` is called on a thread of its own.
  HintRelay(Hints& hints, storage::Channels& channels, base::Clock& clock,
            std::function<void(const std::string&)> on_trouble = {});
  ~HintRelay();
  HintRelay(const HintRelay&) = delete;
  HintRelay& operator=(const HintRelay&) = delete;

 private:
  struct Core;

  Hints& hints_;
  std::shared_ptr<Core> core_;
  Background background_;
};

}  // namespace pharos::jobs
