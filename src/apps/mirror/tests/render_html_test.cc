#include "apps/mirror/rendering/render_html.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "apps/mirror/rendering/render_terminal.h"
#include "apps/mirror/rendering/report_view.h"
#include "apps/mirror/tests/support_hostile.h"
#include "apps/mirror/tests/support_page.h"
#include "apps/mirror/tests/support_states.h"
#include "core/base/file.h"

namespace pharos::mirror {
namespace {

vision::Image plain_photo(int width, int height) {
  vision::Image photo{.width = width, .height = height, .rgb = {}};
  photo.rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, std::uint8_t{90});
  return photo;
}

std::string render(const Report& report) {
  return render_html(report, plain_photo(32, 32), 16.0);
}

Page page_of(const Report& report) {
  return read_page(render(report));
}

const PageElement& image_of(const Page& page) {
  return *std::ranges::find(page.elements, "img", &PageElement::name);
}

std::string decoded(std::string_view base64) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : base64.substr(0, base64.find('='))) {
    bits = bits << 6U | static_cast<std::uint32_t>(kDigits.find(digit));
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> static_cast<unsigned>(count -= 8) & 255U);
  }
  return bytes;
}

/// What a page is made of; cards may change places with the length of their texts.
std::vector<std::string> elements_of(const Page& page) {
  std::vector<std::string> names;
  for (const PageElement& element : page.elements) names.push_back(element.name);
  std::ranges::sort(names);
  return names;
}

TEST(RenderHtml, EveryStateIsAWellFormedPage) {
  for (const auto& [name, report] : every_state()) EXPECT_EQ(page_of(report).problem, "") << name;
}

RC_GTEST_PROP(RenderHtml, NoTextOfAReportChangesTheShapeOfThePage, ()) {
  const Page plain = page_of(filled_report("word"));
  const Page hostile = page_of(filled_report(*hostile_text()));
  RC_ASSERT(hostile.problem == "");
  RC_ASSERT(elements_of(hostile) == elements_of(plain));
}

TEST(RenderHtml, ThePageNeedsNothingFromOutsideAndRunsNothing) {
  for (const auto& [name, report] : every_state()) {
    const Page page = page_of(report);
    for (const PageElement& element : page.elements) {
      EXPECT_NE(element.name, "script") << name;
      EXPECT_NE(element.name, "link") << name;
      for (const auto& [key, value] : element.attributes) {
        EXPECT_FALSE(key.starts_with("on")) << name << ": " << key;
        if (key == "src") EXPECT_TRUE(value.starts_with("data:image/jpeg;base64,")) << name;
        if (key == "href") EXPECT_TRUE(value.starts_with("#")) << name;
        if (key == "style") EXPECT_EQ(value.find("url"), std::string::npos) << name;
      }
    }
  }
  const std::string html = render(sample_report());
  EXPECT_NE(html.find("default-src 'none'; img-src data:;"), std::string::npos);
  EXPECT_EQ(std::regex_replace(html, std::regex("base64,[^\"]*"), "").find("//"), std::string::npos);
}

TEST(RenderHtml, NoWordIsAboutWhatAPersonIs) {
  const std::regex forbidden(kForbiddenWords, std::regex::icase);
  for (const auto& [name, report] : every_state()) {
    std::smatch found;
    const std::string text = page_of(report).text;
    EXPECT_FALSE(std::regex_search(text, found, forbidden)) << name << ": " << found.str();
  }
}

TEST(RenderHtml, AFullReportSaysWhatWasMeasuredHowSureAndWhatToDo) {
  const std::string text = page_of(sample_report()).text;
  for (const std::string_view words : {"What comes across in this photo",
                                       "21 November 2026",
                                       "confidence 0.71, fair",
                                       "A warm, sharp portrait",
                                       "Portrait",
                                       "light on the face",
                                       "Burnt orange",
                                       "68 %",
                                       "lower on the right",
                                       "5° ± 2°",
                                       "Outside the picture",
                                       "The left hip is hidden",
                                       "last year forty of them crossed the bay",
                                       "Step back half a metre.",
                                       "0.60 × face 8.50 + 0.40 × posture 7.00",
                                       "7.90",
                                       "mediapipe pose_landmark_full (OpenVINO f32)",
                                       "43.0 ms",
                                       "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7",
                                       "not allowed",
                                       "For entertainment and self-reflection."}) {
    EXPECT_NE(text.find(words), std::string::npos) << words;
  }
  EXPECT_LT(text.find("What would help most"), text.find("How this was made"));
}

