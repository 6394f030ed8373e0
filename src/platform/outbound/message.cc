#include "platform/outbound/message.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::outbound {
namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lower, lower);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char letter) {
    const char small = lower(letter);
    return (small >= 'a' && small <= 'z') || (letter >= '0' && letter <= '9') || kOthers.contains(letter);
  });
}

bool is_value(std::string_view text) {
  return std::ranges::none_of(
      text, [](unsigned char letter) { return (letter < ' ' && letter != '\t') || letter == 0x7f; });
}

constexpr std::array<std::string_view, 8> kConnections{
    "host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer"};

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& each) { return same(each.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kSuch{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"};
  return std::ranges::find(kSuch, method) != kSuch.end();
}

void check_message(const Request& request) {
  if (!is_token(request.method) || request.method.size() > 20) {
    throw base::Error(base::Code::kInvalidInput, "a request's method is a word such as GET or POST");
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_value(value)) {
      throw base::Error(base::Code::kInvalidInput,
                        "a header's name is a word, and its value one line without control characters");
    }
    const bool is_connections =
        std::ranges::any_of(kConnections, [&](std::string_view each) { return same(each, name); });
    if (is_connections) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("the header '{}' is set by whoever connects: leave it out", name));
    }
  }
}

}  // namespace pharos::outbound
