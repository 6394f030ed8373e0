#include "core/base/error.h"

#include <gtest/gtest.h>

namespace pharos::base {
namespace {

TEST(Error, TheUsersMistakesAreToldFromOurs) {
  for (const Code code : {Code::kInvalidInput, Code::kUnauthenticated, Code::kForbidden, Code::kNotFound,
                          Code::kConflict, Code::kTooLarge, Code::kLimited, Code::kUnsupported}) {
    EXPECT_TRUE(is_users_mistake(code)) << code_name(code);
  }
  for (const Code code : {Code::kTimeout, Code::kCancelled, Code::kUnavailable, Code::kInternal}) {
    EXPECT_FALSE(is_users_mistake(code)) << code_name(code);
  }
}

TEST(Error, CarriesItsCodeAndSentence) {
  const Error error(Code::kTooLarge, "the photo has 400 megapixels");
  EXPECT_EQ(code_name(error.code()), "too_large");
  EXPECT_STREQ(error.what(), "the photo has 400 megapixels");
}

}  // namespace
}  // namespace pharos::base
