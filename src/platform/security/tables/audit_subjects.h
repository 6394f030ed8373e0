// What the audit log says of people, sealed so that it can be forgotten.
#pragma once

#include <optional>
#include <string>

#include "platform/storage/session.h"

namespace pharos::security {

/// Seals a text with the person's key, which is made when there is none.
std::string seal_for_subject(storage::Session& session, const std::string& user_id, const std::string& text);

/// Nothing when the key is gone: the person was erased.
std::optional<std::string> open_for_subject(storage::Session& session, const std::string& sealed);

}  // namespace pharos::security
