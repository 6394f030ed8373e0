#include "apps/base/letters.h"

#include <fmt/format.h>

namespace pharos::base_api {

std::string text_of(const Letter& letter, const std::string& address) {
  return fmt::format(
      "This is about: {}.\n\nIt is done with this token, which is good for once:\n\n    {}\n\n"
      "Whoever sends it to {}{} is believed to be you: show it to nobody.\n\n"
      "If you have not asked for it, there is nothing that you must do.\n",
      letter.about, letter.token, address, letter.path);
}

}  // namespace pharos::base_api
