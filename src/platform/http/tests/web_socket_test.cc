// What a client notices of a WebSocket: the handshake, framing, limits, and how it ends. The cases follow
// those that WebSocket implementations are commonly tried with, number by number.
#include "platform/http/web_socket.h"

#include <future>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "platform/http/tests/support.h"

namespace pharos::http {
namespace {

using namespace testing_support;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kContinuation = 0;
constexpr int kText = 1;
constexpr int kBinary = 2;
constexpr int kClose = 8;
constexpr int kPing = 9;
constexpr int kPong = 10;

struct Frame {
  int opcode = kText;
  std::string payload;
  bool is_last = true;
  int reserved = 0;  ///< the three bits
  bool is_masked = true;
  std::optional<std::uint64_t> announced = {};  ///< as the length, in place of the payload's
};

std::string bytes_of(const Frame& frame) {
  std::string bytes;
  bytes += static_cast<char>((frame.is_last ? 0x80 : 0) | frame.reserved << 4 | frame.opcode);
  const std::uint64_t size = frame.announced.value_or(frame.payload.size());
  const int mask_bit = frame.is_masked ? 0x80 : 0;
  const int length_bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  bytes += static_cast<char>(mask_bit | (length_bytes == 0   ? static_cast<int>(size)
                                         : length_bytes == 2 ? 126
                                                             : 127));
  for (int i = length_bytes - 1; i >= 0; --i) bytes += static_cast<char>(size >> (8 * i) & 0xff);
  const std::string mask = frame.is_masked ? "\x11\x22\x33\x44" : std::string();
  bytes += mask;
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    bytes += static_cast<char>(frame.payload[i] ^ (mask.empty() ? 0 : mask[i % 4]));
  }
  return bytes;
}

std::string close_payload(int code, std::string_view reason = "") {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return payload.append(reason);
}

/// As a compressed message has it: deflate without a head, its last four bytes left out.
std::string deflated(std::string_view text) {
  z_stream stream{};
  ::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&stream, text.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_SYNC_FLUSH);
  packed.resize(stream.total_out - 4);
  ::deflateEnd(&stream);
  return packed;
}

