// Networks as people write them: `10.0.0.0/8`.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace pharos::outbound {

/// A set of addresses. A mapped IPv4 address (::ffff:10.0.0.1) is that IPv4 address.
class Networks {
 public:
  Networks() = default;
  /// Each is a network or an address. Throws base::Error (kInvalidInput) that names the one that is neither.
  explicit Networks(const std::vector<std::string>& texts);

  bool contain(const boost::asio::ip::address& address) const;

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace pharos::outbound
