#include <string>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/vision/image.h"

namespace pharos::vision {
namespace {

TEST(ImageDecode, PngRoundTripKeepsEveryPixel) {
  const std::string file = base::read_file(PHAROS_SOURCE_DIR "/build/samples/astronaut.png");
  const Photo photo = decode(file, 0);
  EXPECT_EQ(photo.image.width, 512);
  EXPECT_EQ(decode(encode_png(photo.image), 0).image.rgb, photo.image.rgb);
}

}  // namespace
}  // namespace pharos::vision
