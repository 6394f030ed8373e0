#include "core/graph/packed_id.h"

#include <optional>
#include <string_view>

#include "core/base/ids.h"

namespace pharos::graph {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

/// What a letter of a UUID stands for; more than 15 for what is none.
constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0xff);
  for (std::size_t value = 0; value < kDigits.size(); ++value) {
    values[static_cast<unsigned char>(kDigits[value])] = static_cast<std::uint8_t>(value);
  }
  return values;
}();

constexpr std::size_t kLength = 36;

constexpr bool is_dash(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

/// Nothing when that is no UUID.
std::optional<std::array<std::uint64_t, 2>> read(std::string_view text) {
  if (text.size() != kLength) return std::nullopt;
  std::array<std::uint64_t, 2> halves{};
  std::size_t at = 0;
  for (std::size_t byte = 0; byte < 16; ++byte) {
    if (is_dash(at) && text[at++] != '-') return std::nullopt;
    const std::uint8_t high = kValues[static_cast<unsigned char>(text[at++])];
    const std::uint8_t low = kValues[static_cast<unsigned char>(text[at++])];
    if ((high | low) > 15) return std::nullopt;
    std::uint64_t& half = halves[byte / 8];
    half = half << 8U | static_cast<std::uint64_t>(high << 4U | low);
  }
  return halves;
}

}  // namespace

PackedId::PackedId(std::string_view text) {
  if (text.empty()) return;
  if (const auto uuid = read(text)) {
    id_ = *uuid;
  } else {
    id_ = std::make_shared<const std::string>(text);
  }
}

std::string PackedId::text() const {
  if (const Uuid* uuid = std::get_if<Uuid>(&id_)) return base::uuid_text((*uuid)[0], (*uuid)[1]);
  const auto& other = std::get<std::shared_ptr<const std::string>>(id_);
  return other ? *other : std::string();
}

bool PackedId::operator==(const PackedId& other) const {
  const auto* uuid = std::get_if<Uuid>(&id_);
  const auto* others = std::get_if<Uuid>(&other.id_);
  if (uuid != nullptr && others != nullptr) return *uuid == *others;
  return uuid == nullptr && others == nullptr && text() == other.text();
}

}  // namespace pharos::graph
