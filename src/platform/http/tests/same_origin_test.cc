#include "platform/http/same_origin.h"

#include <gtest/gtest.h>

namespace pharos::http {
namespace {

bool is_own(Headers headers, bool is_secure = false, std::string_view public_url = "") {
  Request request;
  request.headers = std::move(headers);
  request.headers.add("Host", "pharos.example:8080");
  request.is_secure = is_secure;
  return is_from_own_page(request, public_url);
}

TEST(SameOrigin, TheBrowsersOwnWordCounts) {
  EXPECT_TRUE(is_own({{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(is_own({{"Sec-Fetch-Site", "none"}})) << "typed by hand";
  EXPECT_FALSE(is_own({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(is_own({{"Sec-Fetch-Site", "same-site"}})) << "another host of the domain is another's";
  EXPECT_FALSE(is_own({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://pharos.example:8080"}}));
}

TEST(SameOrigin, OlderBrowsersSayFromWhere) {
  EXPECT_TRUE(is_own({{"Origin", "http://pharos.example:8080"}}));
  EXPECT_FALSE(is_own({{"Origin", "http://pharos.example:8080"}}, true)) << "a page that came without TLS";
  EXPECT_TRUE(is_own({{"Origin", "https://pharos.example:8080"}}, true));
  EXPECT_FALSE(is_own({{"Origin", "http://pharos.example"}}));
  EXPECT_FALSE(is_own({{"Origin", "null"}}));
  EXPECT_TRUE(is_own({{"Origin", "https://public.example"}}, false, "https://public.example/path"));
  EXPECT_FALSE(is_own({{"Origin", "https://public.example.evil"}}, false, "https://public.example"));
}

TEST(SameOrigin, WhoSaysNothingIsNoBrowser) {
  EXPECT_FALSE(is_own({}));
}

}  // namespace
}  // namespace pharos::http
