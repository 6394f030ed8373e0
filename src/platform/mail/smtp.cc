#include "platform/mail/smtp.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::mail {
namespace {

using base::Code;
using base::Error;

constexpr long kWillNeverBeTaken = 500;  // and above: RFC 5321, 4.2.1

/// What is left of the message while it is sent.
std::size_t give(char* to, std::size_t size, std::size_t count, void* rest) {
  auto& text = *static_cast<std::string_view*>(rest);
  const std::size_t bytes = std::min(text.size(), size * count);
  std::memcpy(to, text.data(), bytes);
  text.remove_prefix(bytes);
  return bytes;
}

long milliseconds(base::Duration time) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

/// One conversation with a mail server.
class Conversation {
 public:
  Conversation() : curl_(curl_easy_init()) {
    if (curl_ == nullptr) throw std::bad_alloc();
  }
  ~Conversation() {
    curl_easy_cleanup(curl_);
    curl_slist_free_all(receivers_);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void prepare(const SmtpSettings& settings) const {
    const bool is_tls = settings.security == Security::kTls;
    const std::string url =
        fmt::format("{}://{}:{}", is_tls ? "smtps" : "smtp", settings.host, settings.port);
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(settings.connect));
    set(CURLOPT_TIMEOUT_MS, milliseconds(settings.total));
    set(CURLOPT_USE_SSL,
        static_cast<long>(settings.security == Security::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!settings.authorities.empty()) set(CURLOPT_CAINFO, settings.authorities.c_str());
    if (settings.user.empty()) return;
    set(CURLOPT_USERNAME, settings.user.c_str());
    set(CURLOPT_PASSWORD, settings.password.c_str());
  }
  /// Gives the server's last reply with what libcurl says of it.
  std::pair<CURLcode, long> send(const std::string& from, const std::string& to, std::string_view message) {
    receivers_ = curl_slist_append(receivers_, fmt::format("<{}>", to).c_str());
    const std::string sender = fmt::format("<{}>", from);
    set(CURLOPT_MAIL_FROM, sender.c_str());
    set(CURLOPT_MAIL_RCPT, receivers_);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &give);
    set(CURLOPT_READDATA, static_cast<void*>(&message));
    const CURLcode result = curl_easy_perform(curl_);
    long reply = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &reply);
    return {result, reply};
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) const {
    curl_easy_setopt(curl_, option, value);  // NOLINT(cppcoreguidelines-pro-type-vararg): libcurl's interface
  }

  CURL* curl_;
  curl_slist* receivers_ = nullptr;
};

}  // namespace

void SmtpSettings::check() const {
  check_address(from);
  const bool is_host = !host.empty() && std::ranges::all_of(host, [](char letter) {
    constexpr std::string_view kOthers = ".-:[]";
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || kOthers.contains(letter);
  });
  if (!is_host) throw Error(Code::kInvalidInput, "the mail server is a name or an address, without a port");
  if (security == Security::kNone && !user.empty()) {
    throw Error(Code::kInvalidInput,
                "a mail server's password does not go over an open line: choose starttls or tls");
  }
}

Smtp::Smtp(SmtpSettings settings, base::Pool& pool) : settings_(std::move(settings)), pool_(pool) {
  settings_.check();
}

base::Task<void> Smtp::send(Mail mail, std::string id, base::WallTime at) {
  std::string message = message_of(mail, {.from = settings_.from, .id = std::move(id), .at = at});
  auto work = [this, mail = std::move(mail), message = std::move(message)] { send_now(mail, message); };
  co_await base::run_on(pool_, std::move(work));
}

void Smtp::send_now(const Mail& mail, const std::string& message) const {
  Conversation conversation;
  conversation.prepare(settings_);
  const auto [result, reply] = conversation.send(settings_.from, mail.to, message);
  if (result == CURLE_OK) return;
  const std::string server = fmt::format("the mail server {}:{}", settings_.host, settings_.port);
  if (result == CURLE_OPERATION_TIMEDOUT) {
    throw Error(Code::kTimeout, fmt::format("{} does not answer in time", server));
  }
  const bool is_about_us = result == CURLE_LOGIN_DENIED || result == CURLE_USE_SSL_FAILED;
  if (reply >= kWillNeverBeTaken && !is_about_us) {
    throw Error(Code::kInvalidInput, fmt::format("{} refuses this mail for good ({})", server, reply));
  }
  throw Error(Code::kUnavailable,
              fmt::format("{} does not take the mail: {} ({})", server, curl_easy_strerror(result), reply));
}

}  // namespace pharos::mail
