#include "platform/inference/text_embedder.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>
#include <malloc.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/inference/batches.h"
#include "platform/inference/compile.h"
#include "platform/inference/cpu.h"
#include "platform/inference/mapped_file.h"
#include "platform/inference/safetensors.h"
#include "platform/inference/sentence_network.h"
#include "platform/inference/wordpiece.h"

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;

constexpr std::size_t kMostPieces = 256;
constexpr std::uintmax_t kLargestVocabulary = 16 << 20;

EmbedderPrecision fastest_precision() {
  if (cpu_has_bf16()) return EmbedderPrecision::kBf16;
  return cpu_has_int8_products() ? EmbedderPrecision::kInt8 : EmbedderPrecision::kF32;
}

std::string_view precision_name(EmbedderPrecision precision) {
  switch (precision) {
    case EmbedderPrecision::kF32:
      return "f32";
    case EmbedderPrecision::kBf16:
      return "bf16";
    case EmbedderPrecision::kInt8:
      return "int8";
  }
  return "unknown";
}

WordPiece read_vocabulary(const std::filesystem::path& file) {
  WordPiece words(base::read_file(file, kLargestVocabulary));
  if (words.size() == kSentenceVocabulary) return words;
  throw Error(Code::kInvalidInput, fmt::format("{} has {} pieces, where the model's vocabulary has {}",
                                               file.string(), words.size(), kSentenceVocabulary));
}

std::unique_ptr<CompiledNetwork> compile_network(const std::shared_ptr<MappedFile>& file,
                                                 EmbedderPrecision precision, int requests) {
  if (precision == EmbedderPrecision::kBf16 && !cpu_has_bf16()) {
    throw Error(Code::kUnsupported, "this processor has no native bf16: ask for f32 or int8");
  }
  const bool int8 = precision == EmbedderPrecision::kInt8;
  const auto weights = int8 ? SentenceWeights::kInt8 : SentenceWeights::kF32;
  ov::AnyMap more;
  if (int8) more.insert(ov::hint::dynamic_quantization_group_size(128));
  ov::Core core = make_core();
  return compile(core, sentence_network(Safetensors(file->bytes()), file, weights),
                 precision == EmbedderPrecision::kBf16 ? ov::element::bf16 : ov::element::f32, requests,
                 "the sentence embedder", more);
}

}  // namespace

struct TextEmbedder::Impl {
  Impl(const TextEmbedderSettings& settings, EmbedderPrecision chosen)
      : words(read_vocabulary(settings.folder / "vocab.txt")),
        file(std::make_shared<MappedFile>(settings.folder / "model.safetensors")),
        compiled(compile_network(file, chosen, settings.requests)),
        precision(chosen) {}

  /// Writes one vector for each text of the batch to its place in `vectors`.
  void run(const Batch& batch, std::span<const std::vector<WordPiece::Id>> pieces,
           std::vector<Embedding>& vectors) const;

  WordPiece words;
  std::shared_ptr<MappedFile> file;
  std::unique_ptr<CompiledNetwork> compiled;
  EmbedderPrecision precision;
};

void TextEmbedder::Impl::run(const Batch& batch, std::span<const std::vector<WordPiece::Id>> pieces,
                             std::vector<Embedding>& vectors) const {
  const auto request = compiled->requests.borrow();
  ov::Tensor input(ov::element::i32, {batch.texts.size(), batch.length});
  auto* row = input.data<WordPiece::Id>();
  for (const std::size_t text : batch.texts) {
    const auto end = std::ranges::copy(pieces[text], row).out;
    std::fill(end, row + batch.length, 0);
    row += batch.length;
  }
  try {
    request->set_input_tensor(input);
    request->infer();
  } catch (const ov::Exception& failure) {
    throw Error(Code::kInternal, fmt::format("embedding failed: {}", reason_of(failure)));
  }
  const ov::Tensor output = request->get_output_tensor();
  const auto* vector = output.data<const float>();
  for (const std::size_t text : batch.texts) {
    vectors[text].assign(vector, vector + kSentenceDimensions);
    vector += kSentenceDimensions;
  }
}

TextEmbedder::TextEmbedder(const TextEmbedderSettings& settings)
    : impl_(std::make_unique<Impl>(settings, settings.precision.value_or(fastest_precision()))) {
  embed("warm");  // the first inference rearranges the weights; no caller should wait for that
  impl_->file->release_pages();
  ::malloc_trim(0);
}

TextEmbedder::~TextEmbedder() = default;
TextEmbedder::TextEmbedder(TextEmbedder&&) noexcept = default;
TextEmbedder& TextEmbedder::operator=(TextEmbedder&&) noexcept = default;

std::vector<Embedding> TextEmbedder::embed(std::span<const std::string> texts) const {
  std::vector<std::vector<WordPiece::Id>> pieces;
  std::vector<std::size_t> lengths;
  for (const std::string& text : texts) {
    pieces.push_back(impl_->words.encode(text, kMostPieces));
    lengths.push_back(pieces.back().size());
  }
  std::vector<Embedding> vectors(texts.size());
  for (const Batch& batch : plan_batches(lengths)) impl_->run(batch, pieces, vectors);
  return vectors;
}

Embedding TextEmbedder::embed(std::string_view text) const {
  const std::string one(text);
  return std::move(embed(std::span(&one, 1)).front());
}

std::size_t TextEmbedder::count_tokens(std::string_view text) const {
  return impl_->words.encode(text, kMostPieces).size();
}

std::size_t TextEmbedder::dimensions() const {
  return kSentenceDimensions;
}
std::string_view TextEmbedder::name() const {
  return "all-MiniLM-L6-v2";
}
std::string_view TextEmbedder::precision() const {
  return precision_name(impl_->precision);
}

float cosine(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) {
    throw Error(Code::kInvalidInput,
                fmt::format("vectors of {} and {} numbers have no angle: embed both with the "
                            "same model",
                            a.size(), b.size()));
  }
  return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0F);
}

}  // namespace pharos::inference
