// Sentences as vectors whose angle says how alike they are in meaning.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::inference {

enum class EmbedderPrecision { kF32, kBf16, kInt8 };

struct TextEmbedderSettings {
  std::filesystem::path folder;  ///< holds model.safetensors and vocab.txt
  std::optional<EmbedderPrecision>
      precision;     ///< empty: the fastest that keeps the ranking (bf16, else int8 weights)
  int requests = 1;  ///< how many batches may run at once; each uses one thread
};

using Embedding = std::vector<float>;

/// all-MiniLM-L6-v2 (English): 384 numbers of length 1 for each text; at most 256 word pieces are read.
/// Thread-safe; blocks the calling thread. The vector of a text does not depend on what else is in the batch
/// (within 1e-3).
class TextEmbedder {
 public:
  /// Throws base::Error: kNotFound without the files, kInvalidInput when they are not this model.
  explicit TextEmbedder(const TextEmbedderSettings& settings);
  ~TextEmbedder();
  TextEmbedder(TextEmbedder&&) noexcept;
  TextEmbedder& operator=(TextEmbedder&&) noexcept;

  /// One vector a text, in order. Text that is not UTF-8 throws base::Error (kInvalidInput).
  std::vector<Embedding> embed(std::span<const std::string> texts) const;
  Embedding embed(std::string_view text) const;

  /// How many word pieces the model reads of `text`, its two markers included.
  std::size_t count_tokens(std::string_view text) const;

  std::size_t dimensions() const;
  /// "all-MiniLM-L6-v2".
  std::string_view name() const;
  /// The precision in force: "f32", "bf16" or "int8".
  std::string_view precision() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The cosine of two vectors of length 1.
float cosine(std::span<const float> a, std::span<const float> b);

}  // namespace pharos::inference
