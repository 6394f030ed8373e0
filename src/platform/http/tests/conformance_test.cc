// HTTP/1.1 as RFC 9110 and 9112 have it, byte by byte, and clients that do not keep to it.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/http/tests/support.h"

namespace pharos::http {
namespace {

using namespace testing_support;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

const std::string kGet = "GET /api/v1/boats HTTP/1.1\r\nHost: a\r\n\r\n";

class Conformance : public HttpTest {
 protected:
  /// The answer to some bytes.
  Answer answer_to(const std::string& bytes) const {
    Wire client = wire();
    return client.say(bytes).hear(bytes.starts_with("HEAD"));
  }
  int status_of_line(const std::string& line) const { return answer_to(line + "\r\nHost: a\r\n\r\n").status; }
  int status_of_field(const std::string& field) const {
    return answer_to("GET /api/v1/boats HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n").status;
  }
  int status_of_host(const std::string& host) const {
    return answer_to("GET /api/v1/boats HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  }
  static std::string chunked(const std::string& chunks) {
    return fmt::format("POST /api/v1/boats HTTP/1.1\r\nHost: a\r\n{}Transfer-Encoding: chunked\r\n\r\n{}",
                       kJson, chunks);
  }
  static std::string with_length(const std::string& length, const std::string& body) {
    return fmt::format("POST /api/v1/boats HTTP/1.1\r\nHost: a\r\n{}Content-Length: {}\r\n\r\n{}", kJson,
                       length, body);
  }
};

// ---- the request line
// -----------------------------------------------------------------------------------------

TEST_F(Conformance, MethodsAreWordsWithCase) {
  EXPECT_EQ(status_of_line("get /api/v1/boats HTTP/1.1"), 405);
  EXPECT_EQ(status_of_line("BREW /api/v1/boats HTTP/1.1"), 405);
  EXPECT_EQ(status_of_line("TRACE /api/v1/boats HTTP/1.1"), 405);
  EXPECT_EQ(status_of_line("BREW /nothing HTTP/1.1"), 404);
  EXPECT_EQ(status_of_line("GE(T /api/v1/boats HTTP/1.1"), 400);
  EXPECT_EQ(status_of_line("CONNECT a:80 HTTP/1.1"), 400);
  EXPECT_EQ(answer_to("OPTIONS /api/v1/boats HTTP/1.1\r\nHost: a\r\n\r\n").header("Allow"),
            "GET, HEAD, POST");
}

TEST_F(Conformance, TheLineHasThreePartsAndSingleSpaces) {
  for (const char* line :
       {"GET  /api/v1/boats HTTP/1.1", "GET /api/v1/boats  HTTP/1.1", "GET\t/api/v1/boats HTTP/1.1",
        "GET /api/v1/boats HTTP/1.1 ", " GET /api/v1/boats HTTP/1.1", "GET /api/v1/boats", "GET HTTP/1.1",
        "/api/v1/boats HTTP/1.1", "GET /api/v1/boats HTTP/11", "GET /api/v1/boats http/1.1",
        "GET /api/v1/boats HTTP/1.", "GET /api/v1/boats HTTP/2.0", "GET /api/v1/boats HTP/1.1"}) {
    EXPECT_EQ(status_of_line(line), 400) << line;
  }
  EXPECT_EQ(answer_to("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 400);
}

TEST_F(Conformance, TargetsMayNameTheHostAndMustBePaths) {
  EXPECT_EQ(status_of_line("GET http://elsewhere.example/api/v1/boats HTTP/1.1"), 200);
  EXPECT_EQ(status_of_line("GET http://elsewhere.example HTTP/1.1"), 404);
  EXPECT_EQ(status_of_line("GET ftp://elsewhere.example/ HTTP/1.1"), 400);
  EXPECT_EQ(status_of_line("GET * HTTP/1.1"), 400);
  EXPECT_EQ(status_of_line("GET /api/v1/boats?word=%zz HTTP/1.1"), 422);
  EXPECT_EQ(status_of_line("GET /api/v1/../v1/boats HTTP/1.1"), 404) << "dots are not followed";
  EXPECT_EQ(status_of_line("GET //api/v1/boats HTTP/1.1"), 404);
  EXPECT_EQ(status_of_line("GET /" + std::string(10'000, 'x') + " HTTP/1.1"), 404);
  EXPECT_EQ(status_of_line("GET /" + std::string(20'000, 'x') + " HTTP/1.1"), 431);
}

TEST_F(Conformance, AnOlderClientIsAnsweredAndLeft) {
  Wire client = wire();
  const Answer answer = client.say("GET /api/v1/boats HTTP/1.0\r\n\r\n").hear();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(client.is_closed());
  Wire lasting = wire();
  for (int i = 0; i < 2; ++i) {
    lasting.say("GET /api/v1/boats HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(lasting.hear().header("Connection"), "keep-alive");
  }
}

TEST_F(Conformance, AnOlderClientGetsAStreamWithoutChunks) {
  Wire client = wire();
  const Answer head = client.say("GET /api/v1/waves HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").hear();
  EXPECT_THAT(head.header("Transfer-Encoding"), IsEmpty());
  EXPECT_THAT(client.take(1000), MatchesRegex("event: wave\ndata: 0\nid: 1\n\n.*data: 2\nid: 3\n\n"));
}

// ---- fields
// ---------------------------------------------------------------------------------------------------

TEST_F(Conformance, FieldsHaveNamesAndTidyValues) {
  EXPECT_EQ(status_of_field("X-Empty:"), 200);
  EXPECT_EQ(status_of_field("X-Spaces:  \t a  "), 200);
  EXPECT_EQ(status_of_field("X-High: \xe9"), 200);
  for (const std::string& field :
       {std::string(": x"), std::string("X Y: a"), std::string("X : a"), std::string("no colon"),
        std::string("X: a\0b", 6), std::string("X: a\x01"), std::string("X: a\rb"), std::string("X: a\nY: b"),
        std::string("X\x80: a"), std::string("X: a\x7f")}) {
    EXPECT_EQ(status_of_field(field), 400) << field;
  }
}

TEST_F(Conformance, AFoldedFieldIsOneOrNone) {
  EXPECT_THAT(status_of_field("X: a\r\n b"), AnyOf(200, 400));
  Wire client = wire();
  client.say("POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n 1\r\n\r\n" +
             std::string(11, 'x'));
  EXPECT_THAT(client.hear().status, AnyOf(400, 401)) << "and the length is never eleven nor one";
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Conformance, AHostIsNamedOnceAndIsOne) {
  for (const char* host : {"a", "a:80", "127.0.0.1:8080", "[::1]:80", "a-b.example", ""}) {
    EXPECT_EQ(status_of_host(host), 200) << host;
  }
  for (const char* host : {"a b", "a/b", "http://a", "a@b", "a?b", "a#b", "a\\b", "a,b", "<a>"}) {
    EXPECT_EQ(status_of_host(host), 400) << host;
  }
}

TEST_F(Conformance, AnswersSayWhenTheyWereMade) {
  EXPECT_THAT(answer_to(kGet).header("Date"),
              MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] [0-9]+ "
                           "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
}

// ---- bodies
// ---------------------------------------------------------------------------------------------------

TEST_F(Conformance, ChunksMakeABody) {
  for (const char* chunks :
       {"f\r\n{\"name\": \"Ada\"}\r\n0\r\n\r\n", "F\r\n{\"name\": \"Ada\"}\r\n000\r\n\r\n",
        "0f;way=slow\r\n{\"name\": \"Ada\"}\r\n0\r\n\r\n", "1\r\n{\r\ne\r\n\"name\": \"Ada\"}\r\n0\r\n\r\n",
        "f\r\n{\"name\": \"Ada\"}\r\n0\r\nX-Trailer: late\r\n\r\n"}) {
    EXPECT_EQ(answer_to(chunked(chunks)).status, 201) << chunks;
  }
}

TEST_F(Conformance, BrokenChunksAreRefused) {
  for (const char* chunks :
       {"g\r\n", "-1\r\n", "0x5\r\n\r\n", "+5\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "\r\n",
        "5\nhello\r\n", "5\r\nhelloxx0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "ffffffffffffffffff\r\n",
        "5\r\nhello\r\n0\r\nX Y: a\r\n\r\n", "5\r\nhello\r\n0\r\nX: \x01\r\n\r\n"}) {
    Wire client = wire();
    EXPECT_EQ(client.say(chunked(chunks)).hear().status, 400) << chunks;
    EXPECT_TRUE(client.is_closed()) << chunks;
  }
}

TEST_F(Conformance, LengthsAreNumbers) {
  for (const char* length : {"", "five", "-1", "5 5", "5;", "99999999999999999999999", "0x5"}) {
    Wire client = wire();
    EXPECT_EQ(client.say(with_length(length, "hello")).hear().status, 400) << length;
    EXPECT_TRUE(client.is_closed()) << length;
  }
  EXPECT_EQ(answer_to(with_length("11000000", "")).status, 413);
  EXPECT_EQ(answer_to(with_length("0015", "{\"name\": \"Ada\"}")).status, 201);
}

TEST_F(Conformance, ABodyThatNobodyReadsIsNotTheNextRequest) {
  Wire client = wire();
  client.say("GET /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + kGet);
  EXPECT_EQ(client.hear().status, 200);
  EXPECT_EQ(client.hear().status, 200);
  Wire refused = wire();
  refused.say("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\n\r\n" + kGet);
  EXPECT_EQ(refused.hear().status, 404);
  EXPECT_TRUE(refused.is_closed());
}

TEST_F(Conformance, ABodyThatEndsEarlyIsNoRequest) {
  Wire client = wire();
  client.say(with_length("15", "{\"name\":"));
  client.say_no_more();
  EXPECT_THAT(client.take(12), AnyOf("", "HTTP/1.1 400"));
}

TEST_F(Conformance, AnOlderClientIsNotToldToGoOn) {
  EXPECT_EQ(answer_to(fmt::format("POST /api/v1/boats HTTP/1.0\r\n{}Expect: 100-continue\r\nContent-Length: "
                                  "15\r\n\r\n{{\"name\": \"Ada\"}}",
                                  kJson))
                .status,
            201);
}

TEST_F(Conformance, AnUnknownExpectationIsRefused) {
  EXPECT_EQ(status_of_field("Expect: miracles"), 417);
}

// ---- connections
// ----------------------------------------------------------------------------------------------

TEST_F(Conformance, ManyRequestsInOneGoAreAnsweredInTheirOrder) {
  Wire client = wire();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    all += fmt::format("GET /api/v1/boats?word=w{} HTTP/1.1\r\nHost: a\r\n\r\n", i);
    all += with_length("15", "{\"name\": \"Ada\"}");
  }
  client.say(all);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(client.hear().body, HasSubstr(fmt::format("\"w{}\"", i)));
    EXPECT_EQ(client.hear().status, 201);
  }
}

TEST_F(Conformance, EmptyLinesBeforeARequestArePassedOver) {
  EXPECT_THAT(answer_to("\r\n" + kGet).status, AnyOf(200, 400));
}

TEST_F(Conformance, WhoAsksForTheEndGetsIt) {
  for (const char* field : {"Connection: close", "Connection: Close", "Connection: keep-alive, close"}) {
    Wire client = wire();
    const Answer answer =
        client.say("GET /api/v1/boats HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n").hear();
    EXPECT_EQ(answer.header("Connection"), "close") << field;
    EXPECT_TRUE(client.is_closed()) << field;
  }
}

TEST_F(Conformance, HeadsHaveNoBodyWhateverTheAnswer) {
  Wire client = wire();
  const auto head_of = [&](const std::string& path) {
    return client.say("HEAD " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").hear(true);
  };
  EXPECT_EQ(head_of("/api/v1/chart").header("Content-Length"), "20000");
  EXPECT_EQ(head_of("/nothing").status, 404);
  EXPECT_EQ(head_of("/api/v1/waves").status, 200);
  EXPECT_EQ(head_of("/api/v1/boats/1").status, 401);
  EXPECT_EQ(client.say(kGet).hear().status, 200) << "nothing of them is left over";
}

TEST_F(Conformance, AnswersWithoutABodyHaveNoLength) {
  Wire client = wire();
  const std::string etag = client.say(kGet).hear().header("ETag");
  const Answer same =
      client.say("GET /api/v1/boats HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + etag + "\r\n\r\n").hear();
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.header("ETag"), etag);
  EXPECT_EQ(client.say(kGet).hear().status, 200);
}

// ---- clients that do not mean well
// ----------------------------------------------------------------------------

TEST_F(Conformance, JsonThatIsHugeOrDeepIsRefused) {
  const auto post = [&](const std::string& body) {
    return answer_to(with_length(std::to_string(body.size()), body));
  };
  EXPECT_EQ(post("{\"crew\": " + std::string(10'000, '[') + std::string(10'000, ']') + "}").status, 422);
  EXPECT_EQ(post(std::string(100'000, '{')).status, 422);
  EXPECT_EQ(answer_to(with_length("10485761", "")).status, 413) << "before a byte of it is read";
}

TEST_F(Conformance, AClientThatLeavesASilentStreamIsNoticed) {
  Wire client = wire();
  EXPECT_EQ(client.say("GET /api/v1/calm HTTP/1.0\r\n\r\n").hear().status, 200);
  while (harbour_.is_watched == 0) std::this_thread::yield();
  client.leave();
  while (harbour_.is_watched > 0 || server_->connections() > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace pharos::http
