// Texts that would break a page or a terminal if they could.
#pragma once

#include <string>
#include <vector>

#include <rapidcheck.h>

namespace pharos::mirror {

/// Markup, references, escape sequences, directions, wide and joined signs, broken UTF-8.
inline const std::vector<std::string>& hostile_pieces() {
  static const std::vector<std::string> pieces{"<script>alert(1)</script>",
                                               "</style><img src=x onerror=alert(1)>",
                                               "\" onload=\"x",
                                               "' style='x",
                                               "&lt;",
                                               "&",
                                               "-->",
                                               "]]>",
                                               "https://example.org/x.png",
                                               "javascript:alert(1)",
                                               "\x1b[31m",
                                               "\x1b]0;title\x07",
                                               std::string("\x9b") + "2J",
                                               std::string("\0", 1),
                                               "\r\n",
                                               "\t",
                                               "\u202e",
                                               "\u2066",
                                               "مرحبا",
                                               "日本語のとても長い文",
                                               "👩‍👩‍👧‍👦",
                                               "❤️",
                                               "e\u0301\u0301",
                                               "\xff\xfe",
                                               "\xe2\x82",
                                               std::string(90, 'w'),
                                               " ",
                                               ". ",
                                               "{}",
                                               "{0}",
                                               "%s",
                                               "\u2028",
                                               "\ufeff"};
  return pieces;
}

/// A few such pieces and arbitrary bytes, joined.
inline rc::Gen<std::string> hostile_text() {
  const auto bytes = rc::gen::resize(20, rc::gen::string<std::string>());
  const auto piece = rc::gen::oneOf(rc::gen::elementOf(hostile_pieces()), bytes);
  const auto pieces = rc::gen::resize(5, rc::gen::container<std::vector<std::string>>(piece));
  return rc::gen::map(pieces, [](const std::vector<std::string>& some) {
    std::string text = "x";
    for (const std::string& one : some) text += one;
    return text;
  });
}

}  // namespace pharos::mirror
