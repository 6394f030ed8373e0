#include "platform/storage/cipher.h"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/base/error.h"

namespace pharos::storage {
namespace {

constexpr std::string_view kForm = "pharos1:";
constexpr int kNonce = 12;  // bytes, as GCM wants it; random, so a key is good for 2^32 values
constexpr int kTag = 16;

using CipherContext =
    std::unique_ptr<EVP_CIPHER_CTX, decltype([](EVP_CIPHER_CTX* context) { EVP_CIPHER_CTX_free(context); })>;

void require(bool worked) {
  if (!worked) throw base::Error(base::Code::kInternal, "OpenSSL could not seal a value with AES-256-GCM");
}

[[noreturn]] void throw_changed() {
  throw base::Error(
      base::Code::kInvalidInput,
      "a sealed value was changed after it was saved, or belongs somewhere else; restore it from a "
      "backup");
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string to_base64(const std::string& raw) {
  std::string text((raw.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(
      static_cast<std::size_t>(EVP_EncodeBlock(bytes(text), bytes(raw), static_cast<int>(raw.size()))));
  return text;
}

std::string from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.empty()) throw_changed();
  std::string raw(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(bytes(raw), bytes(text), static_cast<int>(text.size())) < 0) throw_changed();
  std::size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  raw.resize(raw.size() - padding);
  return raw;
}

}  // namespace

Cipher::Cipher(KeyRing ring) : ring_(std::move(ring)) {
  for (const auto& [id, key] : ring_.keys) {
    if (id.empty() || id.find(':') != std::string::npos) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("'{}' cannot be the id of a key: it must have letters and no ':'", id));
    }
  }
  if (!ring_.keys.contains(ring_.in_use)) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("the key in use, '{}', is not among the keys: add it", ring_.in_use));
  }
}

/// Nonce, then what is sealed, then the tag.
std::string Cipher::seal(std::string_view plain, std::string_view purpose) const {
  std::string raw(kNonce + plain.size() + kTag, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  require(context && RAND_bytes(bytes(raw), kNonce) == 1 &&
          EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, ring_.keys.at(ring_.in_use).data(),
                             bytes(raw)) == 1 &&
          EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(purpose),
                            static_cast<int>(purpose.size())) == 1 &&
          EVP_EncryptUpdate(context.get(), bytes(raw) + kNonce, &size, bytes(plain),
                            static_cast<int>(plain.size())) == 1 &&
          EVP_EncryptFinal_ex(context.get(), bytes(raw) + kNonce + size, &size) == 1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                              bytes(raw) + kNonce + plain.size()) == 1);
  return fmt::format("{}{}:{}", kForm, ring_.in_use, to_base64(raw));
}

std::string Cipher::open(std::string_view sealed, std::string_view purpose) const {
  if (!sealed.starts_with(kForm)) throw_changed();
  sealed.remove_prefix(kForm.size());
  const std::size_t colon = sealed.find(':');
  if (colon == std::string_view::npos) throw_changed();
  const auto key = ring_.keys.find(sealed.substr(0, colon));
  if (key == ring_.keys.end()) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("a value was sealed with the key '{}', which is not among the keys: add it",
                                  sealed.substr(0, colon)));
  }
  std::string raw = from_base64(sealed.substr(colon + 1));
  if (raw.size() < kNonce + kTag) throw_changed();
  std::string plain(raw.size() - kNonce - kTag, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool good =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key->second.data(), bytes(raw)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(purpose), static_cast<int>(purpose.size())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), bytes(plain), &size, bytes(raw) + kNonce,
                        static_cast<int>(plain.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, bytes(raw) + raw.size() - kTag) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(plain) + size, &size) == 1;
  if (!good) throw_changed();
  return plain;
}

}  // namespace pharos::storage
