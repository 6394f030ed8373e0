#include "platform/outbound/networks.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::outbound {
namespace {

namespace ip = boost::asio::ip;

bool holds(const ip::network_v6& network, const ip::address_v6& address) {
  return ip::network_v6(address, network.prefix_length()).canonical() == network;
}

bool holds(const ip::network_v4& network, const ip::address_v4& address) {
  return ip::network_v4(address, network.prefix_length()).canonical() == network;
}

}  // namespace

Networks::Networks(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const bool is_v6 = text.contains(':');
    const bool has_prefix = text.contains('/');
    boost::system::error_code failure;
    if (is_v6) {
      const auto network = ip::make_network_v6(has_prefix ? text : text + "/128", failure);
      if (!failure) v6_.push_back(network.canonical());
    } else {
      const auto network = ip::make_network_v4(has_prefix ? text : text + "/32", failure);
      if (!failure) v4_.push_back(network.canonical());
    }
    if (failure) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("'{}' is no network: write one such as 10.0.0.0/8 or fd00::/8", text));
    }
  }
}

bool Networks::contain(const ip::address& address) const {
  if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
    return std::ranges::any_of(v6_, [&](const auto& each) { return holds(each, address.to_v6()); });
  }
  const ip::address_v4 v4 =
      address.is_v4() ? address.to_v4() : ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return std::ranges::any_of(v4_, [&](const auto& each) { return holds(each, v4); });
}

}  // namespace pharos::outbound