class Peer {
 public:
  explicit Peer(std::uint16_t port, std::string_view path = "/api/v1/radio", std::string_view fields = "")
      : wire(port) {
    wire.say(fmt::format(
        "GET {} HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        path, fields));
    greeting = wire.hear();
  }

  Peer& say(const Frame& frame) {
    wire.say(bytes_of(frame));
    return *this;
  }
  /// The next frame; with opcode -1 when the connection has ended.
  Frame hear() {
    const std::string head = wire.take(2);
    if (head.size() < 2) return {.opcode = -1, .payload = {}};
    std::uint64_t size = head[1] & 0x7f;
    if (size >= 126) {
      const std::string length = wire.take(size == 126 ? 2 : 8);
      size = 0;
      for (const char byte : length) size = size << 8 | static_cast<unsigned char>(byte);
    }
    return {.opcode = head[0] & 0x0f,
            .payload = wire.take(size),
            .is_last = (head[0] & 0x80) != 0,
            .reserved = head[0] >> 4 & 7,
            .is_masked = (head[1] & 0x80) != 0};
  }
  /// The code with which the server ends the conversation; 0 for none, -1 when it just leaves.
  int code() {
    Frame frame = hear();
    while (frame.opcode == kPong || frame.opcode == kText || frame.opcode == kBinary) frame = hear();
    if (frame.opcode != kClose) return -1;
    if (frame.payload.size() < 2) return 0;
    reason = frame.payload.substr(2);
    return static_cast<unsigned char>(frame.payload[0]) << 8 | static_cast<unsigned char>(frame.payload[1]);
  }

  Wire wire;
  Answer greeting;
  std::string reason;
};

class WebSocketTest : public HttpTest {
 protected:
  using HttpTest::HttpTest;
  Peer peer(std::string_view path = "/api/v1/radio", std::string_view fields = "") const {
    return Peer(server_->port(), path, fields);
  }
  /// What the server ends with after some frames.
  int code_after(std::initializer_list<Frame> frames) const {
    Peer client = peer();
    for (const Frame& frame : frames) client.say(frame);
    return client.code();
  }
  static void wait_until(const auto& is_true) {
    while (!is_true()) std::this_thread::yield();
  }
};

// ---- the handshake
// --------------------------------------------------------------------------------------------

TEST_F(WebSocketTest, HandshakesAreAnsweredAsTheStandardHasIt) {
  const Answer greeting = peer().greeting;
  EXPECT_EQ(greeting.status, 101);
  EXPECT_EQ(greeting.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(greeting.header("Upgrade"), "websocket");
  EXPECT_FALSE(greeting.header("X-Correlation-ID").empty());
  EXPECT_THAT(greeting.header("Sec-WebSocket-Extensions"), IsEmpty());
  EXPECT_EQ(peer("/api/v1/radio", "Sec-WebSocket-Protocol: chat, pharos\r\n")
                .greeting.header("Sec-WebSocket-Protocol"),
            "pharos");
}

TEST_F(WebSocketTest, WhatIsNoHandshakeIsToldWhatOneIs) {
  const Answer plain = ask("GET /api/v1/radio");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.header("Sec-WebSocket-Version"), "13");
  const std::string_view good = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  const std::string_view key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_EQ(ask("GET /api/v1/radio", fmt::format("{}{}Sec-WebSocket-Version: 12\r\n", good, key)).status,
            426);
  EXPECT_EQ(ask("GET /api/v1/radio", fmt::format("{}Sec-WebSocket-Version: 13\r\n", good)).status, 400);
  EXPECT_EQ(ask("GET /api/v1/radio",
                fmt::format("{}Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n", good))
                .status,
            400);
  EXPECT_EQ(
      ask("GET /api/v1/radio", fmt::format("Upgrade: websocket\r\n{}Sec-WebSocket-Version: 13\r\n", key))
          .status,
      426);
  EXPECT_EQ(ask("GET /api/v1/boats", fmt::format("{}{}Sec-WebSocket-Version: 13\r\n", good, key)).status,
            200);
}

TEST_F(WebSocketTest, WhoTalksBeforeTheAnswerIsRefused) {
  Wire client = wire();
  client.say(
      "GET /api/v1/radio HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      bytes_of({.payload = "early"}));
  EXPECT_EQ(client.hear().status, 400);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(WebSocketTest, OnlyOurPagesAndListedOnesMayTalk) {
  EXPECT_EQ(peer("/api/v1/radio", "Origin: https://evil.example\r\n").greeting.status, 403);
  EXPECT_EQ(peer("/api/v1/radio", "Origin: null\r\n").greeting.status, 403);
  EXPECT_EQ(peer("/api/v1/radio", "Origin: https://pages.example\r\n").greeting.status, 101);
  EXPECT_EQ(peer("/api/v1/radio", "Origin: http://here\r\n").greeting.status, 101);
}

TEST_F(WebSocketTest, WhoMayNotAskIsRefusedBeforeTheHandshake) {
  EXPECT_EQ(peer("/api/v1/radio/boats/1").greeting.status, 401);
  const std::string boat = "/api/v1/radio/boats/0198a9e2-0000-7000-8000-000000000000";
  EXPECT_EQ(peer(boat, "Authorization: Bearer eve\r\n").greeting.status, 401);
  Peer ada = peer(boat, kAda);
  EXPECT_EQ(ada.hear().payload, "over, ada");
  EXPECT_EQ(ada.code(), 1000) << "the handler has ended";
}

TEST_F(WebSocketTest, ABrowserBringsItsTokenAmongTheProtocols) {
  Request request;
  request.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Protocol", "pharos,  bearer.a.b-c"}};
  EXPECT_EQ(socket_token(request), "a.b-c");
  request.headers = {{"Sec-WebSocket-Protocol", "pharos, bearer.a.b-c"}};
  EXPECT_EQ(socket_token(request), "");
}

// ---- framing
// --------------------------------------------------------------------------------------------------

TEST_F(WebSocketTest, MessagesOfAllSizesComeBack) {
  Peer client = peer();
  for (const std::size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536, 128 * 1024}) {
    for (const int opcode : {kText, kBinary}) {
      const std::string payload(size, opcode == kText ? 'x' : '\xff');
      const Frame echo = client.say({.opcode = opcode, .payload = payload}).hear();
      EXPECT_EQ(echo.opcode, opcode) << size;
      EXPECT_TRUE(echo.payload == payload) << size;
      EXPECT_FALSE(echo.is_masked);
    }
  }
}

TEST_F(WebSocketTest, AFrameMayComeByteByByte) {
  Peer client = peer();
  for (const char byte : bytes_of({.payload = "slowly"})) client.wire.say(std::string(1, byte));
  EXPECT_EQ(client.hear().payload, "slowly");
}

TEST_F(WebSocketTest, PingsAreAnsweredAndPongsPassedOver) {
  Peer client = peer();
  for (const std::string& payload : {std::string(), std::string("hello"), std::string(125, '\xfe')}) {
    const Frame pong = client.say({.opcode = kPing, .payload = payload}).hear();
    EXPECT_EQ(pong.opcode, kPong);
    EXPECT_EQ(pong.payload, payload);
  }
  client.say({.opcode = kPong, .payload = "unasked"}).say({.payload = "go on"});
  EXPECT_EQ(client.hear().payload, "go on");
  for (int i = 0; i < 10; ++i) client.say({.opcode = kPing, .payload = std::to_string(i)});
  client.say({.payload = "and on"});
  Frame next = client.hear();
  while (next.opcode == kPong) next = client.hear();
  EXPECT_EQ(next.payload, "and on");
}

TEST_F(WebSocketTest, FragmentsAreOneMessage) {
  Peer client = peer();
  client.say({.payload = "one", .is_last = false})
      .say({.opcode = kContinuation, .payload = "", .is_last = false})
      .say({.opcode = kPing, .payload = "between"})
      .say({.opcode = kContinuation, .payload = " two"});
  EXPECT_EQ(client.hear().opcode, kPong);
  const Frame echo = client.hear();
  EXPECT_EQ(echo.opcode, kText);
  EXPECT_EQ(echo.payload, "one two");
}

TEST_F(WebSocketTest, WhatTheProtocolForbidsEndsTheConversation) {
  EXPECT_EQ(code_after({{.payload = "unmasked", .is_masked = false}}), 1002);
  for (const int bits : {1, 2, 3, 4, 5, 6, 7}) {
    EXPECT_EQ(code_after({{.payload = "x", .reserved = bits}}), 1002) << bits;
    EXPECT_EQ(code_after({{.opcode = kPing, .payload = "x", .reserved = bits}}), 1002) << bits;
  }
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(code_after({{.opcode = opcode, .payload = "x"}}), 1002) << opcode;
  }
  EXPECT_EQ(code_after({{.opcode = kPing, .payload = std::string(126, 'x')}}), 1002);
  EXPECT_EQ(code_after({{.opcode = kPing, .payload = "x", .is_last = false}}), 1002);
  EXPECT_EQ(code_after({{.opcode = kContinuation, .payload = "of nothing"}}), 1002);
  EXPECT_EQ(code_after({{.payload = "one", .is_last = false}, {.payload = "another"}}), 1002);
}

TEST_F(WebSocketTest, TextIsUtf8) {
  for (const std::string text :
       {"κόσμε", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "\xc2\x80", "\xf0\x90\x80\x80"}) {
    EXPECT_EQ(peer().say({.payload = text}).hear().payload, text);
  }
  for (const std::string text : {"\xce", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                 "\xf8\x88\x80\x80\x80", "\xe0\x80\x80", "abc\x80"}) {
    EXPECT_EQ(code_after({{.payload = text}}), 1007);
  }
  EXPECT_EQ(peer()
                .say({.payload = "\xce", .is_last = false})
                .say({.opcode = kContinuation, .payload = "\xba"})
                .hear()
                .payload,
            "κ");
  EXPECT_EQ(code_after({{.payload = "\xce\xba\xed\xa0\x80", .is_last = false}}), 1007)
      << "before its last fragment";
  EXPECT_EQ(peer().say({.opcode = kBinary, .payload = "\xff"}).hear().payload, "\xff");
}

TEST_F(WebSocketTest, AMessageThatIsTooLongIsRefusedBeforeItIsRead) {
  EXPECT_EQ(code_after({{.payload = "", .announced = 128 * 1024 + 1}}), 1009);
  EXPECT_EQ(code_after({{.payload = "", .announced = std::uint64_t{1} << 62}}), 1009);
  EXPECT_EQ(code_after({{.payload = std::string(100 * 1024, 'x'), .is_last = false},
                        {.opcode = kContinuation, .payload = "", .announced = 100 * 1024}}),
            1009);
}

// ---- the end
// --------------------------------------------------------------------------------------------------

TEST_F(WebSocketTest, AClientsCloseIsAnsweredAndItsHandlerEnds) {
  Peer client = peer();
  client.say({.payload = "hello"}).hear();
  EXPECT_EQ(client.say({.opcode = kClose, .payload = close_payload(1000, "bye")}).code(), 1000);
  EXPECT_TRUE(client.wire.is_closed());
  wait_until([&] { return harbour_.is_watched == 0; });
}

TEST_F(WebSocketTest, CodesThatNobodyMaySendAreRefused) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
    EXPECT_EQ(code_after({{.opcode = kClose, .payload = close_payload(code)}}), code);
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999}) {
    EXPECT_EQ(code_after({{.opcode = kClose, .payload = close_payload(code)}}), 1002) << code;
  }
  EXPECT_THAT(code_after({{.opcode = kClose, .payload = ""}}), testing::AnyOf(0, 1000));
  EXPECT_EQ(code_after({{.opcode = kClose, .payload = "x"}}), 1002);
  EXPECT_EQ(code_after({{.opcode = kClose, .payload = close_payload(1000, std::string(123, 'x'))}}), 1000);
  EXPECT_EQ(code_after({{.opcode = kClose, .payload = close_payload(1000, std::string(124, 'x'))}}), 1002);
  EXPECT_THAT(code_after({{.opcode = kClose, .payload = close_payload(1000, "\xce\xff")}}),
              testing::AnyOf(1002, 1007));
}

