// Signing in as whom a provider of identities has recognised.
#include <utility>

#include <boost/json/object.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "platform/security/accounts.h"
#include "platform/security/tables/external_identities.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Isolation;
using storage::Moment;
using storage::Scope;
using storage::Session;

/// Whose account it is, or why nobody's.
struct Recognised {
  enum class Refusal {
    kNone,
    kNoAddress,  ///< that is surely theirs
    kUncertain,  ///< whose account it is that has the address
  };
  std::optional<UserRow> user = {};
  Refusal refusal = Refusal::kNone;
};

[[noreturn]] void throw_refused(Recognised::Refusal refusal) {
  if (refusal == Recognised::Refusal::kUncertain) {
    throw Error(
        Code::kConflict,
        "your e-mail address has an account here which has never shown that the address is its own: set a "
        "new password by the link that is sent for a forgotten one, then come back");
  }
  throw Error(
      Code::kForbidden,
      "an account here needs an e-mail address, and whoever has recognised you does not say one that is "
      "known to be yours; have it confirm the address and release it to this server");
}

/// As it is kept; empty when it is no address.
std::string email_of(const ProvenIdentity& identity) {
  try {
    return checked_email(identity.email);
  } catch (const Error&) {
    return "";
  }
}

std::optional<std::string> name_of(const ProvenIdentity& identity) {
  constexpr std::size_t kLongestName = 60;  // characters, of at most four bytes
  if (!identity.full_name || !base::is_utf8(*identity.full_name)) return std::nullopt;
  return base::shorten(*identity.full_name, kLongestName);
}

void note(Session& session, const UserRow& user, const std::string& action, const ProvenIdentity& identity,
          Moment at) {
  append_audit(session,
               {.team_id = user.personal_team,
                .actor_id = user.id,
                .action = action,
                .subject = user.id,
                .details = base::compact_json(boost::json::object{{"issuer", identity.issuer}})},
               at);
}

/// For the chain of the server: of whoever was not let in.
AuditEntry refusal_entry(std::string action, std::string subject, const std::string& issuer) {
  return {.team_id = std::string(kServerChain),
          .actor_id = "",
          .action = std::move(action),
          .subject = std::move(subject),
          .details = base::compact_json(boost::json::object{{"issuer", issuer}})};
}

/// What the issuer has seen to need not be shown to us again.
UserRow with_verified_email(Session& session, UserRow user, const ProvenIdentity& identity, Moment at) {
  if (!user.is_verified && identity.email_is_verified && user.email == email_of(identity)) {
    set_verified(session, user.id, at);
    user.is_verified = true;
  }
  return user;
}

/// An account that has the address already: theirs only when both sides have seen to it that the address is.
/// Otherwise whoever signed up first with another's address would share the account with its owner. Nothing
/// when the identity has an account by now.
std::optional<Recognised> recognise_by_email(Session& session, const UserRow& there,
                                             const ProvenIdentity& identity, Moment at) {
  if (!there.is_active) return Recognised{.user = there};
  if (!there.is_verified) {
    append_audit(session, refusal_entry("identity_refused", there.id, identity.issuer), at);
    return Recognised{.refusal = Recognised::Refusal::kUncertain};
  }
  if (!add_external_identity(session, identity.issuer, identity.subject, there.id, at)) return std::nullopt;
  note(session, there, "identity_linked", identity, at);
  return Recognised{.user = there};
}

/// `fresh` is the account that they get when they have none.
Recognised recognise(Session& session, const ProvenIdentity& identity, const UserRow& fresh, Moment at) {
  // Twice: somebody may make the account at the same time, as a browser does that asks twice.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (const auto id = use_external_identity(session, identity.issuer, identity.subject, at)) {
      return {.user = with_verified_email(session, find_user(session, *id).value(), identity, at)};
    }
    // Whoever could tell the provider another's address would get into that one's account, now or later.
    if (fresh.email.empty() || !identity.email_is_verified) break;
    if (const auto there = find_user_by_email(session, fresh.email)) {
      const auto recognised = recognise_by_email(session, *there, identity, at);
      if (!recognised) continue;
      return *recognised;
    }
    if (!add_user(session, fresh)) continue;
    add_external_identity(session, identity.issuer, identity.subject, fresh.id, at);
    note(session, fresh, "signed_up", identity, at);
    return {.user = with_verified_email(session, fresh, identity, at)};
  }
  return {.refusal = Recognised::Refusal::kNoAddress};
}

}  // namespace

base::Task<Tokens> Accounts::log_in_elsewhere(ProvenIdentity identity, ClientInfo client) {
  const UserRow fresh{.id = parts_.ids.next(),
                      .email = email_of(identity),
                      .full_name = name_of(identity),
                      .personal_team = parts_.ids.next(),
                      .created_at = now()};
  const auto find = [identity, fresh](Session& session) {
    return recognise(session, identity, fresh, fresh.created_at);
  };
  Recognised recognised =
      co_await parts_.database.write(Scope::system(), find, {.isolation = Isolation::kCommitted});
  if (!recognised.user) throw_refused(recognised.refusal);
  Attempt attempt{.user = std::move(recognised.user),
                  .device_hash = device_hash_of(client.device),
                  .issuer = std::move(identity.issuer)};
  co_return co_await begin_session(std::move(attempt), std::move(client), std::nullopt);
}

base::Task<void> Accounts::note_failure_elsewhere(std::string issuer) {
  const auto add = [issuer = std::move(issuer), at = now()](Session& session) {
    append_audit(session, refusal_entry("login_failed", "", issuer), at);
  };
  co_await parts_.database.write(Scope::system(), add, {.isolation = Isolation::kCommitted});
}

}  // namespace pharos::security
