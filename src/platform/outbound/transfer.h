// One exchange while libcurl does it.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "platform/outbound/arrival.h"
#include "platform/outbound/engine.h"

namespace pharos::outbound {

/// Used on the engine's thread only, from begin() on.
class Transfer {
 public:
  /// All must outlive it.
  Transfer(Exchange exchange, const Guard& guard, const EngineSettings& settings);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return curl_; }
  /// Tells whoever waits what has come of it.
  void end(CURLcode result);
  void give_up(const std::string& why);

  const std::shared_ptr<Arrival<Response>>& arrival() const { return arrival_; }

 private:
  template <class Value>
  void set(CURLoption option, Value value) const {
    curl_easy_setopt(curl_, option, value);  // NOLINT(cppcoreguidelines-pro-type-vararg): libcurl's interface
  }
  void set_limits() const;
  void set_place();
  void set_message();
  void set_callbacks();
  [[noreturn]] void fail(CURLcode result) const;

  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* place);
  static int before_sending(void* self, char* peer, char* local, int peer_port, int local_port);

  Exchange exchange_;
  const Guard& guard_;
  const EngineSettings& settings_;
  CURL* curl_;
  curl_slist* headers_ = nullptr;
  curl_slist* place_ = nullptr;
  Response response_;
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
  bool is_forbidden_ = false;
  int sent_ = 0;                      ///< how often the request was
  char error_[CURL_ERROR_SIZE] = {};  // NOLINT(modernize-avoid-c-arrays): libcurl writes into it
  std::shared_ptr<Arrival<Response>> arrival_ = std::make_shared<Arrival<Response>>();
};

}  // namespace pharos::outbound
