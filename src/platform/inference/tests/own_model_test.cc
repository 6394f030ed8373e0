// Models that users bring: OpenVINO files with open batch sizes, whole numbers, several inputs.
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openvino/core/graph_util.hpp>
#include <openvino/core/model.hpp>
#include <openvino/opsets/opset13.hpp>

#include "core/base/error.h"
#include "platform/inference/model.h"
#include "platform/inference/tests/support_files.h"

namespace pharos::inference {
namespace {

namespace op = ov::opset13;
using base::Code;
using testing::ElementsAre;

/// Writes a network that doubles its input.
std::filesystem::path doubling(const TemporaryFolder& folder, const ov::PartialShape& shape,
                               ov::element::Type type = ov::element::f32) {
  const auto input = std::make_shared<op::Parameter>(type, shape);
  const auto twice = std::make_shared<op::Add>(input, input);
  const auto file = folder.path() / "doubling.xml";
  ov::serialize(std::make_shared<ov::Model>(ov::OutputVector{twice}, ov::ParameterVector{input}),
                file.string());
  return file;
}

std::vector<float> run(const Model& model) {
  std::vector<float> result;
  model.infer(
      [](std::span<float> input) {
        for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<float>(i + 1);
      },
      [&](std::span<const Output> outputs) {
        result.assign(outputs.front().values.begin(), outputs.front().values.end());
      });
  return result;
}

Code refusal(const std::filesystem::path& file) {
  try {
    const Model model({.file = file});
  } catch (const base::Error& error) {
    return error.code();
  }
  return Code::kInternal;
}

TEST(OwnModel, AnOpenBatchSizeIsOne) {
  const TemporaryFolder folder;
  const Model model({.file = doubling(folder, {-1, 3})});
  EXPECT_EQ(model.input_size(), 3U);
  EXPECT_THAT(run(model), ElementsAre(2, 4, 6));
}

TEST(OwnModel, WholeNumbersAreReadAndWrittenAsFloats) {
  const TemporaryFolder folder;
  EXPECT_THAT(run(Model({.file = doubling(folder, {1, 3}, ov::element::i32)})), ElementsAre(2, 4, 6));
}

TEST(OwnModel, AnInputOfNoFixedSizeIsUnsupported) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal(doubling(folder, {1, -1, 3})), Code::kUnsupported);
  EXPECT_EQ(refusal(doubling(folder, ov::PartialShape::dynamic())), Code::kUnsupported);
}

TEST(OwnModel, SeveralInputsAreUnsupported) {
  const TemporaryFolder folder;
  const auto one = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{1, 3});
  const auto other = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{1, 3});
  const auto file = folder.path() / "sum.xml";
  ov::serialize(std::make_shared<ov::Model>(ov::OutputVector{std::make_shared<op::Add>(one, other)},
                                            ov::ParameterVector{one, other}),
                file.string());
  EXPECT_EQ(refusal(file), Code::kUnsupported);
}

}  // namespace
}  // namespace pharos::inference
