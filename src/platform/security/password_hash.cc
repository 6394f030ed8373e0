#include "platform/security/password_hash.h"

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/security/crypto.h"

namespace pharos::security {
namespace {

constexpr std::size_t kSalt = 16;
constexpr std::size_t kHash = 32;
constexpr std::uint32_t kMemory = 19456;  // KiB
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kRounds = 600'000;

// A row that somebody has put into the database must not be able to stop the server.
constexpr std::uint32_t kMostMemory = 256 * 1024;  // KiB
constexpr std::uint32_t kMostPasses = 16;
constexpr std::uint32_t kMostLanes = 16;
constexpr std::uint32_t kMostRounds = 5'000'000;
constexpr std::size_t kLongestText = 512;
constexpr std::size_t kShortestSalt = 4;  // as short as the published vectors'
constexpr std::size_t kShortestHash = 16;
constexpr std::size_t kLongestPart = 64;

struct Hash {
  PasswordHasher hasher = PasswordHasher::kArgon2id;
  std::uint32_t memory = 0;
  std::uint32_t passes = 0;
  std::uint32_t lanes = 0;
  std::uint32_t rounds = 0;
  std::string pepper_id;
  std::string salt;
  std::string sum;
};

[[noreturn]] void throw_unreadable(const char* why) {
  throw base::Error(base::Code::kInternal,
                    fmt::format("the stored hash of a password cannot be used: {}; let its owner reset the "
                                "password",
                                why));
}

std::uint32_t number_in(std::string_view text, std::uint32_t most) {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || text.starts_with('0') || number > most) {
    throw_unreadable("a parameter is no number or too large");
  }
  return number;
}

/// `m=19456,t=2,p=1,keyid=…`: exactly the names wanted, in this order; a keyid may follow.
void read_parameters(
    std::string_view text,
    std::initializer_list<std::pair<std::string_view, std::pair<std::uint32_t*, std::uint32_t>>> wanted,
    std::string& pepper_id) {
  const std::vector<std::string> parts = base::split(text, ',');
  std::size_t at = 0;
  for (const auto& [name, place] : wanted) {
    if (at >= parts.size() || !parts[at].starts_with(name)) throw_unreadable("a parameter is missing");
    *place.first = number_in(std::string_view(parts[at]).substr(name.size()), place.second);
    ++at;
  }
  if (at < parts.size() && parts[at].starts_with("keyid=")) pepper_id = parts[at++].substr(6);
  if (at != parts.size()) throw_unreadable("it has a parameter too many");
}

std::string bytes_in(const std::string& text, std::size_t fewest) {
  std::optional<std::string> bytes = from_base64(text, Base64::kStandard);
  if (!bytes || bytes->size() < fewest || bytes->size() > kLongestPart) {
    throw_unreadable("its salt or sum is damaged");
  }
  return *std::move(bytes);
}

Hash read_hash(std::string_view stored) {
  if (stored.size() > kLongestText) throw_unreadable("it is too long");
  const std::vector<std::string> parts = base::split(stored, '$');
  Hash hash;
  if (parts.size() == 6 && parts[0].empty() && parts[1] == "argon2id" && parts[2] == "v=19") {
    read_parameters(parts[3],
                    {{"m=", {&hash.memory, kMostMemory}},
                     {"t=", {&hash.passes, kMostPasses}},
                     {"p=", {&hash.lanes, kMostLanes}}},
                    hash.pepper_id);
  } else if (parts.size() == 5 && parts[0].empty() && parts[1] == "pbkdf2-sha256") {
    hash.hasher = PasswordHasher::kPbkdf2Sha256;
    read_parameters(parts[2], {{"i=", {&hash.rounds, kMostRounds}}}, hash.pepper_id);
  } else {
    throw_unreadable("it is neither Argon2id nor PBKDF2-SHA256");
  }
  hash.salt = bytes_in(parts[parts.size() - 2], kShortestSalt);
  hash.sum = bytes_in(parts[parts.size() - 1], kShortestHash);
  return hash;
}

/// Without the pepper's name: what libsodium reads.
std::string argon2_text(const Hash& hash) {
  return fmt::format("$argon2id$v=19$m={},t={},p={}${}${}", hash.memory, hash.passes, hash.lanes,
                     base64(hash.salt, Base64::kStandard), base64(hash.sum, Base64::kStandard));
}

std::string write_hash(const Hash& hash) {
  const std::string pepper = hash.pepper_id.empty() ? "" : ",keyid=" + hash.pepper_id;
  const std::string parameters =
      hash.hasher == PasswordHasher::kArgon2id
          ? fmt::format("$argon2id$v=19$m={},t={},p={}", hash.memory, hash.passes, hash.lanes)
          : fmt::format("$pbkdf2-sha256$i={}", hash.rounds);
  return fmt::format("{}{}${}${}", parameters, pepper, base64(hash.salt, Base64::kStandard),
                     base64(hash.sum, Base64::kStandard));
}

/// A name that says which pepper it is and nothing else about it.
std::string pepper_id_of(const std::string& pepper) {
  if (pepper.empty()) return "";
  const Digest sum = hmac_sha256(pepper, "pharos: name of a pepper");
  return hex(bytes_of(sum).substr(0, 4));
}

/// What is hashed: the password, or its HMAC under the pepper.
std::string peppered(std::string_view password, const std::string& pepper) {
  if (pepper.empty()) return std::string(password);
  return std::string(bytes_of(hmac_sha256(pepper, password)));
}

Hash new_hash(const HashSettings& settings) {
  Hash hash{.hasher = settings.hasher,
            .pepper_id = pepper_id_of(settings.pepper),
            .salt = random_bytes(kSalt),
            .sum = std::string(kHash, '\0')};
  if (settings.hasher == PasswordHasher::kArgon2id) {
    hash.memory = kMemory;
    hash.passes = kPasses;
    hash.lanes = 1;
  } else {
    hash.rounds = kRounds;
  }
  return hash;
}

unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* data_of(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void pbkdf2(const std::string& password, const Hash& hash, std::string& sum) {
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), data_of(hash.salt),
                        static_cast<int>(hash.salt.size()), static_cast<int>(hash.rounds), EVP_sha256(),
                        static_cast<int>(sum.size()), data_of(sum)) != 1) {
    throw base::Error(base::Code::kInternal, "OpenSSL could not hash a password");
  }
}

}  // namespace

