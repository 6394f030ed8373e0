// Who shows a token or a key.
#include <chrono>
#include <utility>

#include "core/base/error.h"
#include "platform/security/accounts.h"
#include "platform/security/api_key.h"
#include "platform/security/crypto.h"
#include "platform/security/tables/api_keys.h"
#include "platform/storage/time.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Scope;
using storage::Session;

/// Keys are used far more often than anybody wants to know when.
constexpr storage::Moment kUseIsNotedEvery = storage::micros(std::chrono::hours(1));

[[noreturn]] void throw_ended() {
  throw Error(Code::kUnauthenticated, "you are not signed in any more; sign in again");
}
[[noreturn]] void throw_no_key() {
  throw Error(Code::kUnauthenticated, "this key is unknown, was revoked or has expired; make a new one");
}

/// What somebody has shown: a token's claims or a key.
struct Shown {
  std::shared_ptr<const Claims> claims;
  std::optional<ApiKey> key;

  const std::string& id() const { return key ? key->id : claims->session_id; }
  /// True when `identity` is the one that this was made for.
  bool belongs_to(const Identity& identity, storage::Moment now) const {
    if (now >= identity.expires_at) return false;
    if (key) return same_secret(key->secret_hash, identity.secret_hash);
    return identity.session_version == claims->session_version && identity.caller.user_id == claims->user_id;
  }
};

Shown look_at(std::string_view bearer, const AccessTokens& tokens) {
  if (!is_api_key(bearer)) return {.claims = tokens.verify(bearer), .key = std::nullopt};
  std::optional<ApiKey> key = read_api_key(bearer);
  if (!key) throw_no_key();
  return {.claims = nullptr, .key = std::move(key)};
}

}  // namespace

std::optional<Caller> Accounts::identify_now(std::string_view bearer) {
  const Shown shown = look_at(bearer, parts_.tokens);
  const std::shared_ptr<const Identity> identity = identities_.find(shown.id());
  const bool is_same = identity && shown.belongs_to(*identity, now());
  return is_same ? std::optional(identity->caller) : std::nullopt;
}

base::Task<Caller> Accounts::identify(std::string_view bearer) {
  if (std::optional<Caller> known = identify_now(bearer)) co_return *std::move(known);
  const Shown shown = look_at(bearer, parts_.tokens);
  const std::shared_ptr<const Identity> identity =
      shown.key ? co_await ask_key_identity(shown.id()) : co_await ask_identity(shown.id());
  const bool is_same = identity && shown.belongs_to(*identity, now());
  if (!is_same && shown.key) throw_no_key();
  if (!is_same) throw_ended();
  co_return identity->caller;
}

base::Task<std::shared_ptr<const Identity>> Accounts::ask_identity(std::string session_id) {
  const base::SteadyTime asked_at = parts_.clock.now();
  const auto find = [session_id](Session& session) { return identity_of_session(session, session_id); };
  std::optional<Identity> found = co_await parts_.database.read(Scope::system(), find);
  if (!found) co_return nullptr;
  auto identity = std::make_shared<const Identity>(*std::move(found));
  identities_.put(session_id, identity, asked_at);
  co_return identity;
}

base::Task<std::shared_ptr<const Identity>> Accounts::ask_key_identity(std::string key_id) {
  const base::SteadyTime asked_at = parts_.clock.now();
  const storage::Moment at = now();
  const auto find = [key_id, at](Session& session) { return identity_of_key(session, key_id, at); };
  std::optional<KeyIdentity> found = co_await parts_.database.read(Scope::system(), find);
  if (!found) co_return nullptr;
  if (at - found->last_used_at >= kUseIsNotedEvery) {
    const auto note = [key_id, at](Session& session) { note_api_key_use(session, key_id, at); };
    co_await parts_.database.write(Scope::system(), note, {.isolation = storage::Isolation::kCommitted});
  }
  auto identity = std::make_shared<const Identity>(std::move(found->identity));
  identities_.put(key_id, identity, asked_at);
  co_return identity;
}

}  // namespace pharos::security
