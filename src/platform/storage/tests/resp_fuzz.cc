// Whatever a stranger sends in a Redis' place: refused or read, the same in one piece and in many.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "platform/storage/redis/resp.h"

namespace {

using pharos::storage::redis::Reply;
using pharos::storage::redis::ReplyReader;

struct Read {
  std::vector<Reply> replies;
  bool was_refused = false;

  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, std::size_t piece) {
  ReplyReader reader(1 << 20);
  Read result;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.add(bytes.substr(at, piece));
      while (auto reply = reader.next()) result.replies.push_back(std::move(*reply));
    }
  } catch (const pharos::base::Error&) {
    result.was_refused = true;
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const void* raw = data;
  const std::string_view bytes(static_cast<const char*>(raw), size);
  if (size > 0 && read(bytes, size) != read(bytes, 1 + data[0] % 7U)) std::abort();
  return 0;
}
