// URLs, and what only looks like one.
#include "platform/outbound/url.h"

#include <gmock/gmock.h>

#include "core/base/error.h"

namespace pharos::outbound {
namespace {

TEST(Url, SaysWhereItLeads) {
  const Url url = Url::parse("https://Example.ORG/a/b?c=d#e");
  EXPECT_EQ(url.host(), "example.org");
  EXPECT_EQ(url.port(), 443);
  EXPECT_EQ(url.origin(), "https://example.org:443");
  EXPECT_THAT(url.text(), testing::EndsWith("/a/b?c=d"));
  EXPECT_EQ(Url::parse("http://[2001:DB8::1]:8080/").origin(), "http://[2001:db8::1]:8080");
}

/// 127.0.0.1 has many spellings; whoever connects must not know more of them than whoever checks.
TEST(Url, WritesAddressesInOneWay) {
  for (const char* text : {"http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/"}) {
    EXPECT_EQ(Url::parse(text).host(), "127.0.0.1") << text;
  }
}

TEST(Url, IsRefusedWhenItMayBeReadInTwoWays) {
  for (const char* text :
       {"", "example.org", "ftp://example.org/", "file:///etc/passwd", "https:///path", "HTTPS//example.org",
        "https://user@example.org/", "https://user:word@example.org/", "https://@example.org/",
        "https://exa mple.org/", "https://example.org\\@evil.org/", "https://example.org/\r\nX: y",
        "https://example.org:0/", "https://example.org:65536/", "https://[fe80::1%25eth0]/",
        "https://ex%61mple%00.org/", "https://b\u00fccher.org/"}) {
    EXPECT_THROW(Url::parse(text), base::Error) << text;
  }
  EXPECT_THROW(Url::parse("https://example.org/" + std::string(9000, 'a')), base::Error);
}

TEST(Url, FollowsReferences) {
  const Url url = Url::parse("https://example.org/a/b?c");
  EXPECT_EQ(url.resolve("../d").text(), "https://example.org/d");
  EXPECT_EQ(url.resolve("//other.org/x").origin(), "https://other.org:443");
  EXPECT_EQ(url.resolve("http://other.org:81/").origin(), "http://other.org:81");
  EXPECT_THROW(url.resolve("file:///etc/passwd"), base::Error);
  EXPECT_THROW(url.resolve("https://user@example.org/"), base::Error);
  EXPECT_EQ(url.text(), "https://example.org/a/b?c") << "is not changed by it";
}

}  // namespace
}  // namespace pharos::outbound