std::string hash_password(std::string_view password, const HashSettings& settings) {
  start_sodium();
  Hash hash = new_hash(settings);
  const std::string input = peppered(password, settings.pepper);
  if (hash.hasher == PasswordHasher::kPbkdf2Sha256) {
    pbkdf2(input, hash, hash.sum);
  } else if (crypto_pwhash(data_of(hash.sum), hash.sum.size(), input.data(), input.size(), data_of(hash.salt),
                           hash.passes, std::size_t{hash.memory} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw base::Error(base::Code::kUnavailable, "there is not enough memory to hash a password; try again");
  }
  return write_hash(hash);
}

bool password_matches(std::string_view password, std::string_view stored, const HashSettings& settings) {
  start_sodium();
  const Hash hash = read_hash(stored);
  if (!hash.pepper_id.empty() && hash.pepper_id != pepper_id_of(settings.pepper)) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("a password was hashed with the pepper {}, which is not the one that is "
                                  "set: set it again",
                                  hash.pepper_id));
  }
  const std::string input = peppered(password, hash.pepper_id.empty() ? "" : settings.pepper);
  if (hash.hasher == PasswordHasher::kArgon2id) {
    return crypto_pwhash_str_verify(argon2_text(hash).c_str(), input.data(), input.size()) == 0;
  }
  std::string sum(hash.sum.size(), '\0');
  pbkdf2(input, hash, sum);
  return same_secret(sum, hash.sum);
}

bool needs_rehash(std::string_view stored, const HashSettings& settings) {
  const Hash is = read_hash(stored);
  const Hash wanted = new_hash(settings);
  return is.hasher != wanted.hasher || is.memory != wanted.memory || is.passes != wanted.passes ||
         is.lanes != wanted.lanes || is.rounds != wanted.rounds || is.pepper_id != wanted.pepper_id ||
         is.salt.size() != kSalt || is.sum.size() != kHash;
}

std::string nobodys_hash(const HashSettings& settings) {
  Hash hash = new_hash(settings);
  hash.sum = random_bytes(kHash);
  return write_hash(hash);
}

}  // namespace pharos::security
