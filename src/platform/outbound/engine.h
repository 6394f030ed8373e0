// One request, one answer, over connections that are used again: libcurl on a thread of its own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/outbound/guard.h"
#include "platform/outbound/message.h"
#include "platform/outbound/url.h"

namespace pharos::outbound {

struct EngineSettings {
  base::Duration connect = std::chrono::seconds(5);
  std::size_t most_body = std::size_t{10} << 20;  ///< decoded
  std::size_t most_headers = std::size_t{64} << 10;
  std::filesystem::path authorities = {};  ///< PEM file of who vouches for servers; empty: the machine's
};

/// What goes over the wire once; the guard has agreed to the addresses.
struct Exchange {
  Url url;
  std::vector<boost::asio::ip::address> addresses;
  std::string method;
  Headers headers;
  std::string body;
  base::Duration limit;
  bool may_repeat = false;  ///< when a connection that was used before turns out to be closed
};

/// Thread-safe. Its destruction ends what is under way with kUnavailable.
class Engine {
 public:
  /// The guard must outlive it: it is asked again for the address of each connection that is made or used.
  Engine(const Guard& guard, EngineSettings settings);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Any status is an answer. Throws base::Error: kUnavailable when there is none, kTimeout, kTooLarge,
  /// kForbidden when the connection leads where the guard forbids. A cancelled one's connection is closed.
  base::Task<Response> exchange(Exchange exchange);

 private:
  class Core;

  std::unique_ptr<Core> core_;
};

}  // namespace pharos::outbound
