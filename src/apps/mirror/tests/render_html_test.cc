#include "apps/mirror/render_html.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "apps/mirror/tests/support_sample_report.h"

namespace pharos::mirror {
namespace {

TEST(RenderHtml, Writes) {
  const char* folder = std::getenv("PHAROS_PAGES");
  if (folder == nullptr) GTEST_SKIP();
  std::ofstream(std::string(folder) + "/full.html") << render_html(sample_report(), sample_photo(), 1.0);
}

}  // namespace
}  // namespace pharos::mirror
