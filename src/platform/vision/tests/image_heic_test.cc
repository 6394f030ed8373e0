#include <string>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "platform/vision/decode.h"
#include "platform/vision/tests/support_images.h"

namespace pharos::vision {
namespace {

using base::Code;
using test::expect_error;

/// test::blocks(8, 6) by the encoder of libheif 1.15, with the property that turns it by a quarter clockwise.
std::string turned_blocks() {
  return test::unhex(
      "0000001c6674797068656963000000006d696631686569636d696166000001b76d657461000000000000002168646c7200"
      "0000000000000070696374000000000000000000000000000000000e7069746d0000000000020000001069646174000000"
      "000040003000000038696c6f630100000044400002000100000000000001db000100000000000001510002000100000000"
      "0000000100000000000000080000003869696e6600000000000200000015696e6665020000010001000068766331000000"
      "0015696e666502000000000200006772696400000000e269707270000000bf6970636f0000007668766343010370000000"
      "0000000000001ef000fcfdf8f800000f03200001001840010c01ffff03700000030090000003000003001eba0240210001"
      "002a42010103700000030090000003000003001ea020810596eae4a6b9b810103020000003002000000300212200010006"
      "4401c173c08900000014697370650000000000000040000000400000000969726f74030000001469737065000000000000"
      "003000000040000000107069786900000000030808080000001b69706d6100000000000000020001028102000203030485"
      "0000001a69726566000000000000000e64696d67000200010001000001596d6461740000014d2801af09e015a402eff78d"
      "a718e2e0e3c67f393eff3c7bd71e48c50af4477a01db4665f999c0a8cb112f62dd43de0d05ee5769448b1d2840c20af060"
      "642f45f25a0de7f55e1d99121ead138e1b52a371ca5e9c9d5983f8ebcb52fe514cf5628db6bfc9b57af165499576075450"
      "3e7047ad71c7e563761775d3d3470eab65cf9784a8bda879ac8399f968d0e0eda20d6db0c5bf1589fd1b2ac50068bd474c"
      "29582bdf67250368b27e329f2190c116dadb06c612f3097b4b12080cc92be45b71151e633f1470235ddda4ef2317f34547"
      "6b9be22cd65cd8294f03a4d244d03f21cc5709ea7ffa4672eb39e644e3d7c933ab2ecc9aa868d7bfab5e00e6c3fff3b71a"
      "ab6b9978ad884c5b728f354ae927cb27c24bf858f4ca8811d3ae9c9d0b50e1514a5b64c2d463c08b5d82081d8ce13e3d26"
      "648283aaa9946316a172a8c61498b3271bf22008a9f99c6d381081f8");
}

bool has_library() {
  void* library = dlopen("libheif.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library != nullptr) dlclose(library);
  return library != nullptr;
}

class DecodeHeic : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_library()) GTEST_SKIP() << "libheif is not installed";
  }
};

TEST_F(DecodeHeic, APhotoIsUprightRgb) {
  const Photo photo = decode(turned_blocks(), 0);
  EXPECT_EQ(photo.format, "heic");
  ASSERT_EQ(photo.image.width, 48);
  ASSERT_EQ(photo.image.height, 64);
  const Image stored = test::blocks(8, 6);
  for (int y = 4; y < 64; y += 8) {
    for (int x = 4; x < 48; x += 8) {
      for (int channel = 0; channel < 3; ++channel) {
        EXPECT_NEAR(photo.image.pixel(x, y)[channel], stored.pixel(y, 47 - x)[channel], 25) << x << ' ' << y;
      }
    }
  }
}

TEST_F(DecodeHeic, APhotoIsShrunk) {
  const Photo photo = decode(turned_blocks(), 16);
  EXPECT_EQ(photo.image.width, 12);
  EXPECT_EQ(photo.image.height, 16);
  EXPECT_EQ(photo.original_width, 48);
  EXPECT_EQ(photo.original_height, 64);
  EXPECT_DOUBLE_EQ(photo.scale, 4);
}

TEST_F(DecodeHeic, FilesCutOffAreNoticed) {
  const std::string file = turned_blocks();
  for (std::size_t size = 12; size < file.size(); ++size) {
    expect_error(Code::kInvalidInput, "ends too early", [&] { decode(file.substr(0, size), 0); });
  }
}

TEST_F(DecodeHeic, BoxesWithoutAPictureAreTheUsersMistake) {
  try {
    decode(test::heic_header(64, 64), 0);
    FAIL() << "there are no pixels in it";
  } catch (const base::Error& error) {
    EXPECT_TRUE(base::is_users_mistake(error.code())) << error.what();
  }
}

TEST_F(DecodeHeic, TheLimitHoldsForWhatTheLibraryFinds) {
  Size original;
  expect_error(Code::kTooLarge, "megapixels",
               [&] { decode_heic(turned_blocks(), 0, {.max_pixels = 100}, original); });
}

TEST(DecodeHeicWithoutLibrary, SaysWhatToInstall) {
  Size original;
  for (const char* library : {"libheif-not-here.so.1", "libm.so.6"}) {
    expect_error(Code::kUnsupported, "install the package libheif1",
                 [&] { decode_heic(turned_blocks(), 0, {}, original, library); });
  }
}

}  // namespace
}  // namespace pharos::vision
