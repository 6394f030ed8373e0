// The way out, with real servers at the other end, most of them ill-meaning.
#include "platform/outbound/client.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <zlib.h>

#include "platform/outbound/tests/support.h"

namespace pharos::outbound {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;
using base::Code;
using testing::HasSubstr;
using testing::Not;

/// Answers `200 fine` to everything, and keeps the connection.
bool fine(const std::string&, Wire& wire) {
  return wire.answer(200, "fine");
}

struct ClientTest : testing::Test {
  /// May call this machine's second address and no other: the first is where secrets are.
  static ClientSettings settings(const std::string& networks = "127.0.0.0/8") {
    ClientSettings settings;
    settings.guard.private_networks = Networks({networks});
    return settings;
  }
  Response send(Request request) { return wait(client.send(std::move(request))); }
  std::optional<Code> code(Request request) {
    return code_of([&] { send(std::move(request)); });
  }

  base::SystemClock clock;
  SystemResolver resolver;
  ClientParts parts{.clock = clock, .resolver = resolver, .random = [] { return 0.0; }};
  Client client{parts, settings()};
};

TEST_F(ClientTest, SendsAndReceives) {
  ScriptedServer server(
      [](const std::string&, Wire& wire) { return wire.answer(201, "made", "X-One: a\r\nx-two:b\r\n"); });
  const Response response = send({.method = "POST",
                                  .url = server.url("/things?a=b#part"),
                                  .headers = {{"Content-Type", "text/plain"}, {"X-Empty", ""}},
                                  .body = "a thing"});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "made");
  EXPECT_EQ(find_header(response.headers, "X-ONE"), "a");
  EXPECT_EQ(find_header(response.headers, "x-two"), "b");
  EXPECT_EQ(find_header(response.headers, "x-three"), std::nullopt);
  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("POST /things?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("User-Agent: Pharos\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\n\r\na thing"));
}

TEST_F(ClientTest, UsesAConnectionAgain) {
  ScriptedServer server(fine);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send({.url = server.url()}).on_new_connection, i == 0);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientTest, RefusesWhatIsNoRequest) {
  EXPECT_EQ(code({.url = "ftp://example.org/"}), Code::kInvalidInput);
  EXPECT_EQ(code({.method = "GET /x", .url = "http://127.0.0.1/"}), Code::kInvalidInput);
  EXPECT_EQ(code({.url = "http://127.0.0.1/", .headers = {{"X", "a\r\nY: b"}}}), Code::kInvalidInput);
  EXPECT_EQ(code({.url = "http://127.0.0.1/", .headers = {{"X Y", "a"}}}), Code::kInvalidInput);
  EXPECT_EQ(code({.url = "http://127.0.0.1/", .headers = {{"hOst", "a"}}}), Code::kInvalidInput);
}

