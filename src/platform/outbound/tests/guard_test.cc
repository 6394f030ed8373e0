// Where users may not send us: every kind of address in every disguise.
#include "platform/outbound/guard.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/error.h"
#include "platform/outbound/address_class.h"

namespace pharos::outbound {
namespace {

namespace ip = boost::asio::ip;

ip::address at(const std::string& text) {
  return ip::make_address(text);
}

base::Code code_of(const Guard& guard, const std::string& url, const std::vector<std::string>& addresses) {
  std::vector<ip::address> where;
  for (const std::string& each : addresses) where.push_back(at(each));
  try {
    guard.check(Url::parse(url), where);
    return base::Code::kInternal;  // nothing was thrown
  } catch (const base::Error& error) {
    return error.code();
  }
}

constexpr auto kFine = base::Code::kInternal;
constexpr auto kForbidden = base::Code::kForbidden;

TEST(AddressClass, KnowsTheSpecialOnes) {
  EXPECT_EQ(classify(at("93.184.216.34")), AddressClass::kPublic);
  EXPECT_EQ(classify(at("2606:2800:220:1::1")), AddressClass::kPublic);
  EXPECT_EQ(classify(at("0.0.0.0")), AddressClass::kUnspecified);
  EXPECT_EQ(classify(at("::")), AddressClass::kUnspecified);
  EXPECT_EQ(classify(at("127.8.9.10")), AddressClass::kLoopback);
  EXPECT_EQ(classify(at("::1")), AddressClass::kLoopback);
  EXPECT_EQ(classify(at("172.31.255.255")), AddressClass::kPrivate);
  EXPECT_EQ(classify(at("172.32.0.0")), AddressClass::kPublic);
  EXPECT_EQ(classify(at("fd00:ec2::254")), AddressClass::kPrivate);
  EXPECT_EQ(classify(at("169.254.169.254")), AddressClass::kLinkLocal);
  EXPECT_EQ(classify(at("fe80::1")), AddressClass::kLinkLocal);
  EXPECT_EQ(classify(at("100.127.0.1")), AddressClass::kShared);
  EXPECT_EQ(classify(at("100.128.0.1")), AddressClass::kPublic);
  EXPECT_EQ(classify(at("203.0.113.7")), AddressClass::kDocumentation);
  EXPECT_EQ(classify(at("2001:db8::7")), AddressClass::kDocumentation);
  EXPECT_EQ(classify(at("3fff:0fff::")), AddressClass::kDocumentation);
  EXPECT_EQ(classify(at("239.1.1.1")), AddressClass::kMulticast);
  EXPECT_EQ(classify(at("ff02::1")), AddressClass::kMulticast);
  EXPECT_EQ(classify(at("255.255.255.255")), AddressClass::kReserved);
  EXPECT_EQ(classify(at("198.19.0.1")), AddressClass::kReserved);
  EXPECT_EQ(classify(at("64:ff9b:1::5db8:d822")), AddressClass::kPrivate);
  EXPECT_EQ(classify(at("100::1")), AddressClass::kReserved);
  EXPECT_EQ(classify(at("::7f00:1")), AddressClass::kReserved);
  EXPECT_EQ(classify(at("4000::1")), AddressClass::kReserved);
}

/// The four ways to write an IPv4 address as one of IPv6.
std::vector<ip::address> disguises(std::uint32_t v4) {
  const auto bytes = ip::address_v4(v4).to_bytes();
  ip::address_v6::bytes_type mapped{}, nat64{}, six_to_four{}, teredo{};
  mapped[10] = mapped[11] = 0xff;
  nat64 = {0x00, 0x64, 0xff, 0x9b};
  six_to_four = {0x20, 0x02};
  teredo = {0x20, 0x01, 0, 0, 8, 8, 8, 8};
  for (std::size_t i = 0; i < 4; ++i) {
    mapped[12 + i] = nat64[12 + i] = bytes[i];
    six_to_four[2 + i] = bytes[i];
    teredo[12 + i] = static_cast<std::uint8_t>(~bytes[i]);
  }
  return {ip::address_v6(mapped), ip::address_v6(nat64), ip::address_v6(six_to_four), ip::address_v6(teredo)};
}

RC_GTEST_PROP(AddressClass, DoesNotCareForDisguises, (std::uint32_t v4)) {
  for (const ip::address& each : disguises(v4)) {
    RC_ASSERT(classify(each) == classify(ip::address_v4(v4)));
  }
}

RC_GTEST_PROP(AddressClass, FindsEachAddressOfEachBlock, (std::uint32_t any)) {
  const std::vector<std::pair<std::string, AddressClass>> blocks{
      {"0.0.0.0/8", AddressClass::kUnspecified},    {"10.0.0.0/8", AddressClass::kPrivate},
      {"100.64.0.0/10", AddressClass::kShared},     {"127.0.0.0/8", AddressClass::kLoopback},
      {"169.254.0.0/16", AddressClass::kLinkLocal}, {"172.16.0.0/12", AddressClass::kPrivate},
      {"192.168.0.0/16", AddressClass::kPrivate},   {"224.0.0.0/4", AddressClass::kMulticast},
      {"240.0.0.0/4", AddressClass::kReserved},     {"192.0.2.0/24", AddressClass::kDocumentation}};
  for (const auto& [text, kind] : blocks) {
    const ip::network_v4 network = ip::make_network_v4(text);
    const std::uint32_t inside = network.network().to_uint() | (any & ~network.netmask().to_uint());
    RC_ASSERT(classify(ip::address_v4(inside)) == kind);
    RC_ASSERT(Networks({text}).contain(ip::address_v4(inside)));
  }
}

RC_GTEST_PROP(AddressClass, CallsNothingPublicOutsideOfWhatIsGivenOut,
              (std::uint64_t high, std::uint64_t low)) {
  ip::address_v6::bytes_type bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (8 * i));
  }
  if (classify(ip::address_v6(bytes)) == AddressClass::kPublic) RC_ASSERT((bytes[0] & 0xe0) == 0x20);
}

