// Reads the arrays of well-formed files in place and refuses every other file with a sentence.
#include "platform/inference/safetensors.h"

#include <cstdint>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/base/error.h"
#include "platform/inference/mapped_file.h"
#include "platform/inference/tests/support_files.h"

namespace pharos::inference {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;

std::string file_of(std::string header, std::string_view data) {
  while (header.size() % 8 != 0) header += ' ';
  const std::uint64_t size = header.size();
  std::string file(sizeof size, '\0');
  std::memcpy(file.data(), &size, sizeof size);
  return file + header + std::string(data);
}

std::string floats(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), std::data(values), bytes.size());
  return bytes;
}

std::span<const std::byte> bytes_of(const std::string& file) {
  return std::as_bytes(std::span(file));
}

std::string refusal(const std::string& file) {
  try {
    const Safetensors weights(bytes_of(file));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidInput);
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << testing::PrintToString(file);
  return "";
}

std::string refusal_of_entry(const std::string& entry) {
  return refusal(file_of(R"({"w":)" + entry + "}", floats({1, 2, 3, 4})));
}

TEST(Safetensors, ReadsArraysInPlace) {
  const std::string file = file_of(R"({"__metadata__":{"format":"pt"},
    "w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},
    "n":{"dtype":"I64","shape":[],"data_offsets":[16,24]}})",
                                   floats({1, 2, 3, 4}) + std::string(8, '\x01'));
  const Safetensors weights(bytes_of(file));
  EXPECT_EQ(weights.tensors().size(), 2U);
  const std::vector<std::size_t> shape = {2, 2};
  const auto values = weights.floats("w", shape);
  EXPECT_THAT(values, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(reinterpret_cast<const char*>(values.data()), file.data() + file.size() - 24);
  EXPECT_EQ(weights.tensors().at("n").type, "I64");
}

TEST(Safetensors, ReadsTheSentenceModel) {
  const MappedFile file(models_folder() / "all_minilm_l6_v2/model.safetensors");
  const Safetensors weights(file.bytes());
  EXPECT_EQ(weights.tensors().size(), 104U);
  const std::vector<std::size_t> shape = {30522, 384};
  EXPECT_EQ(weights.floats("embeddings.word_embeddings.weight", shape).size(), 30522U * 384U);
}

TEST(Safetensors, RefusesAFileCutShort) {
  EXPECT_THAT(refusal(""), HasSubstr("too short"));
  EXPECT_THAT(refusal(std::string(7, '\0')), HasSubstr("too short"));
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("cut off"));
  EXPECT_THAT(refusal(file_of("{}", "").substr(0, 12)), HasSubstr("cut off"));
}

TEST(Safetensors, RefusesAHeaderThatIsNoTable) {
  EXPECT_THAT(refusal(file_of("{\"w\":", "")), HasSubstr("safetensors header"));
  EXPECT_THAT(refusal(file_of("[]", "")), HasSubstr("not an object"));
  EXPECT_THAT(refusal_of_entry("7"), HasSubstr("not described"));
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F32","shape":[4]})"), HasSubstr("no data_offsets"));
  EXPECT_THAT(refusal_of_entry(R"({"dtype":4,"shape":[4],"data_offsets":[0,16]})"), HasSubstr("dtype"));
}

TEST(Safetensors, RefusesAnArrayThatLiesOutsideTheFile) {
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F32","shape":[5],"data_offsets":[0,20]})"), HasSubstr("outside"));
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F32","shape":[0],"data_offsets":[8,4]})"), HasSubstr("outside"));
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F32","shape":[4],"data_offsets":[-1,15]})"),
              HasSubstr("data_offsets"));
}

TEST(Safetensors, RefusesAnArrayOfAnotherLengthThanItsShape) {
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F32","shape":[3],"data_offsets":[0,16]})"),
              HasSubstr("as long as"));
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})"),
              HasSubstr("as long as"));
  EXPECT_THAT(refusal_of_entry(R"({"dtype":"F31","shape":[4],"data_offsets":[0,16]})"), HasSubstr("F31"));
}

TEST(Safetensors, KnowsTheSizesOfAllTypes) {
  for (const auto& [type, size] :
       std::map<std::string, int>{{"BOOL", 1}, {"U8", 1}, {"BF16", 2}, {"I32", 4}, {"F64", 8}, {"U64", 8}}) {
    const std::string header = R"({"w":{"dtype":")" + type + R"(","shape":[2],"data_offsets":[0,)" +
                               std::to_string(2 * size) + "]}}";
    const std::string file = file_of(header, std::string(16, 'x'));
    EXPECT_EQ(Safetensors(bytes_of(file)).tensors().at("w").bytes.size(), 2U * static_cast<unsigned>(size));
  }
}

TEST(Safetensors, GivesOnlyFloatsOfTheShapeAskedFor) {
  const std::string file = file_of(R"({"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},
    "odd":{"dtype":"F32","shape":[3],"data_offsets":[2,14]}})",
                                   floats({1, 2, 3, 4}));
  const Safetensors weights(bytes_of(file));
  const auto refusal_for = [&](std::string_view name, std::vector<std::size_t> shape) -> std::string {
    try {
      weights.floats(name, shape);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidInput);
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal_for("v", {4}), HasSubstr("no 'v'"));
  EXPECT_THAT(refusal_for("w", {2, 2}), HasSubstr("[2, 2]"));
  EXPECT_THAT(refusal_for("odd", {3}), HasSubstr("multiple of 4"));
}

TEST(Safetensors, ADamagedHeaderIsRefusedOrDescribesArraysInsideTheFile) {
  const std::string whole =
      file_of(R"({"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})", floats({1, 2, 3, 4}));
  rc::check([&] {
    std::string file = whole;
    file[*rc::gen::inRange<std::size_t>(0, file.size())] = *rc::gen::arbitrary<char>();
    try {
      const Safetensors weights(bytes_of(file));
      for (const auto& [name, tensor] : weights.tensors()) RC_ASSERT(tensor.bytes.size() <= 16U);
    } catch (const base::Error& error) {
      RC_ASSERT(error.code() == Code::kInvalidInput);
    }
  });
}

TEST(MappedFile, ShowsTheFileAndReadsAgainWhatWasReleased) {
  const TemporaryFolder folder;
  const MappedFile file(folder.write("five", "bytes"));
  ASSERT_EQ(file.bytes().size(), 5U);
  file.release_pages();
  EXPECT_EQ(static_cast<char>(file.bytes()[0]), 'b');
  EXPECT_TRUE(MappedFile(folder.write("none", "")).bytes().empty());
}

TEST(MappedFile, SaysWhatIsMissingOrCannotBeRead) {
  const TemporaryFolder folder;
  const auto error_of = [](const std::filesystem::path& path) -> base::Error {
    try {
      const MappedFile file(path);
    } catch (const base::Error& error) {
      return error;
    }
    return {Code::kInternal, "accepted"};
  };
  EXPECT_EQ(error_of(folder.path() / "nothing").code(), Code::kNotFound);
  EXPECT_THAT(error_of(folder.path() / "nothing").what(), HasSubstr("./run"));
  EXPECT_EQ(error_of(folder.path()).code(), Code::kUnavailable);
}

}  // namespace
}  // namespace pharos::inference
