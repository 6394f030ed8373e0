// Whether a browser's own page asks, or another's.
#pragma once

#include <string_view>

#include "platform/http/message.h"

namespace pharos::http {

/// True when the browser says that one of this server's own pages has sent it, or its user by hand:
/// `Sec-Fetch-Site`, which no page can set, or an `Origin` of the host that was asked or of `public_url` (may
/// be empty). False for what says neither: whoever sends cookies is a browser, and all of them say one.
bool is_from_own_page(const Request& request, std::string_view public_url);

}  // namespace pharos::http
