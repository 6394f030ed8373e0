// Where the command line talks: standard output for results, standard error for everything else.
#pragma once

#include <cstdio>
#include <string_view>

namespace pharos::server {

/// What the two streams can show. Colour only on a terminal, and never with NO_COLOR.
struct Console {
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  ///< on standard output
  bool unicode = true;  ///< the locale can show ▇ and …
  int width = 80;       ///< of standard output, in columns

  /// Writes to standard output. Throws base::Error (kUnavailable) when the reader has gone or the disk is
  /// full.
  void print(std::string_view text) const;
  /// Writes to standard error, where a lost line loses nothing.
  void note(std::string_view text) const;
};

Console open_console();

}  // namespace pharos::server
