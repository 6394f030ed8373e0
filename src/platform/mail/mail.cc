#include "platform/mail/mail.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::mail {
namespace {

constexpr std::size_t kLongestLine = 76;
constexpr std::size_t kLongestPiece = 42;  // bytes of an encoded word of 75 letters, with room to spare

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kLetters[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return text;
}

std::string in_lines(const std::string& text) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); i += kLongestLine) lines += text.substr(i, kLongestLine) + "\r\n";
  return lines;
}

/// Where a piece of UTF-8 may end without cutting a letter.
std::size_t piece_of(std::string_view text) {
  std::size_t end = std::min(text.size(), kLongestPiece);
  while (end < text.size() && end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return end;
}

/// Words of RFC 2047 where it is more than printable ASCII.
std::string header_text(std::string_view text) {
  const bool is_plain = std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter <= '~'; });
  if (is_plain && text.size() <= kLongestLine - 10) return std::string(text);
  std::string words;
  while (!text.empty()) {
    const std::size_t end = piece_of(text);
    words += fmt::format("{}=?utf-8?B?{}?=", words.empty() ? "" : "\r\n ", base64(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return words;
}

void check_line(std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw base::Error(base::Code::kInvalidInput, "a mail's subject is one line");
  }
}

std::string date_of(base::WallTime at) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

}  // namespace

void check_address(std::string_view address) {
  const std::size_t at = address.find('@');
  const bool is_odd = std::ranges::any_of(address, [](char letter) {
    constexpr std::string_view kOdd = "<>()[],;:\\\"";
    const auto byte = static_cast<unsigned char>(letter);
    return byte <= ' ' || byte >= 0x7f || kOdd.contains(letter);
  });
  if (is_odd || at == 0 || at == std::string_view::npos || at + 1 == address.size() ||
      address.find('@', at + 1) != std::string_view::npos || address.size() > 254) {
    throw base::Error(base::Code::kInvalidInput,
                      "mail goes to plain addresses only, such as ada@example.org");
  }
}

std::string message_of(const Mail& mail, const Postmark& postmark) {
  check_address(mail.to);
  check_address(postmark.from);
  check_line(mail.subject);
  const std::string domain = postmark.from.substr(postmark.from.find('@') + 1);
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
      date_of(postmark.at), postmark.from, mail.to, postmark.id, domain, header_text(mail.subject),
      in_lines(base64(mail.text)));
}

}  // namespace pharos::mail
