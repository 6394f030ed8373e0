// Who people are at providers of identities, as rows.
#pragma once

#include <optional>
#include <string>

#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// Whose it is, and that it was used now; nothing when nobody has it.
std::optional<std::string> use_external_identity(storage::Session& session, const std::string& issuer,
                                                 const std::string& subject, storage::Moment now);
/// False when somebody has it, by now.
bool add_external_identity(storage::Session& session, const std::string& issuer, const std::string& subject,
                           const std::string& user_id, storage::Moment now);

}  // namespace pharos::security
