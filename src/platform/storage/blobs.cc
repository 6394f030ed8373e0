#include "platform/storage/blobs.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/sha256.h"

namespace pharos::storage {
namespace {

constexpr std::size_t kDigits = 64;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

}  // namespace

std::string blob_name(std::string_view sha256, std::string_view id) {
  return fmt::format("{}-{}", sha256, id);
}

void check_blob_name(std::string_view name) {
  const auto is_digit = [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
  };
  if (name.size() > kDigits && name[kDigits] == '-' &&
      std::ranges::all_of(name.substr(0, kDigits), is_digit) && base::is_uuid(name.substr(kDigits + 1))) {
    return;
  }
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("'{}' is not the name of a blob", name.substr(0, 120)));
}

base::Task<Blob> Blobs::put(std::string content) {
  const std::unique_ptr<BlobWriter> writer = co_await create();
  co_await writer->write(std::move(content));
  co_return co_await writer->finish();
}

base::Task<std::string> Blobs::read(std::string name, std::uintmax_t max_bytes) {
  const std::unique_ptr<BlobReader> reader = co_await open(name);
  if (reader->bytes() > max_bytes) {
    throw base::Error(base::Code::kTooLarge, fmt::format("the blob '{}' has {} bytes; {} are read at once",
                                                         name, reader->bytes(), max_bytes));
  }
  std::string content;
  while (content.size() < reader->bytes()) {
    const std::string piece = co_await reader->read(content.size(), kPieceBytes);
    if (piece.empty()) break;
    content += piece;
  }
  if (base::sha256(content) != name.substr(0, kDigits)) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("the blob '{}' is damaged: bring it back from a backup", name));
  }
  co_return content;
}

}  // namespace pharos::storage
