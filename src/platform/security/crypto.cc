#include "platform/security/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sodium.h>

#include "core/base/error.h"

namespace pharos::security {
namespace {

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void require(bool worked, const char* what) {
  if (!worked) throw base::Error(base::Code::kInternal, std::string("OpenSSL could not ") + what);
}

int variant_of(Base64 alphabet) {
  return alphabet == Base64::kUrl ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
                                  : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

}  // namespace

void start_sodium() {
  if (sodium_init() < 0)
    throw base::Error(base::Code::kInternal, "libsodium could not start on this machine");
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
          "get random bytes from this machine");
  return bytes;
}

Digest sha256_of(std::string_view bytes) {
  Digest digest;
  require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
          "compute a SHA-256 sum");
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Digest digest;
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data_of(bytes), bytes.size(),
               digest.data(), nullptr) != nullptr,
          "compute an HMAC");
  return digest;
}

std::string hex(std::string_view bytes) {
  std::string digits(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(digits.data(), digits.size(), data_of(bytes), bytes.size());
  digits.pop_back();
  return digits;
}

bool same_secret(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string base64(std::string_view bytes, Base64 alphabet) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant_of(alphabet)), '\0');
  sodium_bin2base64(text.data(), text.size(), data_of(bytes), bytes.size(), variant_of(alphabet));
  text.pop_back();
  return text;
}

std::optional<std::string> from_base64(std::string_view text, Base64 alphabet) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, &end, variant_of(alphabet));
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace pharos::security
