#include "platform/outbound/url.h"

#include <algorithm>
#include <charconv>

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::outbound {
namespace {

constexpr std::size_t kMostCharacters = 8000;

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, why);
}

/// What one parser skips and another stumbles over.
void check_characters(const std::string& text) {
  if (text.empty() || text.size() > kMostCharacters) {
    refuse(fmt::format("a URL has between 1 and {} characters", kMostCharacters));
  }
  const bool odd = std::ranges::any_of(text, [](unsigned char letter) {
    return letter <= ' ' || letter >= 0x7f || letter == '\\' || letter == '"' || letter == '<' ||
           letter == '>';
  });
  if (odd)
    refuse(
        "a URL has no spaces, control characters, quotes, backslashes or letters beyond ASCII: encode them");
}

/// `https:/host`, `https:///host` and `https://%68ost` mean one thing to some and another to others.
void check_authority(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool has_scheme = colon < text.find_first_of("/?#");
  const std::string_view rest = has_scheme ? text.substr(colon + 1) : text;
  if ((has_scheme && !rest.starts_with("//")) || rest.starts_with("///")) {
    refuse("a URL has two slashes before its host: https://host/path");
  }
  if (!rest.starts_with("//")) return;
  const std::string_view authority = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
  if (authority.contains('%')) refuse("a URL's host is written plainly, without %");
}

void set(void* handle, CURLUPart part, const char* text) {
  const CURLUcode failure = curl_url_set(static_cast<CURLU*>(handle), part, text, CURLU_DISALLOW_USER);
  if (failure == CURLUE_USER_NOT_ALLOWED) refuse("a URL may not have a user name or password in it");
  if (failure != CURLUE_OK) {
    refuse(fmt::format("this is no URL that can be called: {}; write https://host/path",
                       curl_url_strerror(failure)));
  }
}

std::string get(void* handle, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(static_cast<CURLU*>(handle), part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::shared_ptr<void> owned(CURLU* handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return {handle, [](void* each) { curl_url_cleanup(static_cast<CURLU*>(each)); }};
}

bool is_host(std::string_view host) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-_:";
  return !host.empty() && host.size() <= 253 && host.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

Url Url::parse(const std::string& text) {
  check_characters(text);
  if (!text.starts_with("https://") && !text.starts_with("http://")) {
    refuse("a URL that can be called begins with https:// or http://");
  }
  check_authority(text);
  Url url;
  url.handle_ = owned(curl_url());
  set(url.handle(), CURLUPART_URL, text.c_str());
  url.read();
  return url;
}

Url Url::resolve(const std::string& reference) const {
  check_characters(reference);
  check_authority(reference);
  Url url;
  url.handle_ = owned(curl_url_dup(static_cast<CURLU*>(handle())));
  set(url.handle(), CURLUPART_URL, reference.c_str());
  url.read();
  return url;
}

void Url::read() {
  scheme_ = get(handle(), CURLUPART_SCHEME);
  if (scheme_ != "http" && scheme_ != "https") {
    refuse(fmt::format("Pharos calls https and http, not '{}'", scheme_));
  }
  host_ = get(handle(), CURLUPART_HOST);
  std::ranges::transform(host_, host_.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  if (host_.starts_with('[') && host_.ends_with(']')) host_ = host_.substr(1, host_.size() - 2);
  if (!is_host(host_) || !get(handle(), CURLUPART_ZONEID).empty()) {
    refuse("the URL's host is no name or address");
  }
  set(handle(), CURLUPART_FRAGMENT, nullptr);
  const std::string port = get(handle(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), port_);
  if (port_ == 0) refuse("the URL's port is none: ports are 1 to 65535");
  text_ = get(handle(), CURLUPART_URL);
}

std::string Url::origin() const {
  const bool is_v6 = host_.contains(':');
  return fmt::format("{}://{}{}{}:{}", scheme_, is_v6 ? "[" : "", host_, is_v6 ? "]" : "", port_);
}

}  // namespace pharos::outbound
