// A chain of sums over what happened: whoever changes, removes or inserts an entry breaks it.
#pragma once

#include <initializer_list>
#include <string_view>

#include "platform/security/crypto.h"

namespace pharos::security {

/// What a chain starts from: no two teams' chains are the same.
Digest first_link(std::string_view team_id);

/// SHA-256 over a domain, the link before and the fields, each with its length in front, so that nothing can
/// be moved from one field into the next.
Digest next_link(const Digest& previous, std::initializer_list<std::string_view> fields);

}  // namespace pharos::security
