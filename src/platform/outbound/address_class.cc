#include "platform/outbound/address_class.h"

#include <array>
#include <cstdint>

namespace pharos::outbound {
namespace {

namespace ip = boost::asio::ip;

struct Block4 {
  std::uint32_t network;
  int bits;
  AddressClass kind;
};

constexpr std::uint32_t dotted(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}

constexpr std::array kBlocks4{
    Block4{dotted(0, 0, 0, 0), 8, AddressClass::kUnspecified},
    Block4{dotted(10, 0, 0, 0), 8, AddressClass::kPrivate},
    Block4{dotted(100, 64, 0, 0), 10, AddressClass::kShared},
    Block4{dotted(127, 0, 0, 0), 8, AddressClass::kLoopback},
    Block4{dotted(169, 254, 0, 0), 16, AddressClass::kLinkLocal},
    Block4{dotted(172, 16, 0, 0), 12, AddressClass::kPrivate},
    Block4{dotted(192, 0, 0, 0), 24, AddressClass::kReserved},
    Block4{dotted(192, 0, 2, 0), 24, AddressClass::kDocumentation},
    Block4{dotted(192, 88, 99, 0), 24, AddressClass::kReserved},
    Block4{dotted(192, 168, 0, 0), 16, AddressClass::kPrivate},
    Block4{dotted(198, 18, 0, 0), 15, AddressClass::kReserved},
    Block4{dotted(198, 51, 100, 0), 24, AddressClass::kDocumentation},
    Block4{dotted(203, 0, 113, 0), 24, AddressClass::kDocumentation},
    Block4{dotted(224, 0, 0, 0), 4, AddressClass::kMulticast},
    Block4{dotted(240, 0, 0, 0), 4, AddressClass::kReserved},
};

AddressClass classify4(std::uint32_t address) {
  for (const Block4& block : kBlocks4) {
    if (((address ^ block.network) >> static_cast<unsigned>(32 - block.bits)) == 0) return block.kind;
  }
  return AddressClass::kPublic;
}

using Bytes = ip::address_v6::bytes_type;

std::uint32_t four_at(const Bytes& bytes, std::size_t place) {
  return dotted(bytes.at(place), bytes.at(place + 1), bytes.at(place + 2), bytes.at(place + 3));
}

struct Block6 {
  std::array<std::uint8_t, 12> network;
  int bits;
  AddressClass kind;
};

constexpr std::array kBlocks6{
    Block6{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, AddressClass::kPrivate},
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32, AddressClass::kDocumentation},
    Block6{{0x3f, 0xff}, 20, AddressClass::kDocumentation},
    Block6{{0x20, 0x01}, 23, AddressClass::kReserved},
    Block6{{0xfc}, 7, AddressClass::kPrivate},
    Block6{{0xfe, 0x80}, 10, AddressClass::kLinkLocal},
    Block6{{0xfe, 0xc0}, 10, AddressClass::kPrivate},
    Block6{{0xff}, 8, AddressClass::kMulticast},
};

/// `bits` is at most 96.
bool begins_with(const Bytes& bytes, const std::array<std::uint8_t, 12>& network, int bits) {
  for (std::size_t place = 0; bits > 0; ++place, bits -= 8) {
    const unsigned kept = bits >= 8 ? 0xffU : 0xff00U >> static_cast<unsigned>(bits) & 0xffU;
    if (((bytes.at(place) ^ network.at(place)) & kept) != 0) return false;
  }
  return true;
}

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> kNat64{0x00, 0x64, 0xff, 0x9b};
constexpr std::array<std::uint8_t, 12> kTeredo{0x20, 0x01, 0x00, 0x00};
constexpr std::array<std::uint8_t, 12> kSixToFour{0x20, 0x02};
/// All that has been given to anybody.
constexpr std::array<std::uint8_t, 12> kGlobal{0x20};

/// Through a Teredo server to somebody behind it, whose address is written with all bits turned.
AddressClass classify_teredo(const Bytes& bytes) {
  const AddressClass server = classify4(four_at(bytes, 4));
  return server == AddressClass::kPublic ? classify4(~four_at(bytes, 12)) : server;
}

AddressClass classify6(const ip::address_v6& address) {
  const Bytes bytes = address.to_bytes();
  if (address.is_unspecified()) return AddressClass::kUnspecified;
  if (address.is_loopback()) return AddressClass::kLoopback;
  if (begins_with(bytes, kMapped, 96) || begins_with(bytes, kNat64, 96)) return classify4(four_at(bytes, 12));
  if (begins_with(bytes, kSixToFour, 16)) return classify4(four_at(bytes, 2));
  if (begins_with(bytes, kTeredo, 32)) return classify_teredo(bytes);
  for (const Block6& block : kBlocks6) {
    if (begins_with(bytes, block.network, block.bits)) return block.kind;
  }
  return begins_with(bytes, kGlobal, 3) ? AddressClass::kPublic : AddressClass::kReserved;
}

}  // namespace

AddressClass classify(const ip::address& address) {
  return address.is_v4() ? classify4(address.to_v4().to_uint()) : classify6(address.to_v6());
}

std::string_view class_name(AddressClass which) {
  switch (which) {
    case AddressClass::kPublic:
      return "a public";
    case AddressClass::kUnspecified:
      return "an unspecified";
    case AddressClass::kLoopback:
      return "a loopback";
    case AddressClass::kPrivate:
      return "a private";
    case AddressClass::kLinkLocal:
      return "a link-local";
    case AddressClass::kShared:
      return "a shared";
    case AddressClass::kDocumentation:
      return "a documentation";
    case AddressClass::kMulticast:
      return "a multicast";
    case AddressClass::kReserved:
      return "a reserved";
  }
  return "an unknown";
}

}  // namespace pharos::outbound
