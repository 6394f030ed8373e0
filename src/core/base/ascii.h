// Letters and digits of ASCII, whatever the machine's language is.
#pragma once

#include <string>

namespace pharos::base {

constexpr bool is_lower(char letter) {
  return letter >= 'a' && letter <= 'z';
}
constexpr bool is_upper(char letter) {
  return letter >= 'A' && letter <= 'Z';
}
constexpr bool is_letter_or_digit(char letter) {
  return is_lower(letter) || is_upper(letter) || (letter >= '0' && letter <= '9');
}

/// Other characters stay as they are.
constexpr char lower(char letter) {
  return is_upper(letter) ? static_cast<char>(letter - 'A' + 'a') : letter;
}
inline std::string lower(std::string text) {
  for (char& letter : text) letter = lower(letter);
  return text;
}

}  // namespace pharos::base
