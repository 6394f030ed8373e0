// HTTP/2 and certificates, with a server of another's making.
#include "platform/outbound/client.h"
#include "platform/outbound/tests/support.h"
#include "platform/outbound/tests/support_http2.h"

namespace pharos::outbound {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

struct Http2Test : testing::Test {
  ClientSettings settings() const {
    ClientSettings settings;
    settings.guard.private_networks = Networks({"127.0.0.1", "::1"});
    settings.engine.authorities = server.certificate();
    settings.attempts = 1;
    return settings;
  }

  Http2Server server;
  base::SystemClock clock;
  ScriptedResolver resolver{{{"127.0.0.1"}}};
};

TEST_F(Http2Test, ManyCallsShareOneConnection) {
  Client client({.clock = clock, .resolver = resolver}, settings());
  const Response first = wait(client.send({.url = server.url()}));
  EXPECT_EQ(first.body, "over http/2");
  EXPECT_TRUE(first.is_http2);
  EXPECT_TRUE(first.on_new_connection);
  boost::asio::io_context loop;
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    boost::asio::co_spawn(loop, client.send({.url = server.url()}),
                          [&](const std::exception_ptr& failure, const Response& response) {
                            ASSERT_FALSE(failure);
                            EXPECT_FALSE(response.on_new_connection);
                            ++answered;
                          });
  }
  loop.run();
  EXPECT_EQ(answered, 20);
}

TEST_F(Http2Test, ACertificateThatNobodyVouchesForIsRefused) {
  ClientSettings careful = settings();
  careful.engine.authorities.clear();
  Client client({.clock = clock, .resolver = resolver}, careful);
  EXPECT_EQ(code_of([&] { wait(client.send({.url = server.url()})); }), base::Code::kUnavailable);
}

}  // namespace
}  // namespace pharos::outbound
