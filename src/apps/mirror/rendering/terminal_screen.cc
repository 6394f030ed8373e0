#include "apps/mirror/rendering/terminal_screen.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/mirror/wording/plain_text.h"
#include "core/base/text.h"

namespace pharos::mirror {
namespace {

constexpr int kNarrowest = 32;
constexpr int kIndent = 2;

std::string_view sequence(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kStrong:
      return "\x1b[1m";
    case Ink::kFaint:
      return "\x1b[2m";
    case Ink::kBeam:
      return "\x1b[33m";
    case Ink::kSea:
      return "\x1b[36m";
    case Ink::kGood:
      return "\x1b[32m";
    case Ink::kNotable:
      return "\x1b[33m";
    case Ink::kBad:
      return "\x1b[31m";
  }
  std::unreachable();
}

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

std::string repeated(std::string_view sign, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += sign;
  return text;
}

}  // namespace

TerminalScreen::TerminalScreen(const TerminalStyle& style) : style_(style) {
  style_.width = std::max(style_.width, kNarrowest);
}

std::string TerminalScreen::fit(std::string_view text) const {
  const std::string plain = plain_text(text);
  return std::string(base::trim(style_.unicode ? plain : to_ascii(plain)));
}

std::string TerminalScreen::paint(std::string_view text, Ink ink) const {
  if (!style_.colour || ink == Ink::kPlain || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", sequence(ink), text);
}

int TerminalScreen::label_width() const {
  return std::clamp(style_.width / 4, 12, 20);
}

int TerminalScreen::bar_width() const {
  return std::clamp(style_.width - kIndent - label_width() - 28, 6, 40);
}

void TerminalScreen::emit(std::string line) {
  while (line.ends_with(' ')) line.pop_back();
  lines_ += line + "\n";
}

void TerminalScreen::blank() {
  if (!lines_.empty() && !lines_.ends_with("\n\n")) lines_ += "\n";
}

void TerminalScreen::text(std::string_view text, Ink ink, std::string_view marker) {
  const std::string before = style_.unicode ? std::string(marker) : to_ascii(marker);
  const int indent = display_width(before);
  const std::vector<std::string> lines = wrap(fit(text), style_.width - indent);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    emit((i == 0 ? before : spaces(indent)) + paint(lines[i], ink));
  }
}

void TerminalScreen::heading(std::string_view title, std::string_view aside) {
  const std::string left = fit(title);
  const std::string right = fit(aside);
  const int gap = style_.width - display_width(left) - display_width(right);
  if (gap < 2) {
    text(left, Ink::kStrong);
    text(right, Ink::kFaint);
  } else {
    emit(paint(left, Ink::kStrong) + (right.empty() ? "" : spaces(gap) + paint(right, Ink::kFaint)));
  }
}

void TerminalScreen::row(std::string_view label, std::string_view text, Ink ink) {
  const std::string left = fit(label);
  const int column = kIndent + label_width() + 1;
  const bool beside = display_width(left) <= label_width();
  if (!beside) this->text(left, Ink::kFaint, spaces(kIndent));
  const std::vector<std::string> lines = wrap(fit(text), style_.width - column);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string before = spaces(column);
    if (i == 0 && beside) {
      before = spaces(kIndent) + paint(left, Ink::kFaint) + spaces(column - kIndent - display_width(left));
    }
    emit(before + paint(lines[i], ink));
  }
}

std::string TerminalScreen::bar_of(int filled, int length, bool hatched, Ink ink) const {
  const std::string_view full = style_.unicode ? (hatched ? "▒" : "▇") : (hatched ? "=" : "#");
  const std::string_view empty = style_.unicode ? "▁" : ".";
  return paint(repeated(full, filled), ink) + paint(repeated(empty, length - filled), Ink::kFaint);
}

void TerminalScreen::bar(std::string_view label, double share, bool hatched, std::string_view after,
                         Ink ink) {
  const std::vector<std::string> left = wrap(fit(label), label_width());
  const std::string name = left.empty() ? "" : left.front();
  const int length = bar_width();
  const int filled =
      static_cast<int>(std::lround(std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * length));
  const int used = kIndent + label_width() + 1 + length + 2;
  const std::vector<std::string> right = wrap(fit(after), style_.width - used);
  emit(spaces(kIndent) + name + spaces(label_width() + 1 - display_width(name)) +
       bar_of(filled, length, hatched, ink) + "  " + (right.empty() ? "" : right.front()));
  for (std::size_t i = 1; i < right.size(); ++i) emit(spaces(used) + right[i]);
}

void TerminalScreen::swatch(std::string_view hex, double share, std::string_view name) {
  constexpr int kLength = 10;
  const int column = kIndent + label_width() + 1;
  std::uint32_t rgb = 0x808080;
  if (hex.size() == 7) std::from_chars(hex.data() + 1, hex.data() + hex.size(), rgb, 16);
  const int filled = std::clamp(
      static_cast<int>(std::lround(std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * kLength)), 1,
      kLength);
  const std::string block = fmt::format("\x1b[48;2;{};{};{}m{}\x1b[0m", rgb >> 16U & 255U, rgb >> 8U & 255U,
                                        rgb & 255U, spaces(filled));
  const std::vector<std::string> lines = wrap(fit(name), style_.width - column - kLength - 2);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    emit(spaces(column) + (i == 0 ? block + spaces(kLength - filled) : spaces(kLength)) + "  " + lines[i]);
  }
}

}  // namespace pharos::mirror