TEST(RenderHtml, ThePhotoIsEmbeddedAtMost1024PixelsWide) {
  const Page large = read_page(render_html(sample_report(), plain_photo(1500, 3000), 1.0));
  const std::string& source = image_of(large).attributes.at("src");
  const vision::ImageHeader header = vision::read_header(decoded(source.substr(source.find(',') + 1)));
  EXPECT_EQ(header.width, 512);
  EXPECT_EQ(header.height, 1024);
  EXPECT_EQ(header.format, "jpeg");
  for (const int width : {7, 8, 9}) {
    const Page small = read_page(render_html(sample_report(), plain_photo(width, 5), 1.0));
    const std::string& address = image_of(small).attributes.at("src");
    EXPECT_EQ(vision::read_header(decoded(address.substr(address.find(',') + 1))).width, width);
  }
}

TEST(RenderHtml, DrawingsLieInPixelsOfTheOriginal) {
  const Page page = page_of(sample_report());
  const auto svg = std::ranges::find_if(page.elements, [](const PageElement& element) {
    return element.attributes.contains("class") && element.attributes.at("class") == "drawings";
  });
  EXPECT_EQ(svg->attributes.at("viewBox"), "0 0 512 512");
  EXPECT_NE(render(sample_report()).find("M113.0 240.0h0"), std::string::npos) << "a shoulder";
}

TEST(RenderHtml, ThereIsASwitchForEachLayerWithSomethingInIt) {
  const Page full = page_of(sample_report());
  for (const std::string_view layer : {"show-pose", "show-face", "show-outline", "show-garment"}) {
    EXPECT_EQ(full.count_class(layer), 1) << layer;
  }
  EXPECT_EQ(page_of(nobody_report()).count_class("layers"), 0);
  Report headless = sample_report();
  headless.agents.face.data.faces.clear();
  EXPECT_EQ(page_of(headless).count_class("show-face"), 0);
  EXPECT_EQ(page_of(headless).count_class("show-pose"), 1);
}

TEST(RenderHtml, SeveralPeopleAreNumberedAndAskedAbout) {
  EXPECT_EQ(page_of(sample_report()).count_class("badge"), 0);
  const Page group = page_of(group_report());
  EXPECT_EQ(group.count_class("badge"), 3);
  EXPECT_EQ(group.count_class("question"), 1);
  EXPECT_NE(group.text.find("Which of them is you?"), std::string::npos);
}

TEST(RenderHtml, AnAgentThatDidNotMeasureSaysSoWithWordAndIcon) {
  const Page page = page_of(troubled_report());
  EXPECT_EQ(page.count_class("state"), 3);
  for (const std::string_view words :
       {"simpler way", "the face mesh took longer", "neutral defaults", "the colours could not be read",
        "failed", "the pose model stopped", "Posture failed and was left out.", "confidence 0.34, low"}) {
    EXPECT_NE(page.text.find(words), std::string::npos) << words;
  }
  EXPECT_NE(page_of(refused_report()).text.find("you did not allow it"), std::string::npos);
}

TEST(RenderHtml, ScoresThatArePartlyADefaultAreHatchedAndSaySo) {
  EXPECT_EQ(page_of(sample_report()).count_class("partly"), 0);
  const Page page = page_of(troubled_report());
  EXPECT_EQ(page.count_class("partly"), 3) << "portrait, presence and the dial";
  EXPECT_EQ(page.count_class("default"), 1) << "style";
  EXPECT_NE(page.text.find("because clothes and posture could not be measured"), std::string::npos);
  EXPECT_NE(page.text.find("posture 7.00 (default)"), std::string::npos);
}

TEST(RenderHtml, WithoutScoresNoneIsShownAnywhere) {
  const Page page = page_of(unscored_report());
  EXPECT_EQ(page.count_class("bar"), static_cast<int>(sample_report().timings_ms.size())) << "times only";
  EXPECT_EQ(page.count_class("reached"), 0);
  EXPECT_NE(page.text.find("No scores are given"), std::string::npos);
  EXPECT_NE(page.text.find("not scored"), std::string::npos);
  EXPECT_EQ(page.text.find("Strongest"), std::string::npos);
}

TEST(RenderHtml, MockModeIsMarkedAboveEverything) {
  const std::string text = page_of(mock_report()).text;
  EXPECT_LT(text.find("Mock mode"), text.find("A warm, sharp portrait"));
  EXPECT_EQ(page_of(sample_report()).text.find("Mock mode"), std::string::npos);
}

