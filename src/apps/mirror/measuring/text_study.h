// The sentence model's part of one analysis: embeds texts, and says which topics a bio speaks of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/mirror/measuring/instruments.h"
#include "apps/mirror/measuring/once.h"
#include "apps/mirror/measuring/stopwatch.h"
#include "apps/mirror/report.h"
#include "core/base/pool.h"
#include "core/base/task.h"

namespace pharos::mirror {

/// A topic as a described sentence: what the bio's sentences are compared with.
struct TopicAnchor {
  std::string_view name;
  std::string_view description;
};
const std::vector<TopicAnchor>& topic_anchors();

/// The anchors' vectors, made once for all analyses that share this object. Thread-safe.
class TopicVectors {
 public:
  base::Task<std::shared_ptr<const std::vector<inference::Embedding>>> get(
      base::Pool& cpu, std::shared_ptr<const Instruments> instruments);

 private:
  Once<std::vector<inference::Embedding>> vectors_;
};

/// A topic found, and the sentence that is nearest to it.
struct FoundTopic {
  Topic topic;
  std::string sentence;
};

/// Thread-safe. Made by make_shared; work on the pool keeps it alive.
class TextStudy : public std::enable_shared_from_this<TextStudy> {
 public:
  /// `bio` may be empty.
  TextStudy(std::string bio, std::shared_ptr<const Instruments> instruments,
            std::shared_ptr<TopicVectors> anchors, base::Pool& cpu, std::shared_ptr<Stopwatch> stopwatch)
      : bio_(std::move(bio)),
        instruments_(std::move(instruments)),
        anchors_(std::move(anchors)),
        cpu_(cpu),
        stopwatch_(std::move(stopwatch)) {}

  const std::string& model() const { return instruments_->text_model; }
  base::Task<inference::Embedding> embed(std::string text);

  /// The topics the bio speaks of, nearest first; at most three.
  base::Task<std::vector<FoundTopic>> topics();
  /// Begins embedding the bio's sentences, so that topics() finds them done.
  void prepare();

 private:
  using Vectors = std::vector<inference::Embedding>;
  Once<Vectors>::Work sentence_work();

  std::string bio_;
  std::shared_ptr<const Instruments> instruments_;
  std::shared_ptr<TopicVectors> anchors_;
  base::Pool& cpu_;
  std::shared_ptr<Stopwatch> stopwatch_;
  Once<Vectors> sentences_;
};

/// The topics whose anchor lies within kTopicThreshold of a sentence. Vectors in the order of their texts.
std::vector<FoundTopic> topics_near(const std::vector<std::string>& sentences,
                                    const std::vector<inference::Embedding>& sentence_vectors,
                                    const std::vector<inference::Embedding>& anchor_vectors);

/// Cosine from which a sentence speaks of a topic.
inline constexpr double kTopicThreshold = 0.44;

}  // namespace pharos::mirror
