#include "platform/outbound/transfer.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::outbound {
namespace {

namespace ip = boost::asio::ip;
using base::Code;

constexpr long kLongestLifeOfConnection = 600;  // seconds: then its address is checked anew
constexpr long kAddressesKnown = 60;            // seconds; longer than any exchange

long milliseconds(base::Duration time) {
  return std::max(1L, static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lower;
}

/// The place is as large as its family needs.
ip::address address_of(int family, const void* place) {
  char text[INET6_ADDRSTRLEN] = {};  // NOLINT(modernize-avoid-c-arrays): inet_ntop writes into it
  if (family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, place, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else if (family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, place, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  boost::system::error_code failure;
  return ip::make_address(text, failure);  // 0.0.0.0, which nobody may call, for anything else
}

/// `host:443:192.0.2.1,192.0.2.2`, so that libcurl asks nobody; with + it is forgotten after a while.
std::string place_of(const Exchange& exchange) {
  std::string line = fmt::format("+{}:{}:", exchange.url.host(), exchange.url.port());
  for (std::size_t i = 0; i < exchange.addresses.size(); ++i) {
    const ip::address& each = exchange.addresses[i];
    line += fmt::format("{}{}{}{}", i == 0 ? "" : ",", each.is_v6() ? "[" : "", each.to_string(),
                        each.is_v6() ? "]" : "");
  }
  return line;
}

}  // namespace

Transfer::Transfer(Exchange exchange, const Guard& guard, const EngineSettings& settings)
    : exchange_(std::move(exchange)), guard_(guard), settings_(settings), curl_(curl_easy_init()) {
  if (curl_ == nullptr) throw std::bad_alloc();
  set_limits();
  set_place();
  set_message();
  set_callbacks();
}

Transfer::~Transfer() {
  curl_easy_cleanup(curl_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(place_);
}

void Transfer::set_limits() const {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(settings_.connect, exchange_.limit)));
  set(CURLOPT_TIMEOUT_MS, milliseconds(exchange_.limit));
  set(CURLOPT_MAXLIFETIME_CONN, kLongestLifeOfConnection);
  set(CURLOPT_FOLLOWLOCATION, 0L);
}

void Transfer::set_place() {
  set(CURLOPT_CURLU, static_cast<CURLU*>(exchange_.url.handle()));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_DNS_CACHE_TIMEOUT, kAddressesKnown);
  if (!settings_.authorities.empty()) set(CURLOPT_CAINFO, settings_.authorities.c_str());
  boost::system::error_code is_name;
  ip::make_address(exchange_.url.host(), is_name);
  if (!is_name) return;
  place_ = curl_slist_append(nullptr, place_of(exchange_).c_str());
  set(CURLOPT_RESOLVE, place_);
}

void Transfer::set_message() {
  const auto add = [this](const std::string& line) { headers_ = curl_slist_append(headers_, line.c_str()); };
  for (const auto& [name, value] : exchange_.headers) {
    add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  add("Expect:");  // nobody waits for leave to send a body
  if (!find_header(exchange_.headers, "content-type")) add("Content-Type:");
  if (!find_header(exchange_.headers, "user-agent")) set(CURLOPT_USERAGENT, "Pharos");
  set(CURLOPT_HTTPHEADER, headers_);
  set(CURLOPT_ACCEPT_ENCODING, "");  // all that are known
  if (exchange_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    return;
  }
  const bool has_body =
      !exchange_.body.empty() ||
      (exchange_.method != "GET" && exchange_.method != "DELETE" && exchange_.method != "OPTIONS");
  if (has_body) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange_.body.size()));
    set(CURLOPT_POSTFIELDS, exchange_.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, exchange_.method.c_str());
}

void Transfer::set_callbacks() {
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(error_));
  set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &Transfer::before_sending);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
}

std::size_t Transfer::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  if (transfer.response_.body.size() + bytes > transfer.settings_.most_body) {
    transfer.is_too_large_ = true;
    return 0;
  }
  transfer.response_.body.append(data, bytes);
  return bytes;
}

std::size_t Transfer::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > transfer.settings_.most_headers) {
    transfer.is_too_large_ = true;
    return 0;
  }
  Headers& headers = transfer.response_.headers;
  if (line.starts_with("HTTP/")) headers.clear();  // what came before was only on the way: 100, 103
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    headers.emplace_back(lower_case(line.substr(0, colon)), base::trim(line.substr(colon + 1)));
  }
  return line.size();
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* place) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.guard_.allows(address_of(place->family, &place->addr))) {
    transfer.is_forbidden_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(place->family, place->socktype | SOCK_CLOEXEC, place->protocol);
}

/// libcurl sends a request again by itself when a connection that was used before ends without an answer.
int Transfer::before_sending(void* self, char* peer, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  boost::system::error_code failure;
  const ip::address address = ip::make_address(peer, failure);
  transfer.is_forbidden_ = failure || !transfer.guard_.allows(address);
  const bool is_repeated = transfer.sent_++ > 0 && !transfer.exchange_.may_repeat;
  if (!transfer.is_forbidden_ && !is_repeated) return CURL_PREREQFUNC_OK;
  return CURL_PREREQFUNC_ABORT;
}

void Transfer::fail(CURLcode result) const {
  const std::string& host = exchange_.url.host();
  if (is_forbidden_) {
    throw base::Error(Code::kForbidden, fmt::format("'{}' leads to an address that may not be called", host));
  }
  if (is_too_large_) {
    throw base::Error(Code::kTooLarge,
                      fmt::format("'{}' answers with more than {} bytes", host, settings_.most_body));
  }
  if (result == CURLE_OPERATION_TIMEDOUT) {
    throw base::Error(Code::kTimeout, fmt::format("'{}' does not answer in time", host));
  }
  throw base::Error(Code::kUnavailable, fmt::format("'{}' cannot be reached: {}", host,
                                                    error_[0] == '\0' ? curl_easy_strerror(result) : error_));
}

void Transfer::end(CURLcode result) {
  try {
    if (result != CURLE_OK) fail(result);
    long status = 0;
    long connections = 0;
    long version = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl_, CURLINFO_NUM_CONNECTS, &connections);
    curl_easy_getinfo(curl_, CURLINFO_HTTP_VERSION, &version);
    response_.status = static_cast<int>(status);
    response_.on_new_connection = connections > 0;
    response_.is_http2 = version == CURL_HTTP_VERSION_2_0;
    response_.url = exchange_.url.text();
    arrival_->bring(std::move(response_));
  } catch (...) {
    arrival_->fail(std::current_exception());
  }
}

void Transfer::give_up(const std::string& why) {
  arrival_->fail(std::make_exception_ptr(base::Error(Code::kUnavailable, why)));
}

}  // namespace pharos::outbound
