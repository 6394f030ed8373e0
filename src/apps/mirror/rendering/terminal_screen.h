// Lines for a terminal: wrapped to its width, coloured when asked, ASCII when it has to be.
#pragma once

#include <string>
#include <string_view>

#include "apps/mirror/rendering/render_terminal.h"

namespace pharos::mirror {

enum class Ink { kPlain, kStrong, kFaint, kBeam, kSea, kGood, kNotable, kBad };

/// Collects lines. What is given to it may be any bytes; no line is wider than the window.
class TerminalScreen {
 public:
  explicit TerminalScreen(const TerminalStyle& style);

  /// Columns of the window.
  int width() const { return style_.width; }
  bool colour() const { return style_.colour; }

  void blank();
  /// Wrapped text. `marker` stands before the first line, the others are indented as far.
  void text(std::string_view text, Ink ink = Ink::kPlain, std::string_view marker = "");
  /// `title` strong, `aside` faint at the right end, or on a line of its own when there is no room.
  void heading(std::string_view title, std::string_view aside = "");
  /// A label in the left column and wrapped text in the right one; below each other in a narrow window.
  void row(std::string_view label, std::string_view text, Ink ink = Ink::kPlain);
  /// A label, a bar filled to `share` (0 to 1) and what it says after it. `hatched`: partly a default.
  void bar(std::string_view label, double share, bool hatched, std::string_view after, Ink ink);
  /// A block as wide as its share in a colour `#rrggbb`, and its name. Only with colour.
  void swatch(std::string_view hex, double share, std::string_view name);

  std::string take() { return std::move(lines_); }

 private:
  std::string fit(std::string_view text) const;
  std::string paint(std::string_view text, Ink ink) const;
  std::string bar_of(int filled, int length, bool hatched, Ink ink) const;
  int label_width() const;
  int bar_width() const;
  void emit(std::string line);

  TerminalStyle style_;
  std::string lines_;
};

}  // namespace pharos::mirror
