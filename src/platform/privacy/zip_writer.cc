#include "platform/privacy/zip_writer.h"

#include <utility>

#include <zlib.h>

#include "core/base/error.h"

namespace pharos::privacy {
namespace {

constexpr std::uint64_t kMostBytes = 0xffff'0000U;
constexpr std::size_t kMostEntries = 65'534;
constexpr std::uint16_t kVersion = 20;  // 2.0
constexpr std::uint16_t kNamesAreUtf8 = 0x800;
constexpr std::uint16_t kFirstOfJanuary1980 = 0x21;  // the format's zero: nothing depends on when it was made

void put16(std::string& bytes, std::uint32_t number) {
  for (int shift = 0; shift < 16; shift += 8) bytes.push_back(static_cast<char>((number >> shift) & 0xffU));
}
void put32(std::string& bytes, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>((number >> shift) & 0xffU));
}

std::uint32_t sum_of(const std::string& content) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

}  // namespace

/// What the entry's own head and its line in the list have in common.
std::string ZipWriter::head_of(const Entry& entry) {
  std::string head;
  put16(head, kVersion);
  put16(head, kNamesAreUtf8);
  put16(head, 0);  // stored
  put16(head, 0);
  put16(head, kFirstOfJanuary1980);
  put32(head, entry.sum);
  put32(head, entry.bytes);
  put32(head, entry.bytes);
  put16(head, static_cast<std::uint32_t>(entry.name.size()));
  put16(head, 0);
  return head;
}

base::Task<void> ZipWriter::put(std::string bytes) {
  written_ += bytes.size();
  co_await write_(std::move(bytes));
}

base::Task<void> ZipWriter::add(std::string name, std::string content) {
  if (written_ + content.size() > kMostBytes || entries_.size() >= kMostEntries)
    throw base::Error(base::Code::kTooLarge,
                      "this is more than fits into one archive: 4 GiB or 65,534 files");
  const Entry entry{.name = std::move(name),
                    .sum = sum_of(content),
                    .bytes = static_cast<std::uint32_t>(content.size()),
                    .offset = static_cast<std::uint32_t>(written_)};
  co_await put("PK\x03\x04" + head_of(entry) + entry.name);
  co_await put(std::move(content));
  entries_.push_back(entry);
}

base::Task<void> ZipWriter::finish() {
  const auto begin = static_cast<std::uint32_t>(written_);
  std::string list;
  for (const Entry& entry : entries_) {
    list += "PK\x01\x02";
    put16(list, kVersion);
    list += head_of(entry);
    put16(list, 0);  // no comment
    put16(list, 0);  // on the first disk
    put16(list, 0);
    put32(list, 0);
    put32(list, entry.offset);
    list += entry.name;
  }
  const auto bytes = static_cast<std::uint32_t>(list.size());
  list += "PK\x05\x06";
  put32(list, 0);
  put16(list, static_cast<std::uint32_t>(entries_.size()));
  put16(list, static_cast<std::uint32_t>(entries_.size()));
  put32(list, bytes);
  put32(list, begin);
  put16(list, 0);
  co_await put(std::move(list));
}

}  // namespace pharos::privacy
