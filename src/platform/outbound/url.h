// Where a request goes, parsed once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pharos::outbound {

/// An http or https URL. Parsed by the library that connects, and handed to it as parsed: there are no two
/// opinions on which host a URL names. A value; copies share what was parsed.
class Url {
 public:
  /// Throws base::Error (kInvalidInput) for what is none, for other schemes, and for one with a name or
  /// password in it, which end up in logs.
  static Url parse(const std::string& text);
  /// What a Location header of this one's answer means. Throws as parse() does.
  Url resolve(const std::string& reference) const;

  const std::string& scheme() const { return scheme_; }
  /// In lower case, an IPv6 address without brackets.
  const std::string& host() const { return host_; }
  std::uint16_t port() const { return port_; }
  bool is_https() const { return scheme_ == "https"; }
  /// Scheme, host and port: `https://example.org:443`.
  std::string origin() const;
  /// In full, with neither name nor fragment.
  const std::string& text() const { return text_; }
  /// The parsed form: a CURLU.
  void* handle() const { return handle_.get(); }

 private:
  Url() = default;
  void read();

  std::shared_ptr<void> handle_;
  std::string scheme_;
  std::string host_;
  std::uint16_t port_ = 0;
  std::string text_;
};

}  // namespace pharos::outbound
