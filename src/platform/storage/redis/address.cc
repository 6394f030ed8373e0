#include "platform/storage/redis/address.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage::redis {
namespace {

constexpr std::string_view kTcp = "redis://";
constexpr std::string_view kSocket = "unix:";

[[noreturn]] void throw_no_address() {
  throw base::Error(base::Code::kInvalidInput,
                    "this is no address of a Redis: write redis://[user:password@]host[:port][/database] or "
                    "unix:[user:password@]PATH");
}

/// `%40` is `@`.
std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (failure != std::errc() || end != digits.data() + 2) throw_no_address();
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

void check_number(std::string_view text) {
  const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
  if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) throw_no_address();
}

/// Takes what stands before the last `mark` off `rest`; empty when there is none.
std::string_view take_before(std::string_view& rest, char mark) {
  const std::size_t place = rest.rfind(mark);
  if (place == std::string_view::npos) return {};
  const std::string_view before = rest.substr(0, place);
  rest.remove_prefix(place + 1);
  return before;
}

void read_place(std::string_view place, Address& address) {
  if (const std::size_t slash = place.find('/'); slash != std::string_view::npos) {
    address.database = place.substr(slash + 1);
    if (!address.database.empty()) check_number(address.database);
    place = place.substr(0, slash);
  }
  const std::size_t colon = place.rfind(':');
  const bool has_port = colon != std::string_view::npos && place.find(']', colon) == std::string_view::npos;
  if (has_port) {
    address.port = place.substr(colon + 1);
    check_number(address.port);
    place = place.substr(0, colon);
  }
  if (place.starts_with('[') && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  address.host = place;
  if (address.host.empty()) throw_no_address();
}

}  // namespace

Address parse_address(std::string_view url) {
  const bool is_socket = url.starts_with(kSocket);
  if (!is_socket && !url.starts_with(kTcp)) throw_no_address();
  Address address;
  std::string_view rest = url.substr(is_socket ? kSocket.size() : kTcp.size());
  if (const std::string_view who = take_before(rest, '@'); !who.empty()) {
    const std::size_t colon = who.find(':');
    if (colon == std::string_view::npos) throw_no_address();
    address.user = decode(who.substr(0, colon));
    address.password = decode(who.substr(colon + 1));
  }
  if (rest.empty()) throw_no_address();
  if (is_socket) {
    address.path = rest;
  } else {
    read_place(rest, address);
  }
  return address;
}

std::string Address::describe() const {
  return path.empty() ? fmt::format("{}:{}", host, port) : path;
}

std::vector<std::vector<std::string>> Address::greetings() const {
  std::vector<std::vector<std::string>> commands;
  if (!password.empty() && user.empty()) commands.push_back({"AUTH", password});
  if (!password.empty() && !user.empty()) commands.push_back({"AUTH", user, password});
  if (!database.empty()) commands.push_back({"SELECT", database});
  return commands;
}

}  // namespace pharos::storage::redis
