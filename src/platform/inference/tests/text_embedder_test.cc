// Vectors equal those of the model as its authors describe it. The expected numbers were computed in float64
// by tests/oracle/embeddings.py.
#include "platform/inference/text_embedder.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/inference/cpu.h"
#include "platform/inference/tests/support_files.h"

namespace pharos::inference {
namespace {

using base::Code;
using testing::HasSubstr;

constexpr std::string_view kEats = "A man is eating food.";
constexpr std::string_view kEatsBread = "A man is eating a piece of bread.";
constexpr std::string_view kManyScripts = "Crème brûlée, 我喜欢猫 — мир!";

std::filesystem::path folder() {
  return models_folder() / "all_minilm_l6_v2";
}

const TextEmbedder& exact() {
  static const TextEmbedder embedder(
      {.folder = folder(), .precision = EmbedderPrecision::kF32, .requests = 4});
  return embedder;
}

base::Error error_of(const TextEmbedderSettings& settings) {
  try {
    const TextEmbedder embedder(settings);
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "the embedder was accepted";
  return {Code::kInternal, ""};
}

/// Some numbers of a vector, by their places.
struct Expected {
  std::string_view text;
  std::array<double, 5> at_0_1_100_200_383;
};

TEST(TextEmbedder, EqualsTheFloat64Reference) {
  for (const Expected& expected :
       {Expected{kEats, {0.03324157, 0.00440606, -0.00608683, 0.01974859, -0.03756438}},
        Expected{kEatsBread, {0.05251841, 0.05524131, -0.00365789, 0.03808614, -0.04115058}},
        Expected{kManyScripts, {-0.03299872, 0.01000865, -0.01807859, 0.08074072, -0.09640298}},
        Expected{"", {-0.1188384, 0.04829872, 0.03594948, 0.03771745, -0.01571728}}}) {
    const Embedding vector = exact().embed(expected.text);
    constexpr std::array<std::size_t, 5> kPlaces = {0, 1, 100, 200, 383};
    for (std::size_t i = 0; i < kPlaces.size(); ++i) {
      EXPECT_NEAR(vector[kPlaces[i]], expected.at_0_1_100_200_383[i], 1e-6) << expected.text;
    }
  }
}

TEST(TextEmbedder, LikeSentencesAreAsNearAsTheModelSays) {
  EXPECT_NEAR(cosine(exact().embed(kEats), exact().embed(kEatsBread)), 0.755337, 1e-5);
  EXPECT_NEAR(cosine(exact().embed(kEats), exact().embed(kManyScripts)), 0.039415, 1e-5);
}

TEST(TextEmbedder, ByItselfTakesTheFastestPrecisionThatKeepsTheRanking) {
  const TextEmbedder embedder({.folder = folder()});
  const bool bf16 = cpu_has_bf16();
  EXPECT_EQ(embedder.precision(), bf16 ? "bf16" : cpu_has_int8_products() ? "int8" : "f32");
  EXPECT_NEAR(cosine(embedder.embed(kEats), embedder.embed(kEatsBread)), 0.7553, bf16 ? 0.002 : 0.01);
  EXPECT_GT(cosine(embedder.embed(kEats), exact().embed(kEats)), bf16 ? 0.9999F : 0.99F);
}

TEST(TextEmbedder, Int8WeightsStayNearTheExactVectors) {
  const TextEmbedder embedder({.folder = folder(), .precision = EmbedderPrecision::kInt8});
  EXPECT_EQ(embedder.precision(), "int8");
  for (const std::string_view text : {kEats, kEatsBread, kManyScripts}) {
    EXPECT_GT(cosine(embedder.embed(text), exact().embed(text)), 0.99F);
  }
}

TEST(TextEmbedder, AVectorDoesNotDependOnTheRestOfItsBatch) {
  std::vector<std::string> texts = {"", "Navy suit.", std::string(kEats), std::string(kManyScripts)};
  for (int i = 1; i < 24; ++i) {
    std::string text = "Linen";
    for (int word = 0; word < i * i % 41; ++word) text += " and wool";
    texts.push_back(text);
  }
  const auto check = [&](const TextEmbedder& embedder, double tolerance) {
    const std::vector<Embedding> together = embedder.embed(texts);
    ASSERT_EQ(together.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Embedding alone = embedder.embed(texts[i]);
      for (std::size_t k = 0; k < alone.size(); ++k) ASSERT_NEAR(together[i][k], alone[k], tolerance);
    }
  };
  check(exact(), 2e-6);
  check(TextEmbedder({.folder = folder()}), 1e-3);
}

TEST(TextEmbedder, ConcurrentCallersGetTheVectorsThatOneGets) {
  const std::vector<std::string> texts = {std::string(kEats), std::string(kEatsBread),
                                          std::string(kManyScripts)};
  const std::vector<Embedding> expected = exact().embed(texts);
  std::vector<std::jthread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 3; ++i) EXPECT_EQ(exact().embed(texts), expected);
    });
  }
}

