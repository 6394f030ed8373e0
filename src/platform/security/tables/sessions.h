// Logins and the refresh tokens that come of them, as rows.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/security/caller.h"
#include "platform/storage/session.h"
#include "platform/storage/time.h"

namespace pharos::security {

/// How long logins last.
struct SessionSettings {
  std::chrono::hours idle{24 * 14};            ///< without a refresh
  std::chrono::hours absolute{24 * 30};        ///< whatever happens
  std::chrono::seconds reuse_is_forgiven{10};  ///< of a refresh token whose answer may have been lost
};

struct SessionRow {
  std::string id;
  std::string user_id;
  std::string team_id;  ///< that it acts for
  storage::Moment created_at = 0;
  storage::Moment last_used_at = 0;
  storage::Moment expires_at = 0;
  std::string address;
  std::string user_agent;
};

/// Adds a login; gives its first refresh token.
std::string add_session(storage::Session& session, const SessionRow& row, const SessionSettings& settings);
/// What has not ended, the one used last first.
std::vector<SessionRow> live_sessions(storage::Session& session, const std::string& user_id,
                                      storage::Moment now);
/// False when the user has no such session that has not ended.
bool end_session(storage::Session& session, const std::string& user_id, const std::string& id,
                 storage::Moment now);
void end_all_sessions(storage::Session& session, const std::string& user_id, storage::Moment now);
/// False when there is no such session that has not ended.
bool set_session_team(storage::Session& session, const std::string& id, const std::string& team_id);
/// Removes what ended or expired before `before`; gives how many.
std::int64_t forget_sessions(storage::Session& session, storage::Moment before);

/// What became of a refresh token that was shown.
struct Exchange {
  enum class Kind {
    kExchanged,  ///< for `token`, once
    kRepeated,   ///< for the same `token` as a moment ago
    kRefused,    ///< unknown, expired, or of a login that has ended
    kReused,     ///< it was exchanged before: somebody has stolen it; the login was ended
  };
  Kind kind = Kind::kRefused;
  std::string token;
  std::string session_id;
  std::string user_id;
};
Exchange exchange_refresh_token(storage::Session& session, const std::string& token, storage::Moment now,
                                const SessionSettings& settings);

/// Who a login is, as it is now.
struct Identity {
  Caller caller;
  std::int64_t session_version = 0;
  storage::Moment expires_at = 0;
  std::string secret_hash;  ///< of a key
};
/// Nothing when the login has ended, its user is disabled, or has left its team.
std::optional<Identity> identity_of_session(storage::Session& session, const std::string& id);

}  // namespace pharos::security