TEST_F(WebSocketTest, AHandlerThatFailsSaysNoMoreThanItShould) {
  Peer client = peer("/api/v1/distress");
  EXPECT_EQ(client.say({.payload = "mayday"}).code(), 1011);
  EXPECT_EQ(client.reason, "nobody is there");
  Peer other = peer("/api/v1/distress");
  EXPECT_EQ(other.say({.payload = "hello"}).code(), 1011);
  EXPECT_EQ(other.reason, "something went wrong here");
}

TEST_F(WebSocketTest, WhereNobodyListensAMessageEndsIt) {
  Peer client = peer("/api/v1/beacon");
  EXPECT_EQ(client.hear().payload, ".");
  EXPECT_EQ(client.say({.opcode = kPing, .payload = "?"}).hear().opcode, kPong);
  EXPECT_EQ(client.say({.payload = "hello"}).code(), 1008);
}

TEST_F(WebSocketTest, AClientThatLeavesIsNoticedAtOnce) {
  Peer client = peer();
  client.say({.payload = "hello"}).hear();
  EXPECT_EQ(harbour_.is_watched, 1);
  client.wire.leave();
  wait_until([&] { return harbour_.is_watched == 0 && server_->connections() == 0; });
}

TEST_F(WebSocketTest, AStoppingServerSaysThatItGoesAway) {
  Peer talking = peer();
  Peer listening = peer("/api/v1/beacon");
  listening.hear();
  std::thread stop([&] { server_->stop(10s); });
  for (Peer* client : {&talking, &listening}) {
    EXPECT_EQ(client->code(), 1001);
    client->say({.opcode = kClose, .payload = close_payload(1001)});
    EXPECT_TRUE(client->wire.is_closed());
    client->wire.leave();
  }
  stop.join();
  EXPECT_EQ(harbour_.is_watched, 0);
}