TEST(RenderHtml, APhotoWithoutAPersonSaysSoWhereFiguresWouldStand) {
  const std::string text = page_of(nobody_report()).text;
  for (const std::string_view words :
       {"Nobody was found in this photo", "None was found", "no face to read it from", "no text was given"}) {
    EXPECT_NE(text.find(words.substr(1)), std::string::npos) << words;
  }
}

TEST(RenderHtml, FiguresThatAreNoNumbersAndColoursThatAreNoneDoNoHarm) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Report report = sample_report();
  report.scores = {.overall = kNan, .attractiveness = kInfinite, .style = -4, .presence = 12};
  report.confidence = kNan;
  report.timings_ms["total"] = kInfinite;
  report.agents.posture.data.keypoints[0].x = kNan;
  report.agents.posture.data.bands[0].degrees = kNan;
  report.agents.posture.data.bands[0].uncertainty = kInfinite;
  report.agents.face.data.faces[0].bbox[0] = kNan;
  report.agents.fashion.data.palette[0].share = kNan;
  report.agents.fashion.data.palette[0].hex = "red;background:url(x)";
  const std::string html = render(report);
  EXPECT_EQ(read_page(html).problem, "");
  EXPECT_FALSE(std::regex_search(std::regex_replace(html, std::regex("base64,[^\"]*"), ""),
                                 std::regex("\\b(nan|inf)\\b")));
  EXPECT_EQ(html.find("url(x)"), std::string::npos);
  EXPECT_NE(html.find("--colour:#808080"), std::string::npos);
}

TEST(RenderHtml, APhotoThatIsNotKeptIsSaidToBe) {
  EXPECT_NE(read_page(render_html(sample_report(), {}, 1.0)).text.find("The photo is not kept"),
            std::string::npos);
}

TEST(RenderComparisonHtml, PhotosStandInATableAndTheHighestIsNamed) {
  Report better = sample_report();
  better.scores.overall = 8.2;
  better.scores.style = 9.0;
  const std::vector<NamedReport> reports{{"<a>.jpg", sample_report(), plain_photo(300, 200), 1.0},
                                         {"b.jpg", better, plain_photo(200, 300), 1.0},
                                         {"c.jpg", unscored_report(), {}, 1.0}};
  const Page page = read_page(render_comparison_html(reports));
  EXPECT_EQ(page.problem, "");
  EXPECT_EQ(page.count_class("comparison"), 1);
  EXPECT_EQ(page.count_class("one"), 3);
  EXPECT_NE(page.text.find("<a>.jpg"), std::string::npos);
  EXPECT_NE(page.text.find("highest overall and style"), std::string::npos);
  EXPECT_NE(page.text.find("not scored"), std::string::npos);
  EXPECT_EQ(read_page(render_comparison_html({})).problem, "");
}

TEST(NamedReport, OnlyADifferenceThatCanBeSeenIsMarked) {
  Report almost = sample_report();
  almost.scores.overall = *almost.scores.overall + 0.001;
  almost.confidence += 0.01;
  const std::vector<NamedReport> reports{{.name = "a", .report = sample_report()},
                                         {.name = "b", .report = almost}};
  EXPECT_EQ(highest_marks(reports), (std::vector<std::string>{"", "highest confidence"}));
  EXPECT_EQ(highest_marks(std::span(reports).first(1)), (std::vector<std::string>{""}));
}

/// Writes a page for each state into the folder $PHAROS_PAGES, to be looked at.
TEST(RenderHtml, DISABLED_WritesPagesToLookAt) {
  const char* folder = std::getenv("PHAROS_PAGES");
  ASSERT_NE(folder, nullptr) << "set PHAROS_PAGES";
  std::vector<NamedReport> named;
  for (const auto& [name, report] : every_state()) {
    base::write_file(std::string(folder) + "/" + name + ".html", render_html(report, sample_photo(), 1.0));
    base::write_file(std::string(folder) + "/" + name + ".txt", render_terminal(report, {.width = 80}));
    named.push_back({name + ".jpg", report, sample_photo(), 1.0});
  }
  base::write_file(std::string(folder) + "/compare.html", render_comparison_html(named));
  base::write_file(std::string(folder) + "/compare.txt", render_comparison_terminal(named, {.width = 100}));
}

}  // namespace
}  // namespace pharos::mirror
