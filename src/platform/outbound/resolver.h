// From a host's name to its addresses.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "core/base/pool.h"
#include "core/base/task.h"

namespace pharos::outbound {

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// At least one. Throws base::Error (kUnavailable) when there is none. Can be cancelled.
  virtual base::Task<std::vector<boost::asio::ip::address>> resolve(std::string host) = 0;
};

/// Asks as the machine is set up to ask. That blocks, hence threads of its own; one that nobody waits for any
/// more still ends in its own time, and its destruction waits for it. Thread-safe.
class SystemResolver final : public Resolver {
 public:
  SystemResolver() : threads_("dns", 4) {}
  base::Task<std::vector<boost::asio::ip::address>> resolve(std::string host) override;

 private:
  base::Pool threads_;
};

}  // namespace pharos::outbound
