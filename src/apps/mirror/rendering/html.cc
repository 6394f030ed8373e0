#include "apps/mirror/rendering/html.h"

#include "apps/mirror/wording/plain_text.h"

namespace pharos::mirror {

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : plain_text(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace pharos::mirror
