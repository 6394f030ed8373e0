#include "apps/mirror/measuring/text_study.h"

#include <algorithm>

#include "apps/mirror/measuring/words.h"

namespace pharos::mirror {

namespace {

constexpr std::size_t kMostSentences = 16;
constexpr std::size_t kMostTopics = 3;

/// Sentences, longer ones split at semicolons: one thought a piece.
std::vector<std::string> thoughts_of(std::string_view bio) {
  std::vector<std::string> thoughts;
  for (const Sentence& sentence : take_apart(bio)) {
    for (std::size_t begin = 0; begin < sentence.text.size() && thoughts.size() < kMostSentences;) {
      const std::size_t end = std::min(sentence.text.find(';', begin), sentence.text.size());
      const std::string_view piece = sentence.text.substr(begin, end - begin);
      if (!words_of(piece).empty()) thoughts.emplace_back(piece);
      begin = end + 1;
    }
  }
  return thoughts;
}

}  // namespace

const std::vector<TopicAnchor>& topic_anchors() {
  static const std::vector<TopicAnchor> kAnchors{
      {"making things",
       "I build, repair and make things by hand: wood, metal, pottery, sewing, crafts in a workshop."},
      {"teaching", "I teach, coach and explain things to students and children."},
      {"water and sailing", "I sail boats, swim, surf and spend time on the sea, lakes and rivers."},
      {"sport and movement", "I run, cycle, climb, play football and train; sport and races."},
      {"nature and outdoors", "I hike in the mountains and forests, camp, garden and watch birds."},
      {"food and cooking", "I cook, bake bread, try recipes and eat in restaurants."},
      {"music", "I play an instrument, sing, write songs and go to concerts."},
      {"books and writing", "I read novels and poetry, write stories and visit libraries."},
      {"art and design", "I draw, paint, take photographs, design, and visit museums and galleries."},
      {"technology", "I write software, work with computers, data, robots and electronics."},
      {"science and learning", "I study and do research in science, mathematics, history and languages."},
      {"travel", "I travel to other countries, explore cities and meet other cultures."},
      {"home and family", "I spend time with my partner, children, parents and pets at home."},
      {"helping others", "I volunteer, care for people and help my community and neighbours."},
      {"work and business", "I lead a team, manage projects, run a company and work with customers."},
      {"games and film", "I play board games and video games, watch films and series."},
  };
  return kAnchors;
}

base::Task<std::shared_ptr<const std::vector<inference::Embedding>>> TopicVectors::get(
    base::Pool& cpu, std::shared_ptr<const Instruments> instruments) {
  co_return co_await vectors_.get(cpu, [instruments = std::move(instruments)] {
    std::vector<std::string> texts;
    for (const TopicAnchor& anchor : topic_anchors()) texts.emplace_back(anchor.description);
    return instruments->embed(texts);
  });
}

base::Task<inference::Embedding> TextStudy::embed(std::string text) {
  co_return co_await base::run_on(cpu_, [self = shared_from_this(), text = std::move(text)] {
    return self->stopwatch_->time("embed",
                                  [&] { return self->instruments_->embed(std::span(&text, 1)).at(0); });
  });
}

Once<TextStudy::Vectors>::Work TextStudy::sentence_work() {
  return [self = shared_from_this()] {
    return self->stopwatch_->time("embed",
                                  [&] { return self->instruments_->embed(thoughts_of(self->bio_)); });
  };
}

void TextStudy::prepare() {
  if (!bio_.empty()) sentences_.start(cpu_, sentence_work());
}

base::Task<std::vector<FoundTopic>> TextStudy::topics() {
  const auto sentences = co_await sentences_.get(cpu_, sentence_work());
  const auto anchors = co_await anchors_->get(cpu_, instruments_);
  co_return topics_near(thoughts_of(bio_), *sentences, *anchors);
}

std::vector<FoundTopic> topics_near(const std::vector<std::string>& sentences,
                                    const std::vector<inference::Embedding>& sentence_vectors,
                                    const std::vector<inference::Embedding>& anchor_vectors) {
  std::vector<FoundTopic> found;
  for (std::size_t anchor = 0; anchor < std::min(anchor_vectors.size(), topic_anchors().size()); ++anchor) {
    FoundTopic nearest{{std::string(topic_anchors()[anchor].name), -1.0}, ""};
    for (std::size_t i = 0; i < std::min(sentences.size(), sentence_vectors.size()); ++i) {
      const double similarity = inference::cosine(anchor_vectors[anchor], sentence_vectors[i]);
      if (similarity > nearest.topic.similarity) nearest = {{nearest.topic.name, similarity}, sentences[i]};
    }
    if (nearest.topic.similarity >= kTopicThreshold) found.push_back(std::move(nearest));
  }
  std::ranges::sort(
      found, {}, [](const FoundTopic& each) { return std::pair(-each.topic.similarity, each.topic.name); });
  if (found.size() > kMostTopics) found.resize(kMostTopics);
  return found;
}

}  // namespace pharos::mirror
