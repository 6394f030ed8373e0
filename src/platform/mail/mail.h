// A mail, and the bytes that it is sent as.
#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace pharos::mail {

struct Mail {
  std::string to;       ///< `ada@example.org`
  std::string subject;  ///< one line of UTF-8
  std::string text;     ///< UTF-8
};

/// Where it comes from and when, which not the writer says.
struct Postmark {
  std::string from;
  std::string id;  ///< of this mail alone, so that a second copy is known for one
  base::WallTime at;
};

/// As RFC 5322 has it: headers and a text in base64, lines ending with CR LF. Throws base::Error
/// (kInvalidInput) for what would be more headers, or another receiver, than it seems.
std::string message_of(const Mail& mail, const Postmark& postmark);

/// Throws base::Error (kInvalidInput) unless it is one plain address.
void check_address(std::string_view address);

}  // namespace pharos::mail
