// all-MiniLM-L6-v2 as a network for OpenVINO, built from its weights.
#pragma once

#include <cstddef>
#include <memory>

namespace ov {
class Model;
}

namespace pharos::inference {

class Safetensors;

inline constexpr std::size_t kSentenceDimensions = 384;
inline constexpr std::size_t kSentenceVocabulary = 30522;

/// How the network keeps the weights of its matrix products.
enum class SentenceWeights {
  kF32,
  kInt8,  ///< a quarter of the size, one scale a row
};

/// A network from word pieces, [texts, pieces] of i32 with 0 behind a text's end, to one vector of length 1 a
/// text, [texts, 384] of f32. It refers to the weights in place and keeps `owner`, which they live in, alive.
/// Throws base::Error (kInvalidInput) when the weights are of another model.
std::shared_ptr<ov::Model> sentence_network(const Safetensors& weights, const std::shared_ptr<void>& owner,
                                            SentenceWeights kind);

}  // namespace pharos::inference
