#include "platform/storage/s3/signature.h"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/sha256.h"

namespace pharos::storage::s3 {
namespace {

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const void* data = text.data();
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), static_cast<const unsigned char*>(data),
           text.size(), digest.data(), &size) == nullptr) {
    throw base::Error(base::Code::kInternal, "OpenSSL cannot compute an HMAC");
  }
  return {digest.begin(), digest.begin() + size};
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

std::string encode(std::string_view text, bool is_path) {
  std::string encoded;
  for (const char character : text) {
    const bool is_plain = base::is_letter_or_digit(character) || character == '-' || character == '.' ||
                          character == '_' || character == '~' || (is_path && character == '/');
    encoded +=
        is_plain ? std::string(1, character) : fmt::format("%{:02X}", static_cast<unsigned char>(character));
  }
  return encoded;
}

std::string encode_query(const std::map<std::string, std::string>& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", encode(name, false), encode(value, false));
  }
  return text;
}

std::map<std::string, std::string> sign(const Request& request, const Keys& keys, std::string_view time) {
  std::map<std::string, std::string> headers = request.headers;
  headers["x-amz-content-sha256"] = request.payload_sha256;
  headers["x-amz-date"] = time;
  std::string lines;
  std::string names;
  for (const auto& [name, value] : headers) {
    lines += fmt::format("{}:{}\n", name, value);
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, encode(request.path, true),
                  encode_query(request.query), lines, names, request.payload_sha256);
  const std::string_view day = time.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, keys.region);
  const std::string text = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, base::sha256(canonical));
  const std::string key =
      hmac(hmac(hmac(hmac("AWS4" + keys.secret_key, day), keys.region), "s3"), "aws4_request");
  return {{"authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
                                        keys.access_key, scope, names, hex(hmac(key, text)))},
          {"x-amz-date", std::string(time)},
          {"x-amz-content-sha256", request.payload_sha256}};
}

}  // namespace pharos::storage::s3
