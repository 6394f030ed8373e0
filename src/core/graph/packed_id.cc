#include "core/graph/packed_id.h"

#include <string_view>

#include "core/base/ids.h"

namespace pharos::graph {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::uint8_t digit(char letter) {
  return static_cast<std::uint8_t>(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

}  // namespace

PackedId::PackedId(std::string_view text) {
  if (text.empty()) return;
  if (!base::is_uuid(text)) {
    id_ = std::make_shared<const std::string>(text);
    return;
  }
  Bytes bytes{};
  std::size_t at = 0;
  for (std::uint8_t& byte : bytes) {
    if (text[at] == '-') ++at;
    byte = static_cast<std::uint8_t>(digit(text[at]) << 4U | digit(text[at + 1]));
    at += 2;
  }
  id_ = bytes;
}

std::string PackedId::text() const {
  if (const auto* other = std::get_if<std::shared_ptr<const std::string>>(&id_)) {
    return *other ? **other : std::string();
  }
  std::string text;
  text.reserve(36);
  for (const std::uint8_t byte : std::get<Bytes>(id_)) {
    if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) text += '-';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

bool PackedId::operator==(const PackedId& other) const {
  const auto* bytes = std::get_if<Bytes>(&id_);
  const auto* others = std::get_if<Bytes>(&other.id_);
  if (bytes != nullptr && others != nullptr) return *bytes == *others;
  return bytes == nullptr && others == nullptr && text() == other.text();
}

}  // namespace pharos::graph