class LonelySocketTest : public WebSocketTest {
 protected:
  LonelySocketTest() : WebSocketTest(ServerSettings{.threads = 1}) {}
};

TEST_F(LonelySocketTest, AServerThatStopsWhileHandsAreShakenSaysItAfterwards) {
  auto shaking = std::async(std::launch::async,
                            [&] { return std::make_unique<Peer>(server_->port(), "/api/v1/radio/late"); });
  wait_until([&] { return harbour_.is_watched == 1; });
  Wire idle = wire();
  wait_until([&] { return server_->connections() == 2; });
  std::thread stop([&] { server_->stop(10s); });
  EXPECT_TRUE(idle.is_closed());  // every connection knows it by now
  harbour_.is_radio_there = true;
  const std::unique_ptr<Peer> client = shaking.get();
  EXPECT_EQ(client->greeting.status, 101);
  EXPECT_EQ(client->code(), 1001);
  client->say({.opcode = kClose, .payload = close_payload(1001)});
  EXPECT_TRUE(client->wire.is_closed());
  client->wire.leave();
  stop.join();
}

TEST_F(WebSocketTest, WhoeverDoesNotKeepUpIsDroppedAtAMegabyte) {
  Peer client = peer("/api/v1/flood");
  client.say({.payload = "do not wait"});
  wait_until([&] { return server_->connections() == 0; });
  EXPECT_LT(harbour_.sent, 1000) << "of ten thousand, what fits into a queue and the network";
}

