#include "server/console.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/error.h"

namespace pharos::server {
namespace {

int terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::clamp<int>(size.ws_col, 40, 120);
  return 80;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string text = value;
    return text.find("UTF-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  // A bare container has no locale at all, and its terminal is a modern one.
  return true;
}

}  // namespace

void Console::print(std::string_view text) const {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) {
    throw base::Error(base::Code::kUnavailable,
                      "the result could not be written: " + std::generic_category().message(errno));
  }
}

void Console::note(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

Console open_console() {
  Console console;
  console.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  console.err_is_terminal = isatty(STDERR_FILENO) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  console.colour = console.out_is_terminal && (no_color == nullptr || *no_color == '\0');
  console.unicode = locale_is_utf8();
  console.width = terminal_width();
  return console;
}

}  // namespace pharos::server
