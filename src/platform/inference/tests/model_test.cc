// A Model computes the same for every number of callers, and fails with sentences that help.
#include "platform/inference/model.h"

#include <filesystem>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/inference/tests/support_files.h"

namespace pharos::inference {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;

std::filesystem::path model_file(const std::string& name) {
  return models_folder() / (name + ".tflite");
}

/// A picture of noise that depends on `seed` alone.
void fill_with_noise(std::span<float> input, std::uint32_t seed) {
  std::uint32_t state = seed * 2654435761U + 1;
  for (float& value : input) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 8) / static_cast<float>(1U << 24);
  }
}

std::vector<float> run(const Model& model, std::uint32_t seed) {
  std::vector<float> all;
  model.infer([&](std::span<float> input) { fill_with_noise(input, seed); },
              [&](std::span<const Output> outputs) {
                for (const Output& output : outputs) {
                  all.insert(all.end(), output.values.begin(), output.values.end());
                }
              });
  return all;
}

base::Error error_of(const ModelSettings& settings) {
  try {
    const Model model(settings);
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "the model was accepted";
  return {Code::kInternal, ""};
}

TEST(Model, TellsItsInputSizeAndItsPrecision) {
  const Model model({.file = model_file("face_detection_short_range")});
  EXPECT_EQ(model.input_size(), 128U * 128U * 3U);
  EXPECT_EQ(model.precision(), "f32");
}

TEST(Model, ComputesOnlyTheOutputsWantedAndTheyAreTheSame) {
  const auto sizes_and_last = [](const ModelSettings& settings) {
    std::vector<std::size_t> sizes;
    std::vector<float> last;
    Model(settings).infer([](std::span<float> input) { fill_with_noise(input, 5); },
                          [&](std::span<const Output> outputs) {
                            for (const Output& output : outputs) sizes.push_back(output.values.size());
                            last.assign(outputs.back().values.begin(), outputs.back().values.end());
                          });
    return std::pair(sizes, last);
  };
  const auto [all, scores] = sizes_and_last({.file = model_file("face_detection_short_range")});
  const auto [one, same_scores] =
      sizes_and_last({.file = model_file("face_detection_short_range"), .outputs = {"classificators"}});
  EXPECT_THAT(all, ElementsAre(896 * 16, 896));
  EXPECT_THAT(one, ElementsAre(896));
  EXPECT_EQ(same_scores, scores);
}

TEST(Model, AnOutputThatDoesNotExistIsNamed) {
  const base::Error error = error_of({.file = model_file("face_landmark"), .outputs = {"mood"}});
  EXPECT_EQ(error.code(), Code::kNotFound);
  EXPECT_THAT(error.what(), HasSubstr("mood"));
}

TEST(Model, HandsOutEveryOutputFlatWithItsNameInTheNetworksOrder) {
  const Model model({.file = model_file("face_detection_short_range")});
  std::vector<std::string> names;
  std::vector<std::size_t> sizes;
  model.infer([](std::span<float> input) { std::ranges::fill(input, 0.5F); },
              [&](std::span<const Output> outputs) {
                for (const Output& output : outputs) {
                  names.emplace_back(output.name);
                  sizes.push_back(output.values.size());
                }
              });
  EXPECT_THAT(names, ElementsAre("regressors", "classificators"));
  EXPECT_THAT(sizes, ElementsAre(896U * 16U, 896U));
}

TEST(Model, ReadsAllVisionModels) {
  EXPECT_EQ(Model({.file = model_file("pose_detection")}).input_size(), 224U * 224U * 3U);
  EXPECT_EQ(Model({.file = model_file("pose_landmark_full")}).input_size(), 256U * 256U * 3U);
  EXPECT_EQ(Model({.file = model_file("face_landmark")}).input_size(), 192U * 192U * 3U);
}

TEST(Model, FourConcurrentCallersGetTheBitsThatOneGets) {
  const Model one({.file = model_file("face_landmark"), .requests = 1});
  const Model four({.file = model_file("face_landmark"), .requests = 4});
  constexpr std::uint32_t kRuns = 6;
  std::vector<std::vector<float>> expected;
  for (std::uint32_t seed = 0; seed < kRuns; ++seed) expected.push_back(run(one, seed));

  std::vector<std::jthread> callers;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&] {
      for (std::uint32_t seed = 0; seed < kRuns; ++seed) EXPECT_EQ(run(four, seed), expected[seed]);
    });
  }
}

TEST(Model, AnExceptionInFillOrReadPassesThroughAndFreesTheRequest) {
  const Model model({.file = model_file("face_detection_short_range"), .requests = 1});
  const auto nothing = [](auto) {};
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(model.infer([](std::span<float>) { throw std::out_of_range("crop"); }, nothing),
                 std::out_of_range);
    EXPECT_THROW(model.infer(nothing, [](std::span<const Output>) { throw std::length_error("anchors"); }),
                 std::length_error);
  }
  EXPECT_FALSE(run(model, 1).empty());
}

TEST(Model, AMissingFileIsNotFoundAndSaysHowToGetIt) {
  const base::Error error = error_of({.file = "/nowhere/pose.tflite"});
  EXPECT_EQ(error.code(), Code::kNotFound);
  EXPECT_THAT(error.what(), HasSubstr("/nowhere/pose.tflite"));
  EXPECT_THAT(error.what(), HasSubstr("./run"));
}

TEST(Model, AFileThatIsNoModelIsUnavailableInOneLine) {
  const TemporaryFolder folder;
  for (const std::string name : {"empty.tflite", "words.tflite", "words.onnx", "words.xml"}) {
    const auto file = folder.write(name, name.starts_with("words") ? "not a network at all" : "");
    const base::Error error = error_of({.file = file});
    EXPECT_EQ(error.code(), Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr(file.string()));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("\n")));
  }
}

TEST(Model, AFileWithAnotherEndingIsUnsupported) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_of({.file = folder.write("model.pt", "")}).code(), Code::kUnsupported);
}

TEST(Model, NeedsAtLeastOneRequest) {
  EXPECT_EQ(error_of({.file = model_file("face_landmark"), .requests = 0}).code(), Code::kInvalidInput);
}

TEST(Model, Bf16IsInForceWhereTheProcessorHasItAndRefusedElsewhere) {
  const ModelSettings settings{.file = model_file("face_landmark"), .precision = Precision::kBf16};
  if (cpu_has_bf16()) {
    EXPECT_EQ(Model(settings).precision(), "bf16");
  } else {
    EXPECT_EQ(error_of(settings).code(), Code::kUnsupported);
  }
}

}  // namespace
}  // namespace pharos::inference
