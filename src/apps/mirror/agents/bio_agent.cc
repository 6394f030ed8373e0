#include "apps/mirror/agents/bio_agent.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/mirror/agents/scores.h"
#include "apps/mirror/measuring/bio_signals.h"
#include "apps/mirror/wording/guard_rails.h"
#include "apps/mirror/wording/wording.h"
#include "core/base/text.h"

namespace pharos::mirror {

namespace {

constexpr const char* kHelp =
    "What you write sounds like a lot to carry, and you deserve to be heard: please talk to someone you "
    "trust, or call "
    "a crisis line; findahelpline.com lists them by country.";
constexpr std::size_t kMostQuotes = 4;
constexpr std::size_t kLongestQuote = 160;
constexpr double kUnmeasuredConfidence = 0.3;
constexpr double kStrongPart = 7.0;
constexpr double kWeakPart = 5.0;
constexpr int kShortText = 12;

std::map<std::string, double> numbers_of(const BioMeasures& measures) {
  std::map<std::string, double> numbers{{"characters", measures.characters},
                                        {"words", measures.words},
                                        {"sentences", measures.sentences},
                                        {"emoji", measures.emoji},
                                        {"words_per_sentence", round2(measures.words_per_sentence)},
                                        {"sentence_variety", round2(measures.variety)}};
  if (measures.language != "en") return numbers;
  numbers["reading_ease"] = round2(measures.reading_ease);
  numbers["concreteness"] = round2(measures.concreteness);
  numbers["tone"] = round2(measures.tone);
  numbers["vague_share"] = round2(measures.vague_share);
  numbers["first_person_share"] = round2(measures.first_person);
  numbers["towards_others_share"] = round2(measures.towards_others);
  numbers["wishes"] = measures.wishes;
  numbers["different_words_share"] = round2(measures.distinct_share);
  numbers["numbers"] = measures.details.numbers;
  numbers["names"] = measures.details.names;
  numbers["places"] = measures.details.places;
  numbers["things"] = measures.details.things;
  numbers["results"] = measures.details.results;
  return numbers;
}

/// "a place, a number and a result".
std::string detail_words(const Details& details) {
  std::vector<std::string> kinds;
  if (details.places > 0 || details.names > 0) kinds.emplace_back(details.places > 0 ? "a place" : "a name");
  if (details.numbers > 0) kinds.emplace_back("a number");
  if (details.results > 0) kinds.emplace_back("something done");
  if (details.things > 0) kinds.emplace_back("things one can see");
  return list_words(kinds);
}

/// An exact stretch from the sentence's start, ending at a word, of at most kLongestQuote code points.
std::string stretch_of(std::string_view sentence) {
  if (base::count_code_points(sentence) <= kLongestQuote) return std::string(sentence);
  std::size_t end = 0;
  for (const Word& word : words_of(sentence)) {
    if (base::count_code_points(sentence.substr(0, word.end())) > kLongestQuote) break;
    end = word.end();
  }
  return std::string(sentence.substr(0, end));
}

bool may_be_quoted(std::string_view text) {
  return !text.empty() && is_mild(text) && !addresses_a_machine(text) && !mentions_self_harm(text);
}

void quote(std::vector<Quote>& quotes, std::string_view sentence, std::string why) {
  const std::string text = stretch_of(sentence);
  const bool taken = std::ranges::find(quotes, text, &Quote::text) != quotes.end();
  if (quotes.size() < kMostQuotes && !taken && may_be_quoted(text)) quotes.push_back({text, std::move(why)});
}

/// The most detailed sentence, the warmest, the least specific, the one that looks ahead.
std::vector<Quote> choose_quotes(const std::vector<Sentence>& sentences,
                                 const std::vector<FoundTopic>& topics) {
  std::vector<Quote> quotes;
  if (sentences.empty()) return quotes;
  const auto most = std::ranges::max_element(
      sentences, {}, [](const Sentence& sentence) { return details_of(sentence).total(); });
  if (const Details details = details_of(*most); details.total() > 0) {
    quote(quotes, most->text, "concrete: " + detail_words(details));
  }
  for (const FoundTopic& topic : topics) quote(quotes, topic.sentence, "speaks of " + topic.topic.name);
  const auto warmest = std::ranges::max_element(
      sentences, {}, [](const Sentence& sentence) { return tone_of_words(sentence.words); });
  if (tone_of_words(warmest->words) >= 0.4) quote(quotes, warmest->text, "warm words");
  const auto plainest = std::ranges::find_if(sentences, [](const Sentence& sentence) {
    return sentence.words.size() >= 5 && details_of(sentence).total() == 0;
  });
  if (plainest != sentences.end()) quote(quotes, plainest->text, "fits many people: no detail of its own");
  return quotes;
}

std::string topic_words(const std::vector<FoundTopic>& topics) {
  std::vector<std::string> names;
  for (const FoundTopic& topic : topics) names.push_back(topic.topic.name);
  return list_words(names);
}

std::string_view tone_words(double tone, int count) {
  if (count == 0) return "matter-of-fact";
  if (tone >= 0.4) return "warm";
  if (tone > -0.1) return "balanced";
  return "downcast";
}

std::string vibe_of(const BioMeasures& measures, const std::vector<FoundTopic>& topics) {
  const std::string_view detail = measures.concreteness >= 20   ? "full of detail"
                                  : measures.concreteness >= 10 ? "with some detail"
                                                                : "in general words";
  std::string vibe = fmt::format("The text sounds {} and is written {}",
                                 tone_words(measures.tone, measures.tone_words), detail);
  if (!topics.empty()) vibe += fmt::format("; it speaks of {}", topic_words(topics));
  return vibe + ".";
}

void write_strengths(const BioMeasures& measures, const std::map<std::string, double>& parts, BioData& data) {
  const auto strong = [&](const char* part) { return parts.at(part) >= kStrongPart; };
  if (strong("concreteness")) {
    data.strengths.push_back(fmt::format("It is concrete: it gives {}.", detail_words(measures.details)));
  }
  if (strong("specificity"))
    data.strengths.emplace_back("It is specific: few of its words would fit just anybody.");
  if (strong("readability")) {
    data.strengths.push_back(
        fmt::format("It reads easily: reading ease {:.0f} of 100.", measures.reading_ease));
  }
  if (strong("tone")) data.strengths.emplace_back("Its words are warm.");
  if (strong("balance") && measures.towards_others > 0) {
    data.strengths.emplace_back("It speaks of you and of others, in balance.");
  }
  if (strong("variety"))
    data.strengths.emplace_back("Its sentences differ in length, which keeps a reader awake.");
}

struct Remark {
  const char* part;
  std::string weakness;
  std::string improvement;
};

std::vector<Remark> remarks_on(const BioMeasures& measures) {
  return {
      {"concreteness",
       fmt::format("It stays general: {:.0f} details in a hundred words.", measures.concreteness),
       "Add one place, one number and one thing you made or did. Details are what a reader remembers."},
      {"specificity",
       fmt::format("Its words would fit many people: {} of them are general.", percent(measures.vague_share)),
       "Swap one general word for what it means to you. \"Music\" says less than the song you play."},
      {"readability", fmt::format("It is hard to read: reading ease {:.0f} of 100.", measures.reading_ease),
       fmt::format(
           "Split the longest sentence. There are {:.0f} words in a sentence now; about 15 read easily.",
           measures.words_per_sentence)},
      {"tone", "Its words pull down more than they lift up.",
       "Say one thing you enjoy. It gives the reader a way in."},
      {"balance",
       measures.first_person > 0.1
           ? fmt::format("Much of it begins with you: {} of the words are I, me or my.",
                         percent(measures.first_person))
           : "You hardly appear in it yourself.",
       measures.first_person > 0.1
           ? "Start one sentence with someone or something else. It lets the reader in."
           : "Say \"I\" once. The reader wants to meet you."},
      {"variety", "Its sentences are much alike.",
       "Put one short sentence beside a long one. The change of pace keeps a reader awake."},
  };
}

void write_weaknesses(const BioMeasures& measures, const std::map<std::string, double>& parts,
                      BioData& data) {
  std::vector<Remark> remarks = remarks_on(measures);
  std::ranges::sort(remarks, {}, [&parts](const Remark& remark) {
    return std::pair(parts.at(remark.part), std::string_view(remark.part));
  });
  for (const Remark& remark : remarks) {
    if (parts.at(remark.part) >= kWeakPart) break;
    data.weaknesses.push_back(remark.weakness);
    data.improvements.push_back(remark.improvement);
  }
  if (measures.words < kShortText) {
    data.improvements.emplace_back("Write two or three sentences. So few words leave little to read.");
  }
  if (measures.wishes == 0) {
    data.improvements.emplace_back(
        "End with a wish. One sentence about what you look for next is easy to answer.");
  }
}

void write_signals(const BioMeasures& measures, BioData& data) {
  if (measures.harsh_words > 0) {
    data.weaknesses.emplace_back("Some of its words are harsh.");
    data.improvements.insert(
        data.improvements.begin(),
        "Say the same without the harsh words. What you mean comes across better calmly.");
  }
  if (measures.machine_orders) {
    data.weaknesses.emplace_back("Part of it speaks to a machine instead of a reader.");
    data.improvements.emplace_back(
        "Leave out the part that gives orders to a machine. It was read as words only and changed nothing.");
  }
}

void write_english(const BioMeasures& measures, std::string_view bio, const std::vector<FoundTopic>& topics,
                   AgentResult<BioData>& result) {
  BioData& data = result.data;
  data.score_parts = bio_score_parts(measures);
  data.score = bio_score(data.score_parts);
  data.vibe_summary = vibe_of(measures, topics);
  write_strengths(measures, data.score_parts, data);
  write_weaknesses(measures, data.score_parts, data);
  write_signals(measures, data);
  for (const FoundTopic& topic : topics)
    data.topics.push_back({topic.topic.name, round2(topic.topic.similarity)});
  data.quotes = choose_quotes(take_apart(bio), topics);
  result.confidence = round2(0.4 + 0.5 * std::min(1.0, measures.words / 50.0));
}

void write_unmeasured(const BioMeasures& measures, AgentResult<BioData>& result) {
  BioData& data = result.data;
  result.confidence = kUnmeasuredConfidence;
  if (measures.language == "none") {
    result.reason = "the text has no words, only signs and symbols";
    data.vibe_summary = "The text has no words, only signs and symbols, so there is nothing to read closely.";
    data.improvements.emplace_back(
        "Add a sentence in words. Symbols set a mood; words tell the reader something.");
    return;
  }
  result.reason =
      fmt::format("the text is not in English ({} script): only its length and sentences were measured",
                  measures.language);
  data.vibe_summary = fmt::format(
      "The text has {} words in {} sentences in {} script. Its meaning was not read: only English is "
      "understood here.",
      measures.words, std::max(1, measures.sentences), capital(measures.language));
}

}  // namespace

std::map<std::string, double> bio_score_parts(const BioMeasures& measures) {
  if (measures.language != "en" || measures.words == 0) return {};
  const double kinds = 2.0 * measures.details.kinds();
  const double own_words = ramp(measures.vague_share, 0.25, 0.02);
  const double varied = measures.sentences > 1 ? ramp(measures.variety, 0.0, 0.4) : kNeutralScore;
  return {
      // Twenty details in a hundred words are as full as a text gets.
      {"concreteness", round2(ramp(measures.concreteness, 0, 20))},
      // Half of it: how many of the five kinds of detail there are; half: how few words would fit anybody.
      {"specificity", round2((kinds + own_words) / 2)},
      // Flesch's plain English begins at 60; 20 is an academic paper.
      {"readability", round2(ramp(measures.reading_ease, 20, 65))},
      {"tone", round2(5.0 + 5.0 * measures.tone)},
      // One word in ten about oneself is how people speak; none, or one in four, is unusual in a bio.
      {"balance", round2(4.0 + 0.6 * trapezoid(measures.first_person, 0.0, 0.03, 0.12, 0.25))},
      {"variety", round2((varied + ramp(measures.distinct_share, 0.4, 0.75)) / 2)},
  };
}

std::optional<double> bio_score(const std::map<std::string, double>& parts) {
  return weighted_mean(parts, {{"concreteness", 0.25},
                               {"specificity", 0.20},
                               {"readability", 0.20},
                               {"tone", 0.15},
                               {"balance", 0.10},
                               {"variety", 0.10}});
}

AgentResult<BioData> read_bio(std::string_view bio, const std::vector<FoundTopic>& topics) {
  const BioMeasures measures = measure_bio(bio);
  AgentResult<BioData> result;
  result.status = Status::kOk;
  result.engine = "text measures";
  result.data.language = measures.language;
  if (mentions_self_harm(bio)) {
    result.confidence = kUnmeasuredConfidence;
    result.reason = "this text is not for scoring";
    result.data.vibe_summary = kHelp;
    return result;
  }
  result.data.measures = numbers_of(measures);
  if (measures.language == "en" && measures.words > 0) {
    write_english(measures, bio, topics, result);
  } else {
    write_unmeasured(measures, result);
  }
  return result;
}

base::Task<AgentResult<BioData>> bio_agent(const MirrorState& state) {
  const std::shared_ptr<const Subject> subject = state.subject;
  std::vector<FoundTopic> topics;
  if (measure_bio(*subject->bio).language == "en") topics = co_await subject->text->topics();
  AgentResult<BioData> result = read_bio(*subject->bio, topics);
  result.engine += ", topics by " + subject->text->model();
  co_return result;
}

base::Task<AgentResult<BioData>> bio_fallback(const MirrorState& state) {
  co_return read_bio(*state.subject->bio, {});
}

}  // namespace pharos::mirror
