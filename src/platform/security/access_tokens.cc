#include "platform/security/access_tokens.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/crypto.h"
#include "platform/security/lru_map.h"

namespace pharos::security {
namespace json = boost::json;
namespace {

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t start = 0;
    std::memcpy(&start, digest.data(), sizeof start);  // a digest is as evenly spread as any hash of it
    return start;
  }
};

[[noreturn]] void refuse(const char* why) {
  throw base::Error(base::Code::kUnauthenticated, why);
}

/// Tokens whose signature was found right, by their sums: whoever reads this memory cannot use them.
class Remembered {
 public:
  explicit Remembered(std::size_t capacity) {
    for (auto& shard : shards_) shard = std::make_unique<Shard>(std::max<std::size_t>(1, capacity / kShards));
  }

  std::shared_ptr<const Claims> find(const Digest& token) {
    Shard& shard = shard_of(token);
    const std::scoped_lock lock(shard.mutex);
    const auto* found = shard.claims.find(token);
    return found == nullptr ? nullptr : *found;
  }
  void put(const Digest& token, std::shared_ptr<const Claims> claims) {
    Shard& shard = shard_of(token);
    const std::scoped_lock lock(shard.mutex);
    shard.claims.put(token, std::move(claims));
  }

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    explicit Shard(std::size_t capacity) : claims(capacity) {}
    std::mutex mutex;
    LruMap<Digest, std::shared_ptr<const Claims>, DigestHash> claims;
  };

  Shard& shard_of(const Digest& token) { return *shards_[token.back() % kShards]; }

  std::array<std::unique_ptr<Shard>, kShards> shards_;
};

}  // namespace

/// Keys, and the tokens that they were found to have signed: the two are replaced together.
struct AccessTokens::Ring {
  Ring(KeySet set, std::size_t capacity) : keys(std::move(set)), remembered(capacity) {}

  const KeySet keys;
  Remembered remembered;
};

AccessTokens::AccessTokens(TokenSettings settings, KeySet keys, const base::Clock& clock, base::Ids& ids)
    : settings_(std::move(settings)),
      clock_(clock),
      ids_(ids),
      ring_(std::make_shared<Ring>(std::move(keys), settings_.remembered)) {
  using std::chrono::seconds;
  if (settings_.leeway < seconds(0) || settings_.leeway > seconds(60) || settings_.lifetime < seconds(1) ||
      settings_.issuer.empty() || settings_.audience.empty()) {
    throw base::Error(
        base::Code::kInvalidInput,
        "access tokens need an issuer, an audience, a lifetime of a second or more and a leeway "
        "of at most 60 seconds");
  }
}

std::shared_ptr<AccessTokens::Ring> AccessTokens::ring() const {
  const std::scoped_lock lock(mutex_);
  return ring_;
}

void AccessTokens::replace_keys(KeySet keys) {
  auto replacement = std::make_shared<Ring>(std::move(keys), settings_.remembered);
  const std::scoped_lock lock(mutex_);
  ring_ = std::move(replacement);
}

json::object AccessTokens::public_keys() const {
  return ring()->keys.public_jwks();
}

std::int64_t AccessTokens::now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count();
}

std::string AccessTokens::issue(const TokenSubject& subject) const {
  const std::shared_ptr<Ring> current = ring();
  const SigningKey& key = current->keys.signing();
  const std::int64_t time = now();
  const json::object header{{"alg", algorithm_name(key.algorithm())}, {"typ", "at+jwt"}, {"kid", key.id()}};
  const json::object claims{{"iss", settings_.issuer},
                            {"aud", settings_.audience},
                            {"sub", subject.user_id},
                            {"sid", subject.session_id},
                            {"jti", ids_.next()},
                            {"ver", subject.session_version},
                            {"iat", time},
                            {"nbf", time},
                            {"exp", time + settings_.lifetime.count()}};
  std::string token =
      base64(json::serialize(header), Base64::kUrl) + "." + base64(json::serialize(claims), Base64::kUrl);
  const std::string signature = key.sign(token);
  return token + "." + base64(signature, Base64::kUrl);
}

std::shared_ptr<const Claims> AccessTokens::verify(std::string_view token) const {
  const std::shared_ptr<Ring> current = ring();
  const Digest sum = sha256_of(token);
  std::shared_ptr<const Claims> claims = current->remembered.find(sum);
  const bool is_known = claims != nullptr;
  if (!is_known) {
    claims = std::make_shared<const Claims>(read_signed_claims(token, current->keys, settings_.audience));
  }
  check_claims(*claims);
  if (!is_known) current->remembered.put(sum, claims);
  return claims;
}

void AccessTokens::check_claims(const Claims& claims) const {
  const std::int64_t time = now();
  const std::int64_t leeway = settings_.leeway.count();
  if (claims.issuer != settings_.issuer || claims.audience != settings_.audience) {
    refuse("the access token was made for another server; sign in to this one");
  }
  if (time >= claims.expires_at + leeway) refuse("the access token has expired; refresh it or sign in again");
  if (time + leeway < claims.not_before || time + leeway < claims.issued_at) {
    refuse("the access token is not valid yet; this machine's clock or the one that made it is wrong");
  }
}

}  // namespace pharos::security
