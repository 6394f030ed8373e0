// A report as text for a terminal: the page's words in the page's order, nothing wider than the window.
#pragma once

#include <span>
#include <string>

#include "apps/mirror/rendering/named_report.h"
#include "apps/mirror/report.h"

namespace pharos::mirror {

struct TerminalStyle {
  int width = 80;       ///< columns of the window; below 32 the text is laid out for 32
  bool colour = false;  ///< escape sequences for colour and weight
  bool unicode = true;  ///< otherwise everything is ASCII
};

/// Lines that end in "\n" and end in no space, each at most `width` columns. Control characters in the report
/// do not reach the terminal. Thread-safe.
std::string render_terminal(const Report& report, const TerminalStyle& style);

/// A table that compares several photos, for above or instead of their reports.
std::string render_comparison_terminal(std::span<const NamedReport> reports, const TerminalStyle& style);

}  // namespace pharos::mirror
