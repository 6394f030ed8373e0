#include "apps/mirror/render_terminal.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "apps/mirror/tests/support_sample_report.h"

namespace pharos::mirror {
namespace {

TEST(RenderTerminal, Writes) {
  const char* folder = std::getenv("PHAROS_PAGES");
  if (folder == nullptr) GTEST_SKIP();
  std::ofstream(std::string(folder) + "/full.txt") << render_terminal(sample_report(), {.width = 80});
  std::ofstream(std::string(folder) + "/full.colour.txt")
      << render_terminal(sample_report(), {.width = 100, .colour = true});
  std::ofstream(std::string(folder) + "/full.ascii.txt")
      << render_terminal(sample_report(), {.width = 44, .unicode = false});
}

}  // namespace
}  // namespace pharos::mirror
