// Mails as bytes.
#include "platform/mail/mail.h"

#include <gmock/gmock.h>

#include "core/base/error.h"
#include "platform/mail/smtp.h"

namespace pharos::mail {
namespace {

using testing::HasSubstr;

Postmark postmark() {
  return {
      .from = "pharos@example.org", .id = "one", .at = base::WallTime(std::chrono::seconds(1'700'000'000))};
}

template <class Work>
bool is_refused(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.code() == base::Code::kInvalidInput;
  }
  return false;
}

TEST(Mail, IsHeadersAndAText) {
  EXPECT_EQ(message_of({.to = "ada@example.org", .subject = "Hello", .text = "Grüße\n"}, postmark()),
            "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nFrom: pharos@example.org\r\nTo: ada@example.org\r\n"
            "Message-ID: <one@example.org>\r\nSubject: Hello\r\nAuto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQo=\r\n");
}

TEST(Mail, EncodesWhatIsNotAscii) {
  const std::string message = message_of({.to = "a@b", .subject = "Grüße", .text = ""}, postmark());
  EXPECT_THAT(message, HasSubstr("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"));
}

TEST(Mail, HasNoLongLineAndCutsNoLetter) {
  std::string subject = "a";
  for (int i = 0; i < 60; ++i) subject += "\xc3\xbc";
  const std::string message =
      message_of({.to = "a@b", .subject = subject, .text = std::string(1000, 'x')}, postmark());
  std::size_t start = 0;
  while (start < message.size()) {
    const std::size_t end = message.find("\r\n", start);
    EXPECT_LE(end - start, 78U);
    start = end + 2;
  }
  // 42 bytes would end within a letter: the first piece has 41.
  EXPECT_THAT(message,
              HasSubstr("=?utf-8?B?YcO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7w=?=\r\n ="));
}

TEST(Mail, CannotBeMoreThanItSeems) {
  EXPECT_TRUE(
      is_refused([] { message_of({.to = "a@b", .subject = "x\r\nBcc: c@d", .text = ""}, postmark()); }));
  for (const char* to :
       {"a@b\r\nBcc: c@d", "a@b, c@d", "a@b>", "<a@b", "a", "@b", "a@", "a@b@c", "a b@c", "ü@b", ""}) {
    EXPECT_TRUE(is_refused([&] { message_of({.to = to, .subject = "", .text = ""}, postmark()); })) << to;
  }
}

TEST(Smtp, RefusesSettingsThatCannotBeMeant) {
  base::Pool pool("mail", 1);
  const SmtpSettings good{.host = "mail.example.org", .from = "pharos@example.org"};
  const auto is_bad = [&](auto change) {
    SmtpSettings settings = good;
    change(settings);
    return is_refused([&] { Smtp(settings, pool); });
  };
  EXPECT_FALSE(is_bad([](SmtpSettings&) {}));
  EXPECT_TRUE(is_bad([](SmtpSettings& settings) { settings.host = "mail/../x"; }));
  EXPECT_TRUE(is_bad([](SmtpSettings& settings) { settings.from = "Pharos"; }));
  EXPECT_TRUE(is_bad([](SmtpSettings& settings) {
    settings.security = Security::kNone;
    settings.user = "pharos";
  }));
}

}  // namespace
}  // namespace pharos::mail