class ImpatientSocketTest : public WebSocketTest {
 protected:
  ImpatientSocketTest() : WebSocketTest(ServerSettings{.write_time = 50ms, .socket_time = 400ms}) {}
};

TEST_F(ImpatientSocketTest, WhoTakesNothingHoldsTheHandlerAndIsCutOff) {
  Peer client = peer("/api/v1/flood");
  client.say({.payload = "wait"});
  wait_until([&] { return server_->connections() == 0; });
  EXPECT_LT(harbour_.sent, 2000);
}

TEST_F(ImpatientSocketTest, ASilentClientIsAskedAndThenLeft) {
  Peer client = peer();
  const Frame ping = client.hear();
  EXPECT_EQ(ping.opcode, kPing);
  client.say({.opcode = kPong, .payload = ping.payload});
  EXPECT_EQ(client.hear().opcode, kPing) << "who answers is asked again";
  EXPECT_EQ(client.hear().opcode, -1) << "and who does not is left";
}

class DeflatingTest : public WebSocketTest {
 protected:
  DeflatingTest() : WebSocketTest(ServerSettings{.socket_deflate = true}) {}
};

TEST_F(DeflatingTest, MessagesAreCompressedForWhoAsks) {
  const std::string_view offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
  Peer client = peer("/api/v1/radio", offer);
  EXPECT_THAT(client.greeting.header("Sec-WebSocket-Extensions"), HasSubstr("permessage-deflate"));
  // "Hello", as RFC 7692 (7.2.3.1) has it.
  client.say({.payload = std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7), .reserved = 4});
  EXPECT_EQ(client.hear().reserved, 4);
  EXPECT_THAT(peer().greeting.header("Sec-WebSocket-Extensions"), IsEmpty());
}

TEST_F(DeflatingTest, ASmallMessageThatUnpacksToALargeOneIsRefused) {
  Peer client = peer("/api/v1/radio", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  client.say({.payload = deflated(std::string(2'000'000, 'x')), .reserved = 4});
  EXPECT_EQ(client.code(), 1009);
}

}  // namespace
}  // namespace pharos::http
