// Handing a mail to a mail server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/describe/enum.hpp>

#include "core/base/pool.h"
#include "core/base/task.h"
#include "platform/mail/mail.h"

namespace pharos::mail {

/// How the way to the mail server is closed to others.
enum class Security {
  kStarttls,  ///< begun openly, then TLS, or not at all
  kTls,       ///< TLS from the first byte
  kNone       ///< open: for a server on the same machine
};
BOOST_DESCRIBE_ENUM(Security, kStarttls, kTls, kNone)

struct SmtpSettings {
  std::string host;
  std::uint16_t port = 587;
  Security security = Security::kStarttls;
  std::string user;  ///< empty: it is not asked who sends
  std::string password;
  std::string from;
  base::Duration connect = std::chrono::seconds(5);
  base::Duration total = std::chrono::seconds(15);  ///< less than a server takes to stop
  std::filesystem::path authorities = {};  ///< PEM file of who vouches for the server; empty: the machine's

  /// Throws base::Error (kInvalidInput) for what cannot be meant, such as a password that would go over an
  /// open line.
  void check() const;
};

/// Thread-safe. Whoever runs this server names the mail server: it may be anywhere.
class Smtp {
 public:
  /// The pool must outlive it: its threads wait for the mail server. Throws as SmtpSettings::check() does.
  Smtp(SmtpSettings settings, base::Pool& pool);

  /// `id` is the same for each attempt at one mail. Throws base::Error: kInvalidInput when it will never be
  /// taken, kUnavailable or kTimeout when trying again may help.
  base::Task<void> send(Mail mail, std::string id, base::WallTime at);

 private:
  void send_now(const Mail& mail, const std::string& message) const;

  SmtpSettings settings_;
  base::Pool& pool_;
};

}  // namespace pharos::mail
