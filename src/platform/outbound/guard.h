// Which places may be called: pure, asked before every connection and again when it is made.
#pragma once

#include <vector>

#include <boost/asio/ip/address.hpp>

#include "platform/outbound/networks.h"
#include "platform/outbound/url.h"

namespace pharos::outbound {

struct GuardSettings {
  bool plain_http = false;         ///< http as well as https
  Networks private_networks = {};  ///< these too may be called, by http and on any port
};

/// Users say what is called; the guard sees to it that this is on the internet and not in our own house.
/// Thread-safe.
class Guard {
 public:
  explicit Guard(GuardSettings settings = {}) : settings_(std::move(settings)) {}

  /// Throws base::Error (kForbidden) unless each of the addresses that the URL's host has may be called in
  /// that way. One that may not be is enough: whoever owns the name decides which of them comes first.
  void check(const Url& url, const std::vector<boost::asio::ip::address>& addresses) const;
  /// Whether a connection may be made to it.
  bool allows(const boost::asio::ip::address& address) const;

 private:
  void check_manner(const Url& url) const;

  GuardSettings settings_;
};

}  // namespace pharos::outbound