TEST(TextEmbedder, VectorsHaveLengthOne) {
  for (const std::string_view text : {std::string_view(""), std::string_view("   "), kEats, kManyScripts}) {
    const Embedding vector = exact().embed(text);
    ASSERT_EQ(vector.size(), exact().dimensions());
    EXPECT_NEAR(cosine(vector, vector), 1, 1e-5);
  }
}

TEST(TextEmbedder, ALongTextIsReadToItsLimit) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "word ";
  EXPECT_EQ(exact().count_tokens(text), 256U);
  EXPECT_EQ(exact().embed(text), exact().embed(text.substr(0, 254 * 5)));
}

TEST(TextEmbedder, CountsTheWordPiecesOfAText) {
  EXPECT_EQ(exact().count_tokens(kEats), 8U);
  EXPECT_EQ(exact().count_tokens(""), 2U);
}

TEST(TextEmbedder, NoTextsAreNoVectors) {
  EXPECT_TRUE(exact().embed(std::span<const std::string>()).empty());
}

TEST(TextEmbedder, TextThatIsNotUtf8IsRefusedAndTheNextIsEmbedded) {
  try {
    exact().embed("caf\xe9");
    FAIL() << "it was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidInput);
  }
  EXPECT_EQ(exact().embed(kEats).size(), 384U);
}

TEST(TextEmbedder, SaysItsName) {
  EXPECT_EQ(exact().name(), "all-MiniLM-L6-v2");
}

TEST(TextEmbedder, MissingFilesAreNotFoundAndTheSentenceSaysHowToGetThem) {
  const TemporaryFolder empty;
  EXPECT_EQ(error_of({.folder = empty.path()}).code(), Code::kNotFound);
  std::filesystem::copy(folder() / "vocab.txt", empty.path());
  const base::Error error = error_of({.folder = empty.path()});
  EXPECT_EQ(error.code(), Code::kNotFound);
  EXPECT_THAT(error.what(), HasSubstr("model.safetensors"));
  EXPECT_THAT(error.what(), HasSubstr("./run"));
}

TEST(TextEmbedder, FilesOfAnotherModelAreRefused) {
  const TemporaryFolder other;
  other.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n");
  std::filesystem::create_symlink(folder() / "model.safetensors", other.path() / "model.safetensors");
  const base::Error vocabulary = error_of({.folder = other.path(), .precision = EmbedderPrecision::kF32});
  EXPECT_EQ(vocabulary.code(), Code::kInvalidInput);
  EXPECT_THAT(vocabulary.what(), HasSubstr("vocab.txt"));

  std::filesystem::remove_all(other.path() / "vocab.txt");
  std::filesystem::remove_all(other.path() / "model.safetensors");
  std::filesystem::create_symlink(folder() / "vocab.txt", other.path() / "vocab.txt");
  other.write("model.safetensors", std::string("\x02\0\0\0\0\0\0\0{}", 10));
  const base::Error weights = error_of({.folder = other.path()});
  EXPECT_EQ(weights.code(), Code::kInvalidInput);
  EXPECT_THAT(weights.what(), HasSubstr("another model"));
}

TEST(TextEmbedder, NeedsAtLeastOneRequest) {
  EXPECT_EQ(error_of({.folder = folder(), .requests = 0}).code(), Code::kInvalidInput);
}

TEST(Cosine, NeedsVectorsOfOneLength) {
  EXPECT_FLOAT_EQ(cosine(std::array{0.6F, 0.8F}, std::array{1.0F, 0.0F}), 0.6F);
  EXPECT_THROW(cosine(std::array{1.0F}, std::array{1.0F, 0.0F}), base::Error);
}

}  // namespace
}  // namespace pharos::inference
