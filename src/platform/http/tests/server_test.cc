// What a client notices of the server: statuses, fields, bodies, connections.
#include "platform/http/server.h"

#include <list>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/json.h"
#include "platform/http/compression.h"
#include "platform/http/tests/support.h"

namespace pharos::http {
namespace {

using namespace testing_support;
using ::testing::HasSubstr;

constexpr std::string_view kBoat = "/api/v1/boats/0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7";

boost::json::object object_of(const Answer& answer) {
  return base::parse_json(answer.body, "answer").as_object();
}

using ServerTest = HttpTest;

TEST_F(ServerTest, AHandlerGetsItsCallerAndItsPath) {
  const Answer answer = ask(fmt::format("GET {}", kBoat), kAda);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(object_of(answer)["owner"], "ada");
  EXPECT_EQ(object_of(answer)["id"].as_string(), kBoat.substr(14));
}

TEST_F(ServerTest, WhoDoesNotSayWhoTheyAreIsAskedTo) {
  const Answer answer = ask(fmt::format("GET {}", kBoat));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(ask(fmt::format("GET {}", kBoat), "Authorization: Bearer eve\r\n").status, 401);
}

TEST_F(ServerTest, WhereAnybodyMayAskAnOldTokenDoesNoHarm) {
  EXPECT_EQ(ask("GET /api/v1/boats", "Authorization: Bearer old\r\n").status, 200);
}

TEST_F(ServerTest, ARoleThatDoesNotSufficeIsTold) {
  const Answer answer = ask(fmt::format("DELETE {}", kBoat), kAda);
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, HasSubstr("team_manage"));
}

TEST_F(ServerTest, EverythingThatIsWrongWithARequestIsToldAtOnce) {
  const Answer answer = ask("POST /api/v1/boats", kJson,
                            R"({"name": "", "oars": 100, "crew": ["a@b.org", "nobody"], "remrk": "x"})");
  EXPECT_EQ(answer.status, 422);
  const auto errors = object_of(answer)["errors"].as_array();
  std::vector<std::string> places;
  for (const auto& error : errors) places.emplace_back(error.at("place").as_string());
  EXPECT_THAT(places, ::testing::ElementsAre("body.name", "body.oars", "body.crew[1]", "body.remrk"));
  EXPECT_THAT(answer.body, HasSubstr("did you mean 'remark'?"));
}

TEST_F(ServerTest, FieldsWithADefaultMayBeLeftOutAndOthersMayNot) {
  const Answer made = ask("POST /api/v1/boats", kJson, R"({"name": "Ada"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(object_of(made)["oars"], 4);
  EXPECT_THAT(ask("POST /api/v1/boats", kJson, "{}").body, HasSubstr("body.name: is missing"));
}

TEST_F(ServerTest, AQueryIsReadByTheTypesOfItsFields) {
  const Answer answer = ask("GET /api/v1/boats?word=a%20b&limit=7&deep=true");
  EXPECT_EQ(object_of(answer)["name"], "a b");
  EXPECT_EQ(object_of(answer)["oars"], 7);
  EXPECT_EQ(object_of(answer)["owner"], "deep");
  EXPECT_THAT(ask("GET /api/v1/boats?limit=many").body, HasSubstr("query.limit"));
  EXPECT_EQ(ask("GET /api/v1/boats?limit=1&limit=2").status, 422);
  EXPECT_EQ(ask("GET /api/v1/boats?word=%ff").status, 422);
}

TEST_F(ServerTest, JsonThatTwoReadersWouldReadDifferentlyIsRefused) {
  EXPECT_THAT(ask("POST /api/v1/boats", kJson, R"({"name": "a", "name": "b"})").body, HasSubstr("twice"));
  EXPECT_THAT(ask("POST /api/v1/boats", kJson, R"({"name": "a"} {})").body, HasSubstr("follows its end"));
  EXPECT_THAT(ask("POST /api/v1/boats", kJson, R"({"name": )").body, HasSubstr("at byte 9"));
  EXPECT_EQ(ask("POST /api/v1/boats", kJson, std::string(100, '[')).status, 422);
  EXPECT_EQ(ask("POST /api/v1/boats", kJson, "{\"name\": \"\xff\"}").status, 422);
  EXPECT_EQ(
      ask("POST /api/v1/boats", "Authorization: Bearer ada\r\nContent-Type: text/plain\r\n", "{}").status,
      415);
}

TEST_F(ServerTest, AnUnknownPathIsNotFoundAndAKnownOneSaysWhatItAnswersTo) {
  EXPECT_EQ(ask("GET /nothing").status, 404);
  EXPECT_EQ(ask("GET /api/v1/boats/").status, 404);
  const Answer answer = ask("PATCH /api/v1/boats");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask("BREW /api/v1/boats").header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask("OPTIONS /api/v1/boats").status, 405);
}

TEST_F(ServerTest, OurOwnMistakesAreToldWithoutTheirWords) {
  const Answer answer = ask("GET /api/v1/storm", "X-Correlation-ID: voyage-7\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("oak")));
  EXPECT_EQ(object_of(answer)["correlation_id"], "voyage-7");
  EXPECT_EQ(answer.header("X-Correlation-ID"), "voyage-7");
}

TEST_F(ServerTest, ACorrelationIdThatIsNoWordIsReplaced) {
  EXPECT_NE(ask("GET /nothing", "X-Correlation-ID: a b\r\n").header("X-Correlation-ID"), "a b");
}

TEST_F(ServerTest, AnAnswerThatTheClientHasIsNotSentAgain) {
  const Answer first = ask("GET /api/v1/boats?word=a");
  const Answer second =
      ask("GET /api/v1/boats?word=a", fmt::format("If-None-Match: {}\r\n", first.header("ETag")));
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(
      ask("GET /api/v1/boats?word=b", fmt::format("If-None-Match: {}\r\n", first.header("ETag"))).status,
      200);
}

TEST_F(ServerTest, TextIsCompressedForWhoCanReadThat) {
  const Answer plain = ask("GET /api/v1/chart");
  const Answer packed = ask("GET /api/v1/chart", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size() / 10);
  EXPECT_EQ(decompress(packed.body, 100'000), plain.body);
  EXPECT_EQ(ask("GET /api/v1/chart", "Accept-Encoding: gzip;q=0\r\n").header("Content-Encoding"), "");
}

TEST_F(ServerTest, HeadIsGetWithoutItsBody) {
  const Answer answer = ask("HEAD /api/v1/chart");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"), "20000");
}

TEST_F(ServerTest, OnlyListedPagesMayCall) {
  const Answer allowed = ask("GET /api/v1/boats", "Origin: https://pages.example\r\n");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://pages.example");
  EXPECT_EQ(
      ask("GET /api/v1/boats", "Origin: https://evil.example\r\n").header("Access-Control-Allow-Origin"), "");
  const Answer preflight = ask("OPTIONS /api/v1/boats",
                               "Origin: https://pages.example\r\nAccess-Control-Request-Method: POST\r\n"
                               "Access-Control-Request-Headers: authorization\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Headers"), "authorization");
}

TEST_F(ServerTest, AFileIsSavedAsItComes) {
  const std::string form =
      "--line\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfragile\r\n"
      "--line\r\nContent-Disposition: form-data; name=\"file\"; "
      "filename=\"chart.png\"\r\n\r\n12345\r\n--line--\r\n";
  const Answer answer =
      ask("POST /api/v1/cargo", "Content-Type: multipart/form-data; boundary=line\r\n", form);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(object_of(answer)["size"], 5);
  EXPECT_EQ(object_of(answer)["name"], "chart.png");
  EXPECT_EQ(object_of(answer)["note"], "fragile");
  EXPECT_TRUE(std::filesystem::is_empty(::testing::TempDir() + "pharos-uploads"));
}

TEST_F(ServerTest, AFormThatIsTooLargeBrokenOrNoneIsRefused) {
  const std::string_view is_form = "Content-Type: multipart/form-data; boundary=line\r\n";
  EXPECT_EQ(ask("POST /api/v1/cargo", is_form, std::string(5000, 'x')).status, 413);
  EXPECT_EQ(ask("POST /api/v1/cargo", is_form, "--line\r\n").status, 422);
  EXPECT_EQ(ask("POST /api/v1/cargo", is_form, "--line--\r\n").status, 422);
  EXPECT_EQ(ask("POST /api/v1/cargo", kJson, "{}").status, 415);
}

TEST_F(ServerTest, EventsComeOneByOne) {
  const Answer answer = ask("GET /api/v1/waves");
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(answer.body,
            "event: wave\ndata: 0\nid: 1\n\nevent: wave\ndata: 1\nid: 2\n\nevent: wave\ndata: 2\nid: 3\n\n");
}

TEST_F(ServerTest, AConnectionTakesOneRequestAfterTheOther) {
  Wire client = wire();
  client.say(
      "GET /api/v1/boats HTTP/1.1\r\nHost: a\r\n\r\nGET /api/v1/waves HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.hear().status, 200);
  EXPECT_EQ(client.hear().status, 200);
  EXPECT_EQ(client.hear().status, 404);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ServerTest, WhoAsksFirstIsToldToGoOnOrNot) {
  Wire client = wire();
  client.say(fmt::format(
      "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\n{}Expect: 100-continue\r\nContent-Length: 15\r\n\r\n",
      kJson));
  EXPECT_EQ(client.hear().status, 100);
  EXPECT_EQ(client.say(R"({"name": "Ada"})").hear().status, 201);
  Wire stranger = wire();
  stranger.say(
      "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n");
  EXPECT_EQ(stranger.hear().status, 401);
  EXPECT_TRUE(stranger.is_closed());
}

/// What could mean two things to two servers in a row is refused, and the connection with it.
class Smuggling : public HttpTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(Smuggling, IsRefused) {
  Wire client = wire();
  client.say(GetParam());
  EXPECT_EQ(client.hear().status, 400) << GetParam();
  EXPECT_TRUE(client.is_closed());
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Smuggling,
    ::testing::Values(
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
        "5\r\n\r\n0\r\n\r\n",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, identity\r\n\r\n",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/boats HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "identity\r\n\r\n",
        "GET /api/v1/boats HTTP/1.1\r\n Host: a\r\n\r\n", "GET /api/v1/boats HTTP/1.1\r\n\r\n",
        "GET /api/v1/boats HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET api HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
        "\x16\x03\x01 hello\r\n\r\n", "GET /api/v1/boats HTTP/1.1\nHost: a\n\n",
        "GET /api/v1/boats HTTP/3.7\r\nHost: a\r\n\r\n"));

TEST_F(ServerTest, AHeadWithoutEndIsRefused) {
  Wire client = wire();
  client.say(fmt::format("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", std::string(20'000, 'x')));
  EXPECT_EQ(client.hear().status, 431);
}

TEST_F(ServerTest, ManyClientsAreServedAtOnce) {
  std::list<Wire> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(server_->port());
  for (Wire& client : clients) client.say("GET /api/v1/waves HTTP/1.1\r\nHost: a\r\n\r\n");
  for (Wire& client : clients) EXPECT_EQ(client.hear().status, 200);
}

class ImpatientTest : public HttpTest {
 protected:
  ImpatientTest()
      : HttpTest(
            ServerSettings{.header_time = 50ms, .idle_time = 50ms, .body_time = 50ms, .write_time = 50ms}) {}
};

TEST_F(ImpatientTest, WhoDoesNotTakeAnAnswerIsCutOff) {
  Wire client = wire();
  client.say("GET /api/v1/sea HTTP/1.1\r\nHost: a\r\n\r\n");
  while (harbour_.sent == 0 || server_->connections() > 0) std::this_thread::yield();
  EXPECT_LT(harbour_.sent, 2000) << "of ten thousand, what fits into the network";
}

TEST_F(ImpatientTest, AHeadThatComesByteByByteIsCutOff) {
  Wire client = wire();
  client.say("GET /");
  int bytes = 0;
  while (!client.has_something_within(10ms)) {
    client.say("x");
    ASSERT_LT(++bytes, 1000) << "ten seconds";
  }
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ImpatientTest, WhoIsTooSlowIsCutOff) {
  EXPECT_TRUE(wire().is_closed());
  EXPECT_TRUE(wire().say("GET / HT").is_closed());
  EXPECT_TRUE(
      wire()
          .say(fmt::format("POST /api/v1/boats HTTP/1.1\r\nHost: a\r\n{}Content-Length: 9\r\n\r\n{{", kJson))
          .is_closed());
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWhenTheServerStops) {
  Wire client = wire();
  client.say("GET /api/v1/boats HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.hear().status, 200);
  server_->stop(10s);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, APortInUseIsSaidInOneSentence) {
  Routes routes;
  OpenGate gate;
  base::SystemClock clock;
  base::Ids ids(clock);
  base::Pool disk("disk", 1);
  Dispatcher dispatcher(routes, gate, clock, disk, {});
  const Server first(dispatcher, ids, {.port = 0});
  try {
    const Server second(dispatcher, ids, {.port = first.port()});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("in use by another program"));
  }
  EXPECT_THROW(Server(dispatcher, ids, {.host = "nowhere"}), base::Error);
}

}  // namespace
}  // namespace pharos::http
