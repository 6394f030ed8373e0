#include "apps/mirror/wording/guard_rails.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/text.h"

namespace pharos::mirror {
namespace {

TEST(GuardWords, AreFoundWhateverTheirCaseHyphensAndQuotationMarks) {
  for (const std::string text :
       {"You are FAT.", "“ugly” light", "a middle-aged look", "a 30-year-old", "an idiot's hat",
        "very good-looking", "signs of scoliosis", "the woman, smiling"}) {
    EXPECT_FALSE(is_mild(text)) << text;
  }
}

TEST(GuardWords, ColoursClothAndLightAreNotListed) {
  for (const std::string text : {"Black, white and brown cloth", "A nude and tan palette",
                                 "The image has average light and manual focus", "You teach children to sail",
                                 "Even light, a dark ground", "The stage is broad"}) {
    EXPECT_TRUE(is_mild(text)) << text;
  }
}

TEST(GuardWords, EveryListedPhraseIsFoundInASentence) {
  for (const ListedWord& word : listed_words()) {
    const std::string sentence = "Before " + std::string(word.phrase) + ", after.";
    const std::vector<Finding> found = find_listed(sentence);
    ASSERT_FALSE(found.empty()) << word.phrase;
    EXPECT_EQ(sentence.substr(found[0].begin, found[0].end - found[0].begin), word.phrase);
  }
}

TEST(Soften, ReplacesOnlyTheWordAndSaysWhatItWas) {
  std::vector<Concern> found;
  EXPECT_EQ(soften("A beautiful photo of a stupid hat.", found),
            "A [not judged] photo of a [unkind word left out] hat.");
  EXPECT_EQ(found, (std::vector{Concern::kLooks, Concern::kInsult}));
}

TEST(Soften, ItsOwnWordingIsMild) {
  for (const ListedWord& word : listed_words()) EXPECT_TRUE(is_mild(milder(word.concern))) << word.phrase;
}

TEST(Guard, ReachesEveryTextOfAReportAndWarns) {
  Report report;
  report.summary = "An ugly corner.";
  report.detailed_analysis["fashion"] = "A slim cut.";
  report.agents.face.reason = "too old";
  report.agents.fashion.data.items.resize(1);
  report.agents.fashion.data.items[0].notes = {"for men"};
  report.agents.posture.data.reasons["hips"] = "a disease";
  const std::vector<SafetyEvent> events = guard(report);

  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[0].where, "summary");
  EXPECT_EQ(report.summary, "An [not judged] corner.");
  EXPECT_EQ(report.detailed_analysis["fashion"], "A [not described] cut.");
  EXPECT_EQ(report.agents.face.reason, "too [not described]");
  EXPECT_EQ(report.agents.fashion.data.items[0].notes[0], "for [not described]");
  EXPECT_EQ(report.agents.posture.data.reasons["hips"], "a [not assessed]");
  EXPECT_EQ(report.warnings.size(), 1U);
}

TEST(Guard, LeavesAMildReportAsItIs) {
  Report report;
  report.summary = "The light is even.";
  EXPECT_TRUE(guard(report).empty());
  EXPECT_EQ(report.summary, "The light is even.");
  EXPECT_TRUE(report.warnings.empty());
}

TEST(Guard, DropsAQuoteRatherThanChangingIt) {
  Report report;
  report.agents.bio.data.quotes = {{"I am an idiot", "first person"}, {"forty boats", "a number"}};
  guard(report);
  ASSERT_EQ(report.agents.bio.data.quotes.size(), 1U);
  EXPECT_EQ(report.agents.bio.data.quotes[0].text, "forty boats");
}

RC_GTEST_PROP(Guard, HoldsEveryListAndTextToItsBound, ()) {
  const auto many = static_cast<std::size_t>(*rc::gen::inRange(0, 60));
  const std::string text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("abc de. ")));
  std::string long_text;
  for (std::size_t i = 0; i < many * 5; ++i) long_text += text;
  Report report;
  report.summary = long_text;
  report.key_insights.assign(many, long_text);
  report.recommendations.assign(many, long_text);
  report.warnings.assign(many, long_text);
  report.detailed_analysis["bio"] = long_text;
  report.agents.face.data.faces.resize(many);
  report.agents.fashion.data.items.resize(many);
  report.agents.bio.data.strengths.assign(many, long_text);
  report.agents.bio.data.weaknesses.assign(many, long_text);
  report.agents.bio.data.improvements.assign(many, long_text);
  report.agents.bio.data.vibe_summary = long_text;
  report.agents.posture.data.tips.assign(many, "fat");
  guard(report);

  RC_ASSERT(base::count_code_points(report.summary) <= kMaxText);
  RC_ASSERT(report.key_insights.size() <= kMaxInsights);
  for (const std::string& line : report.key_insights) RC_ASSERT(base::count_code_points(line) <= kMaxLine);
  RC_ASSERT(report.recommendations.size() <= kMaxInsights);
  RC_ASSERT(report.warnings.size() <= kMaxList);
  RC_ASSERT(base::count_code_points(report.detailed_analysis["bio"]) <= kMaxText);
  RC_ASSERT(report.agents.face.data.faces.size() <= kMaxFaces);
  RC_ASSERT(report.agents.fashion.data.items.size() <= kMaxItems);
  RC_ASSERT(report.agents.bio.data.strengths.size() <= kMaxBioPoints);
  RC_ASSERT(report.agents.bio.data.weaknesses.size() <= kMaxBioPoints);
  RC_ASSERT(report.agents.bio.data.improvements.size() <= kMaxBioPoints);
  RC_ASSERT(base::count_code_points(report.agents.bio.data.vibe_summary) <= kMaxVibe);
  RC_ASSERT(report.agents.posture.data.tips.size() <= kMaxList);
}

}  // namespace
}  // namespace pharos::mirror
