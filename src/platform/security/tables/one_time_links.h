// Secrets that are good for once, sent to an e-mail address or printed on a console. Kept as sums.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

inline constexpr std::string_view kResetPassword = "reset_password";
inline constexpr std::string_view kVerifyEmail = "verify_email";
inline constexpr std::string_view kFirstAdmin = "first_admin";

/// Makes one, and every earlier one for the same purpose and user void. `user_id` may be empty. Gives the
/// token.
std::string make_one_time_link(storage::Session& session, std::string_view purpose,
                               const std::string& user_id, storage::Moment now, storage::Moment good_for);
/// For whom it was made, once; nothing when it is unknown, used, or too old.
std::optional<std::string> use_one_time_link(storage::Session& session, std::string_view purpose,
                                             const std::string& token, storage::Moment now);
void forget_one_time_links(storage::Session& session, storage::Moment now);

}  // namespace pharos::security
