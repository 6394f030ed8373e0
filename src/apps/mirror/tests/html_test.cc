#include "apps/mirror/rendering/html.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "apps/mirror/tests/support_hostile.h"

namespace pharos::mirror {
namespace {

TEST(Html, TextIsEscapedForContentAndAttributes) {
  EXPECT_EQ(escape("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
  EXPECT_EQ(html("<p>{}</p>", "<b>").text(), "<p>&lt;b&gt;</p>");
}

TEST(Html, MarkupStaysMarkupInsideMarkup) {
  EXPECT_EQ(html("<p>{} {:.1f}</p>", html("<b>{}</b>", "&"), 2.0).text(), "<p><b>&amp;</b> 2.0</p>");
  EXPECT_EQ((html("<a>") + Html::verbatim("</a>")).text(), "<a></a>");
  EXPECT_TRUE(Html().empty());
}

TEST(Html, BytesThatCannotStandInAPageAreReplacedOrDropped) {
  EXPECT_EQ(escape("a\x01"
                   "b\xff"
                   "c\td"),
            "ab\ufffdc d");
}

RC_GTEST_PROP(Html, NothingEscapedCanOpenOrCloseAnything, ()) {
  const std::string escaped = escape(*hostile_text());
  RC_ASSERT(escaped.find_first_of("<>\"'") == std::string::npos);
}

}  // namespace
}  // namespace pharos::mirror
