#include "platform/outbound/guard.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/outbound/address_class.h"

namespace pharos::outbound {
namespace {

using boost::asio::ip::address;

[[noreturn]] void forbid(const std::string& why) {
  throw base::Error(base::Code::kForbidden, why);
}

}  // namespace

bool Guard::allows(const address& where) const {
  return settings_.private_networks.contain(where) || classify(where) == AddressClass::kPublic;
}

void Guard::check_manner(const Url& url) const {
  if (!url.is_https() && !settings_.plain_http) {
    forbid(fmt::format("'{}' may be called by https only, not by http", url.host()));
  }
  if (url.port() != 443 && url.port() != 80) {
    forbid(fmt::format("'{}' may be called on ports 443 and 80 only, not on {}", url.host(), url.port()));
  }
}

void Guard::check(const Url& url, const std::vector<address>& addresses) const {
  for (const address& each : addresses) {
    if (!allows(each)) {
      forbid(
          fmt::format("'{}' has {} address, and only public ones may be called; whoever runs this server can "
                      "allow its network",
                      url.host(), class_name(classify(each))));
    }
  }
  const bool is_ours = std::ranges::all_of(
      addresses, [this](const address& each) { return settings_.private_networks.contain(each); });
  if (!is_ours) check_manner(url);
}

}  // namespace pharos::outbound