TEST_F(ClientTest, DoesNotTakeAProxyFromTheEnvironment) {
  ScriptedServer server(fine);
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_EQ(send({.url = server.url()}).status, 200);
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_F(ClientTest, DoesNotCallThisMachineUnlessToldTo) {
  ScriptedServer server(fine);
  Client careful(parts, {});
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "0x7f000001", "[::ffff:127.0.0.1]", "0"}) {
    EXPECT_EQ(code_of([&] { wait(careful.send({.url = server.url("/", host)})); }), Code::kForbidden) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

/// The name leads to where it may at first, and to the machine itself when it is asked again.
TEST_F(ClientTest, ConnectsToTheAddressThatWasChecked) {
  ScriptedServer allowed([](const std::string&, Wire& wire) { return wire.answer(200, "allowed"); },
                         "127.0.0.2");
  ScriptedServer secret([](const std::string&, Wire& wire) { return wire.answer(200, "secret"); },
                        "127.0.0.1", allowed.port());
  ScriptedResolver rebinding({{"127.0.0.2"}, {"127.0.0.1"}});
  Client careful({.clock = clock, .resolver = rebinding}, settings("127.0.0.2"));
  const std::string url = allowed.url("/", "rebinding.test");
  EXPECT_EQ(wait(careful.send({.url = url})).body, "allowed");
  EXPECT_EQ(rebinding.asked(), 1U);
  EXPECT_EQ(code_of([&] { wait(careful.send({.url = url})); }), Code::kForbidden);
  EXPECT_EQ(secret.connections(), 0);
}

TEST_F(ClientTest, OneForbiddenAddressAmongSeveralIsEnough) {
  ScriptedServer server(fine, "127.0.0.2");
  ScriptedResolver several({{"127.0.0.2", "10.0.0.1"}});
  Client careful({.clock = clock, .resolver = several}, settings("127.0.0.2"));
  EXPECT_EQ(code_of([&] { wait(careful.send({.url = server.url("/", "several.test")})); }), Code::kForbidden);
  EXPECT_EQ(server.connections(), 0);
}

/// As if the first check had been got round.
TEST_F(ClientTest, TheAddressIsCheckedAgainWhenTheConnectionIsMade) {
  ScriptedServer server(fine);
  const Guard guard;
  Engine engine(guard, {});
  for (const char* host : {"127.0.0.1", "name.test"}) {
    const auto exchange = [&] {
      wait(engine.exchange({.url = Url::parse(server.url("/", host)),
                            .addresses = {ip::make_address("127.0.0.1")},
                            .method = "GET",
                            .headers = {},
                            .body = {},
                            .limit = 5s}));
    };
    EXPECT_EQ(code_of(exchange), Code::kForbidden);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ClientTest, FollowsNoRedirectUnlessAsked) {
  ScriptedServer server(
      [](const std::string&, Wire& wire) { return wire.answer(302, "", "Location: /b\r\n"); });
  EXPECT_EQ(send({.url = server.url()}).status, 302);
}

TEST_F(ClientTest, ARedirectToTheMetadataOfTheMachineIsRefused) {
  for (const char* place : {"http://169.254.169.254/latest/meta-data/", "//169.254.169.254/",
                            "http://[fd00:ec2::254]/", "http://metadata.test/"}) {
    ScriptedServer server([&](const std::string&, Wire& wire) {
      return wire.answer(302, "", fmt::format("Location: {}\r\n", place));
    });
    ScriptedResolver metadata({{"169.254.169.254"}});
    Client careful({.clock = clock, .resolver = metadata}, settings());
    EXPECT_EQ(code_of([&] { wait(careful.send({.url = server.url(), .redirects = 3})); }), Code::kForbidden)
        << place;
  }
}

TEST_F(ClientTest, FollowsThreeRedirectsAndNoMore) {
  ScriptedServer server([](const std::string& request, Wire& wire) {
    if (request.starts_with("GET /3 ")) return wire.answer(200, "here");
    const int step = request.at(5) - '0';
    return wire.answer(307, "", fmt::format("Location: /{}\r\n", step + 1));
  });
  const Response response = send({.url = server.url("/0"), .redirects = 3});
  EXPECT_EQ(response.body, "here");
  EXPECT_THAT(response.url, HasSubstr("/3"));
  EXPECT_EQ(code({.url = server.url("/4"), .redirects = 10}), Code::kUnavailable);
  EXPECT_EQ(server.requests().size(), 8U);
}

TEST_F(ClientTest, SecretsDoNotGoToAnotherOrigin) {
  ScriptedServer other(fine);
  ScriptedServer server([&](const std::string& request, Wire& wire) {
    const bool is_first = request.starts_with("POST /a");
    return wire.answer(is_first ? 307 : 303, "",
                       fmt::format("Location: {}\r\n", is_first ? "/b" : other.url("/c")));
  });
  send({.method = "POST",
        .url = server.url("/a"),
        .headers = {{"Authorization", "Bearer x"}, {"X-Api-Key", "y"}, {"Accept", "text/plain"}},
        .body = "body",
        .redirects = 2});
  EXPECT_THAT(server.requests().at(1), HasSubstr("Bearer x")) << "the same origin";
  EXPECT_THAT(server.requests().at(1), HasSubstr("\r\n\r\nbody"));
  const std::string last = other.requests().at(0);
  EXPECT_THAT(last, HasSubstr("GET /c "));
  EXPECT_THAT(last, HasSubstr("text/plain"));
  EXPECT_THAT(last, Not(HasSubstr("Bearer")));
  EXPECT_THAT(last, Not(HasSubstr("Api-Key")));
}

TEST_F(ClientTest, ASlowServerIsGivenUpInTime) {
  ScriptedServer server([](const std::string&, Wire& wire) {
    wire.wait_for_end();
    return false;
  });
  const auto deadline = base::Deadline::in(clock, 100ms);
  EXPECT_EQ(code({.method = "POST", .url = server.url(), .deadline = deadline}), Code::kTimeout);
}

TEST_F(ClientTest, ANameThatNobodyAnswersForIsGivenUpInTime) {
  struct Silent final : Resolver {
    explicit Silent(base::Clock& its_clock) : clock(its_clock) {}
    base::Task<std::vector<ip::address>> resolve(std::string) override {
      co_await clock.sleep_until(base::SteadyTime::max());
      co_return std::vector<ip::address>{};
    }
    base::Clock& clock;
  } silent(clock);
  ClientSettings quick = settings();
  quick.dns = 20ms;
  quick.attempts = 1;
  Client impatient({.clock = clock, .resolver = silent}, quick);
  EXPECT_EQ(code_of([&] { wait(impatient.send({.url = "https://silent.test/"})); }), Code::kTimeout);
}

TEST_F(ClientTest, TheMachineIsAskedForAddresses) {
  for (const ip::address& each : wait(resolver.resolve("localhost"))) EXPECT_TRUE(each.is_loopback());
  const std::string no_name(1100, 'a');
  EXPECT_EQ(code_of([&] { wait(resolver.resolve(no_name)); }), Code::kUnavailable);
}

TEST_F(ClientTest, AnEndlessBodyIsCutOff) {
  ScriptedServer server([](const std::string&, Wire& wire) {
    wire.write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(1 << 20, 'x');
    while (wire.write(piece)) {
    }
    return false;
  });
  EXPECT_EQ(code({.url = server.url()}), Code::kTooLarge);
}

TEST_F(ClientTest, EndlessHeadersAreCutOff) {
  ScriptedServer server([](const std::string&, Wire& wire) {
    wire.write("HTTP/1.1 200 OK\r\n");
    while (wire.write("X-Long: " + std::string(1000, 'x') + "\r\n")) {
    }
    return false;
  });
  EXPECT_EQ(code({.url = server.url()}), Code::kTooLarge);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string packed(text.size() / 100 + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib's interface
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());  // NOLINT: zlib's interface
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST_F(ClientTest, ABodyIsUnpackedAndABombIsNot) {
  std::string body = gzip("unpacked");
  ScriptedServer server(
      [&](const std::string&, Wire& wire) { return wire.answer(200, body, "Content-Encoding: gzip\r\n"); });
  EXPECT_EQ(send({.url = server.url()}).body, "unpacked");
  body = gzip(std::string(std::size_t{100} << 20, '\0'));
  ASSERT_LT(body.size(), 200'000U);
  EXPECT_EQ(code({.url = server.url()}), Code::kTooLarge);
}

TEST_F(ClientTest, WhatMayBeAskedAgainIs) {
  std::atomic<int> asked = 0;
  ScriptedServer server([&](const std::string&, Wire& wire) {
    if (++asked % 3 == 1) return false;  // closes without a word
    return asked % 3 == 2 ? wire.answer(503, "") : wire.answer(200, "fine");
  });
  EXPECT_EQ(send({.url = server.url()}).status, 200);
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(code({.method = "POST", .url = server.url()}), Code::kUnavailable) << "not what is not";
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST_F(ClientTest, WaitsAsLongAsItIsAskedTo) {
  ScriptedServer server(
      [](const std::string&, Wire& wire) { return wire.answer(429, "", "Retry-After: 3600\r\n"); });
  EXPECT_EQ(send({.url = server.url()}).status, 429) << "there is not so much time";
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientTest, WhoDoesNotAnswerIsLeftAlone) {
  std::string url;
  {
    ScriptedServer server(fine);
    url = server.url();
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code({.method = "POST", .url = url}), Code::kUnavailable);
  try {
    send({.method = "POST", .url = url});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("left alone"));
  }
}

TEST_F(ClientTest, ACancelledCallClosesItsConnection) {
  boost::asio::io_context loop;
  boost::asio::cancellation_signal cancel;
  std::atomic<bool> is_closed = false;
  ScriptedServer server([&](const std::string&, Wire& wire) {
    boost::asio::post(loop, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
    wire.wait_for_end();
    is_closed = true;
    is_closed.notify_all();
    return false;
  });
  std::exception_ptr failure;
  boost::asio::co_spawn(
      loop, client.send({.url = server.url()}),
      boost::asio::bind_cancellation_slot(
          cancel.slot(), [&](std::exception_ptr thrown, const Response&) { failure = std::move(thrown); }));
  loop.run();
  EXPECT_THROW(std::rethrow_exception(failure), boost::system::system_error);
  is_closed.wait(false);
}

TEST_F(ClientTest, WhatIsUnderWayEndsWithTheEngine) {
  const Guard guard({.private_networks = Networks({"127.0.0.1"})});
  auto engine = std::make_unique<Engine>(guard, EngineSettings{});
  boost::asio::io_context loop;
  std::exception_ptr failure;
  ScriptedServer server([&](const std::string&, Wire& wire) {
    boost::asio::post(loop, [&] { engine.reset(); });
    wire.wait_for_end();
    return false;
  });
  boost::asio::co_spawn(loop,
                        engine->exchange({.url = Url::parse(server.url()),
                                          .addresses = {ip::make_address("127.0.0.1")},
                                          .method = "GET",
                                          .headers = {},
                                          .body = {},
                                          .limit = 60s}),
                        [&](std::exception_ptr thrown, const Response&) { failure = std::move(thrown); });
  loop.run();
  EXPECT_EQ(code_of([&] { std::rethrow_exception(failure); }), Code::kUnavailable);
}

}  // namespace
}  // namespace pharos::outbound
