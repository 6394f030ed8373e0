#include "platform/storage/digest.h"

#include <array>
#include <fstream>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/base/error.h"

namespace pharos::storage {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

void check(bool is_good) {
  if (!is_good) throw base::Error(base::Code::kInternal, "OpenSSL cannot compute SHA-256");
}

}  // namespace

Digest::Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Digest::add(std::string_view piece) {
  check(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1);
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string digest_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Digest digest;
  std::array<char, kPieceBytes> piece{};
  while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
    digest.add({piece.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (!stream.eof()) {
    throw base::Error(base::Code::kUnavailable, fmt::format("'{}' cannot be read", file.string()));
  }
  return digest.finish();
}

}  // namespace pharos::storage
