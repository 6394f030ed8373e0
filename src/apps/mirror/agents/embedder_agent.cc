#include "apps/mirror/agents/embedder_agent.h"

#include <fmt/format.h>

#include "apps/mirror/agents/face_agent.h"
#include "apps/mirror/agents/fashion_agent.h"
#include "apps/mirror/agents/posture_agent.h"
#include "apps/mirror/wording/wording.h"

namespace pharos::mirror {

namespace {

std::string face_phrase(const FaceData& face) {
  if (face.faces.empty()) return "no face";
  const MeasuredFace& main = face.faces.front();
  std::vector<std::string> words{face.num_faces == 1 ? "one face" : count_words(face.num_faces) + " faces",
                                 main.quality};
  if (main.head_pose) words.push_back(turn_words(*main.head_pose));
  if (main.expression) {
    for (std::string& word : expression_words(*main.expression)) words.push_back(std::move(word));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string fashion_phrase(const FashionData& fashion) {
  std::vector<std::string> words;
  for (const FashionItem& item : fashion.items) {
    const bool known = item.pattern != "unsure";
    words.push_back(fmt::format("{} clothing {}{}", item.slot, palette_words(item.palette, false),
                                known ? ", " + item.pattern : std::string()));
  }
  if (!fashion.style.empty()) words.push_back(fashion.style);
  if (!fashion.surroundings.empty())
    words.push_back("surroundings " + palette_words(fashion.surroundings, false));
  return fmt::format("{}", fmt::join(words, "; "));
}

std::string posture_phrase(const PostureData& posture) {
  if (posture.keypoints.empty()) return "no posture";
  std::vector<std::string> words{
      fmt::format("{} view from the {}", base::to_name(posture.view), base::to_name(posture.facing))};
  for (const Band& band : posture.bands) words.push_back(band.of + " " + band.band);
  return fmt::format("{}", fmt::join(words, ", "));
}

/// Searches can find a photo by its look: colours need leave to read the clothes.
base::Task<> add_look(const std::shared_ptr<const Subject>& subject, EmbedderData& data) {
  if (!subject->consent.fashion) co_return;
  data.visual_vector = *co_await subject->photo->look();
  data.visual_model = subject->photo->instruments().look_model;
}

}  // namespace

std::string describe(const FaceData* face, const FashionData* fashion, const PostureData* posture) {
  std::vector<std::string> parts;
  if (face != nullptr) parts.push_back(face_phrase(*face));
  if (fashion != nullptr) parts.push_back(fashion_phrase(*fashion));
  if (posture != nullptr) parts.push_back(posture_phrase(*posture));
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts.empty() ? "A photo." : fmt::format("A photo: {}.", fmt::join(parts, ". "));
}

base::Task<AgentResult<EmbedderData>> embedder_agent(const MirrorState& state) {
  const std::shared_ptr<const Subject> subject = state.subject;
  if (subject->bio && subject->consent.bio) subject->text->prepare();
  co_await subject->photo->prepare();

  AgentResult<FaceData> face;
  AgentResult<FashionData> fashion;
  AgentResult<PostureData> posture;
  if (subject->consent.face) face = co_await face_agent(state);
  if (subject->consent.fashion) fashion = co_await fashion_agent(state);
  if (subject->consent.posture) posture = co_await posture_agent(state);

  AgentResult<EmbedderData> result;
  result.status = Status::kOk;
  EmbedderData& data = result.data;
  data.description = describe(subject->consent.face ? &face.data : nullptr,
                              subject->consent.fashion ? &fashion.data : nullptr,
                              subject->consent.posture ? &posture.data : nullptr);
  co_await add_look(subject, data);
  const bool with_bio = subject->bio && subject->consent.bio;
  data.text_model = subject->text->model();
  data.text_vector =
      co_await subject->text->embed(with_bio ? data.description + " " + *subject->bio : data.description);
  result.engine = data.text_model;
  if (!data.visual_model.empty()) result.engine += " and " + data.visual_model;
  result.confidence = 1.0;
  co_return result;
}

base::Task<AgentResult<EmbedderData>> embedder_fallback(const MirrorState& state) {
  AgentResult<EmbedderData> result;
  co_await add_look(state.subject, result.data);
  result.engine = result.data.visual_model.empty() ? "none" : result.data.visual_model;
  co_return result;
}

}  // namespace pharos::mirror
