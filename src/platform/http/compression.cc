#include "platform/http/compression.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "core/base/error.h"

namespace pharos::http {
namespace {

constexpr std::size_t kWorthIt = 1024;
constexpr int kGzipWindow = 15 + 16;  // zlib: 16 more means gzip

bool is_compressible(std::string_view type) {
  return type.starts_with("text/") || type.contains("json") || type.contains("javascript") ||
         type.contains("svg") || type.contains("xml");
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  ::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int outcome = ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return outcome == Z_STREAM_END ? packed : std::string();
}

}  // namespace

void compress(const Request& request, Response& response) {
  if (response.body.size() < kWorthIt || response.headers.has("Content-Encoding")) return;
  if (!is_compressible(response.headers.get("Content-Type"))) return;
  response.headers.add("Vary", "Accept-Encoding");
  if (!lists(request.headers.get("Accept-Encoding"), "gzip")) return;
  std::string packed = gzip(response.body);
  if (packed.empty() || packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.add("Content-Encoding", "gzip");
}

std::string decompress(std::string_view bytes, std::size_t max_bytes) {
  z_stream stream{};
  ::inflateInit2(&stream, kGzipWindow);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  int outcome = Z_OK;
  while (outcome == Z_OK && text.size() <= max_bytes) {
    std::array<char, 16 * 1024> piece;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    outcome = ::inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  if (text.size() > max_bytes) throw base::Error(base::Code::kTooLarge, "what was packed is too large");
  if (outcome != Z_STREAM_END) throw base::Error(base::Code::kInvalidInput, "this is no whole gzip text");
  return text;
}

}  // namespace pharos::http
