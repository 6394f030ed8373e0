#include "core/graph/packed_id.h"

#include <string_view>

namespace pharos::graph {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

/// What a letter of a UUID stands for; more than 15 for what is none.
constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0xff);
  for (std::uint8_t value = 0; value < kDigits.size(); ++value) {
    values[static_cast<unsigned char>(kDigits[value])] = value;
  }
  return values;
}();

constexpr std::size_t kLength = 36;

constexpr bool is_dash(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

/// False when that is no UUID.
bool read(std::string_view text, std::array<std::uint8_t, 16>& bytes) {
  if (text.size() != kLength) return false;
  std::size_t at = 0;
  for (std::uint8_t& byte : bytes) {
    if (is_dash(at) && text[at++] != '-') return false;
    const std::uint8_t high = kValues[static_cast<unsigned char>(text[at])];
    const std::uint8_t low = kValues[static_cast<unsigned char>(text[at + 1])];
    if ((high | low) > 15) return false;
    byte = static_cast<std::uint8_t>(high << 4U | low);
    at += 2;
  }
  return true;
}

}  // namespace

PackedId::PackedId(std::string_view text) {
  if (text.empty()) return;
  Bytes bytes;
  if (read(text, bytes)) {
    id_ = bytes;
  } else {
    id_ = std::make_shared<const std::string>(text);
  }
}

std::string PackedId::text() const {
  if (const auto* other = std::get_if<std::shared_ptr<const std::string>>(&id_)) {
    return *other ? **other : std::string();
  }
  std::string text;
  text.reserve(kLength);
  for (const std::uint8_t byte : std::get<Bytes>(id_)) {
    if (is_dash(text.size())) text += '-';
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
