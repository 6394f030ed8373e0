#include "core/base/ids.h"

namespace pharos::base {
namespace {

/// The lowest digits of a number; fmt takes ten times as long, and every checkpoint has an identifier.
void write_hex(std::uint64_t number, int digits, char* to) {
  for (; digits > 0; number >>= 4U) to[--digits] = "0123456789abcdef"[number & 15U];
}

}  // namespace

Ids::Ids(const Clock& clock)
    : Ids(clock, (std::uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()) {}

Ids::Ids(const Clock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {}

std::string Ids::next() {
  const std::lock_guard lock(mutex_);
  auto millisecond =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now().time_since_epoch()).count();
  // Within one millisecond a 12-bit counter keeps the order; when it is full, borrow the next millisecond.
  if (millisecond > last_millisecond_) {
    counter_ = 0;
  } else {
    millisecond = last_millisecond_;
    if (++counter_ > 0xfff) {
      ++millisecond;
      counter_ = 0;
    }
  }
  last_millisecond_ = millisecond;
  const auto time = static_cast<std::uint64_t>(millisecond);
  const std::uint64_t random = random_();
  return uuid_text(time << 16U | 0x7000U | counter_,
                   0x8000'0000'0000'0000U | (random & 0x3fff'ffff'ffff'ffffU));
}

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
  std::string text(36, '-');
  write_hex(high >> 32U, 8, &text[0]);
  write_hex(high >> 16U, 4, &text[9]);
  write_hex(high, 4, &text[14]);
  write_hex(low >> 48U, 4, &text[19]);
  write_hex(low, 12, &text[24]);
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace pharos::base
