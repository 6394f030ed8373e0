#include "apps/mirror/rendering/render_terminal.h"

#include <clocale>
#include <cstdlib>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <wchar.h>

#include "apps/mirror/tests/support_hostile.h"
#include "apps/mirror/tests/support_states.h"
#include "core/base/text.h"

namespace pharos::mirror {
namespace {

std::string without_colour(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

/// Columns by the C library's own table.
int library_width(const std::string& line) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::wstring wide(line.size() + 1, L'\0');
  const std::size_t length = std::mbstowcs(wide.data(), line.c_str(), wide.size());
  return length == static_cast<std::size_t>(-1) ? 1000 : wcswidth(wide.c_str(), length);
}

/// The first line that is wider than `width` or ends in a space; empty when there is none.
std::string misfit(const std::string& text, int width) {
  for (const std::string& line : base::split(without_colour(text), '\n')) {
    if (library_width(line) > width || line.ends_with(' ')) return line;
  }
  return {};
}

TerminalStyle any_style() {
  return {.width = *rc::gen::inRange(40, 201),
          .colour = *rc::gen::arbitrary<bool>(),
          .unicode = *rc::gen::arbitrary<bool>()};
}

TEST(RenderTerminal, EveryStateFitsEveryWindow) {
  for (const auto& [name, report] : every_state()) {
    for (const int width : {32, 40, 44, 60, 80, 100, 200}) {
      for (const bool unicode : {true, false}) {
        EXPECT_EQ(misfit(render_terminal(report, {.width = width, .unicode = unicode}), width), "")
            << name << " at " << width;
      }
    }
  }
}

RC_GTEST_PROP(RenderTerminal, NoTextIsWiderThanTheWindowOrSteersTheTerminal, ()) {
  const std::string text = *hostile_text();
  const TerminalStyle style = any_style();
  const std::string shown = render_terminal(filled_report(text), style);
  RC_ASSERT(misfit(shown, style.width) == "");
  RC_ASSERT(base::is_utf8(shown));
  const std::string uncoloured = style.colour ? without_colour(shown) : shown;
  RC_ASSERT(uncoloured.find_first_of("\x1b\r\t\x07\x7f") == std::string::npos);
}

RC_GTEST_PROP(RenderTerminal, AComparisonFitsTheWindowToo, ()) {
  const TerminalStyle style = any_style();
  const std::vector<NamedReport> reports{{.name = *hostile_text(), .report = sample_report()},
                                         {.name = "b.jpg", .report = troubled_report()}};
  RC_ASSERT(misfit(render_comparison_terminal(reports, style), style.width) == "");
}

TEST(RenderTerminal, ColourIsOnlyUsedWhenAsked) {
  EXPECT_EQ(render_terminal(filled_report("\x1b[31m"), {.colour = false}).find('\x1b'), std::string::npos);
  const std::string coloured = render_terminal(sample_report(), {.colour = true});
  EXPECT_NE(coloured.find("\x1b[48;2;213;86;31m"), std::string::npos) << "a block of burnt orange";
  EXPECT_EQ(without_colour(coloured).find('\x1b'), std::string::npos);
}

TEST(RenderTerminal, WithoutUnicodeEverythingIsAscii) {
  for (const auto& [name, report] : every_state()) {
    for (const char c : render_terminal(report, {.unicode = false}))
      ASSERT_LT(static_cast<unsigned char>(c), 0x80) << name;
  }
  const std::string text = render_terminal(sample_report(), {.unicode = false});
  EXPECT_NE(text.find("5 deg +/- 2 deg"), std::string::npos);
  EXPECT_NE(text.find("#####"), std::string::npos);
}

TEST(RenderTerminal, WordsComeInTheOrderOfThePage) {
  const std::string text = render_terminal(sample_report(), {});
  std::size_t last = 0;
  for (const std::string_view words :
       {"What comes across in this photo", "A warm, sharp portrait", "Overall", "Strongest",
        "What stands out", "\nPortrait", "\nStyle", "Burnt orange 68 %", "\nPosture",
        "Slight, lower on the right (5° ± 2°)", "The left hip is hidden", "\nWords", "“last year forty",
        "What would help most", "1. Step back half a metre.", "How this was made", "0.60 × face 8.50",
        "For entertainment"}) {
    const std::size_t place = text.find(words, last);
    ASSERT_NE(place, std::string::npos) << words;
    last = place;
  }
}

TEST(RenderTerminal, StatesAreSaidInWords) {
  const std::string troubled = render_terminal(troubled_report(), {.width = 120});
  for (const std::string_view words :
       {"simpler way: the face mesh", "neutral defaults: the colours", "failed: the pose model",
        "partly a default", "! Posture failed and was left out."}) {
    EXPECT_NE(troubled.find(words), std::string::npos) << words;
  }
  EXPECT_NE(render_terminal(mock_report(), {}).find("! Mock mode."), std::string::npos);
  EXPECT_NE(render_terminal(unscored_report(), {}).find("not scored"), std::string::npos);
  EXPECT_NE(render_terminal(group_report(), {}).find("Which of them is you?"), std::string::npos);
}

TEST(RenderTerminal, NoWordIsAboutWhatAPersonIs) {
  const std::regex forbidden(kForbiddenWords, std::regex::icase);
  for (const auto& [name, report] : every_state()) {
    std::smatch found;
    const std::string text = render_terminal(report, {});
    EXPECT_FALSE(std::regex_search(text, found, forbidden)) << name << ": " << found.str();
  }
}

TEST(RenderComparisonTerminal, TheHighestIsNamedInWideAndNarrowWindows) {
  Report better = sample_report();
  better.scores.overall = 8.2;
  const std::vector<NamedReport> reports{{.name = "a.jpg", .report = sample_report()},
                                         {.name = "b.jpg", .report = better},
                                         {.name = "c.jpg", .report = unscored_report()}};
  for (const int width : {50, 100}) {
    const std::string text = render_comparison_terminal(reports, {.width = width});
    EXPECT_LT(text.find("b.jpg"), text.find("highest overall")) << width;
    EXPECT_LT(text.find("highest overall"), text.find("c.jpg")) << width;
    EXPECT_NE(text.find("not scored"), std::string::npos) << width;
  }
}

}  // namespace
}  // namespace pharos::mirror
