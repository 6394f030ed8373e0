#include "platform/outbound/resolver.h"

#include <cstring>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include "core/base/error.h"
#include "platform/outbound/arrival.h"

namespace pharos::outbound {
namespace {

namespace ip = boost::asio::ip;
using Addresses = std::vector<ip::address>;

ip::address address_of(const sockaddr* place) {
  if (place->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, place, sizeof v4);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, place, sizeof v6);
  ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return ip::address_v6(bytes);
}

Addresses ask(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (failure != 0) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("nobody knows an address of '{}': {}", host, ::gai_strerror(failure)));
  }
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET || each->ai_family == AF_INET6) {
      addresses.push_back(address_of(each->ai_addr));
    }
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) {
    throw base::Error(base::Code::kUnavailable, fmt::format("'{}' has no address", host));
  }
  return addresses;
}

}  // namespace

base::Task<Addresses> SystemResolver::resolve(std::string host) {
  const auto arrival = std::make_shared<Arrival<Addresses>>();
  boost::asio::post(threads_.executor(), [arrival, host = std::move(host)] {
    try {
      arrival->bring(ask(host));
    } catch (...) {
      arrival->fail(std::current_exception());
    }
  });
  return Arrival<Addresses>::wait(arrival);
}

}  // namespace pharos::outbound
