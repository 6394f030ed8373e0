// Networks are compiled as asked or not at all.
#include "platform/inference/compile.h"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openvino/core/model.hpp>
#include <openvino/opsets/opset13.hpp>

#include "core/base/error.h"

namespace pharos::inference {
namespace {

namespace op = ov::opset13;
using base::Code;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<ov::Model> product() {
  const auto input = std::make_shared<op::Parameter>(ov::element::f32, ov::PartialShape{1, 64});
  const auto weights = op::Constant::create(ov::element::f32, {64, 64}, {0.5F});
  return std::make_shared<ov::Model>(ov::OutputVector{std::make_shared<op::MatMul>(input, weights)},
                                     ov::ParameterVector{input});
}

base::Error refusal(ov::element::Type precision, const ov::AnyMap& more) {
  ov::Core core = make_core();
  try {
    compile(core, product(), precision, 1, "the product", more);
  } catch (const base::Error& error) {
    return error;
  }
  return {Code::kInvalidInput, "accepted"};
}

TEST(Compile, APrecisionThatIsNotInForceIsAnError) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512fp16")) GTEST_SKIP() << "this processor computes in f16";
#else
  GTEST_SKIP() << "some processors of this kind compute in f16";
#endif
  const base::Error error = refusal(ov::element::f16, {});
  EXPECT_EQ(error.code(), Code::kInternal);
  EXPECT_THAT(error.what(), HasSubstr("the product was to compute in f16 but computes in "));
}

TEST(Compile, WhatOpenVinoRefusesIsUnavailableWithItsReasonInOneLine) {
  const base::Error error = refusal(ov::element::f32, {{"NO_SUCH_OPTION", 1}});
  EXPECT_EQ(error.code(), Code::kUnavailable);
  EXPECT_THAT(error.what(), HasSubstr("NO_SUCH_OPTION"));
  EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
}

TEST(Compile, ARequestUsesOneThreadAndAsManyRunAsThereAreCores) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  ov::Core core = make_core();
  const auto compiled = compile(core, product(), ov::element::f32, 3, "the product");
  EXPECT_EQ(compiled->network.get_property(ov::num_streams).num, std::min(3, cores));
  EXPECT_EQ(compiled->network.get_property(ov::inference_num_threads), std::min(3, cores));
  const auto first = compiled->requests.borrow();
  const auto second = compiled->requests.borrow();
  const auto third = compiled->requests.borrow();
  for (const auto* lease : {&first, &second, &third}) {
    (*lease)->get_input_tensor();
    (*lease)->infer();
    EXPECT_EQ((*lease)->get_output_tensor().get_size(), 64U);
  }
}

}  // namespace
}  // namespace pharos::inference