TEST(Guard, LetsTheInternetBeCalledByHttpsOnTheUsualPorts) {
  const Guard guard;
  EXPECT_EQ(code_of(guard, "https://example.org/a", {"93.184.216.34", "2606:2800:220:1::1"}), kFine);
  EXPECT_EQ(code_of(guard, "http://example.org/a", {"93.184.216.34"}), kForbidden);
  EXPECT_EQ(code_of(guard, "https://example.org:8443/a", {"93.184.216.34"}), kForbidden);
  EXPECT_EQ(code_of(Guard({.plain_http = true}), "http://example.org/a", {"93.184.216.34"}), kFine);
}

TEST(Guard, RefusesANameOfWhichOneAddressIsNotPublic) {
  const Guard guard;
  EXPECT_EQ(code_of(guard, "https://example.org/", {"93.184.216.34", "10.0.0.1"}), kForbidden);
  EXPECT_EQ(code_of(guard, "https://example.org/", {"::ffff:127.0.0.1"}), kForbidden);
}

TEST(Guard, LetsNamedNetworksBeCalledAnyhow) {
  const Guard guard({.private_networks = Networks({"127.0.0.0/8", "fd12::/16"})});
  EXPECT_EQ(code_of(guard, "http://here:8000/", {"127.0.0.1"}), kFine);
  EXPECT_EQ(code_of(guard, "http://here:8000/", {"::ffff:127.0.0.1"}), kFine);
  EXPECT_EQ(code_of(guard, "http://here:8000/", {"fd12::1"}), kFine);
  EXPECT_EQ(code_of(guard, "http://here:8000/", {"fd13::1"}), kForbidden);
  EXPECT_EQ(code_of(guard, "http://here:8000/", {"127.0.0.1", "10.0.0.1"}), kForbidden);
  EXPECT_EQ(code_of(guard, "http://here:8000/", {"127.0.0.1", "93.184.216.34"}), kForbidden);
}

TEST(Networks, AreRefusedWithTheOneThatIsNone) {
  EXPECT_TRUE(Networks({"10.1.2.3"}).contain(at("10.1.2.3")));
  EXPECT_FALSE(Networks({"::1"}).contain(at("::2")));
  for (const char* text : {"10.0.0.0/33", "ten", "", "::/129"}) {
    EXPECT_THROW(Networks({text}), base::Error) << text;
  }
}

}  // namespace
}  // namespace pharos::outbound
