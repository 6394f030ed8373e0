// The routes of assistants, threads and runs without a network: what a client sends and is sent.
#include <future>

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "apps/agent_server/assistant_routes.h"
#include "apps/agent_server/run_routes.h"
#include "apps/agent_server/thread_routes.h"
#include "platform/runs/tests/support.h"

namespace pharos::agent_server {
namespace {

using namespace runs::testing_support;
using base::Code;
using http::Method;
using testing::ElementsAre;
using testing::HasSubstr;

json::value value(const std::string& text) {
  return base::parse_json(text, "a test's text");
}

/// Keeps what is written.
struct Page final : http::BodyWriter {
  base::Task<void> write(std::string bytes) override {
    text += bytes;
    co_return;
  }
  std::string text;
};

template <class Kind>
struct RoutesOf : Service<Kind> {
  ~RoutesOf() override { this->gates.open_all(); }

  /// The answer with its whole body.
  http::Response ask(Method method, const std::string& path, const std::string& body = {},
                     const std::string& query = {}, const Scope& scope = kNora) {
    http::Exchange exchange;
    exchange.request.method = method;
    exchange.request.path = path;
    exchange.request.query = query;
    exchange.request.body = body;
    if (!body.empty()) exchange.request.headers.add("Content-Type", "application/json");
    exchange.caller = security::Caller{.user_id = scope.user_id, .team_id = scope.team_id};
    const http::Routes::Match match = table.find(method, path);
    if (match.route == nullptr) throw base::Error(Code::kNotFound, "there is no such route: " + path);
    exchange.request.path_values = match.path_values;
    http::Response response = wait(match.route->handler()(exchange));
    if (response.stream) {
      Page page;
      wait(response.stream(page));
      response.body = page.text;
    }
    return response;
  }
  json::value post(const std::string& path, const std::string& body) {
    return value(ask(Method::kPost, path, body).body);
  }
  json::value get(const std::string& path) { return value(ask(Method::kGet, path).body); }
  std::string add_thread() { return std::string(post("/threads", "{}").at("thread_id").as_string()); }
  /// The names of a stream's events.
  static std::vector<std::string> names(const std::string& stream) {
    std::vector<std::string> names;
    for (std::size_t at = stream.find("event: "); at != std::string::npos;
         at = stream.find("event: ", at + 1)) {
      names.push_back(stream.substr(at + 7, stream.find_first_of("\r\n", at) - at - 7));
    }
    return names;
  }
  std::string run_of(const http::Response& response) {
    const std::string place(response.headers.get("Content-Location"));
    return place.substr(place.rfind('/') + 1);
  }
  std::string body(const std::string& tag, const std::string& more = "") {
    return R"({"assistant_id":"two_steps","input":{"tag":")" + tag + "\"}" + more + "}";
  }

  jobs::Background background;
  http::Routes table;
  AssistantRoutes assistant_routes{table, this->assistants};
  ThreadRoutes thread_routes{table, this->threads};
  RunRoutes run_routes{table,
                       {.runs = this->runs,
                        .threads = this->threads,
                        .assistants = this->assistants,
                        .jobs = this->queue,
                        .watch = this->watch,
                        .background = background,
                        .ids = this->ids,
                        .strand = [this] { return this->strand(); }}};
};
TYPED_TEST_SUITE(RoutesOf, Kinds);

TYPED_TEST(RoutesOf, ThreadsAreMadeRunAndRead) {
  const auto worker = this->make_worker();
  this->gates.open_all();
  const std::string thread = this->add_thread();
  const std::string place = "/threads/" + thread;
  const http::Response waited = this->ask(Method::kPost, place + "/runs/wait", this->body("1"));
  EXPECT_EQ(value(waited.body), value(R"({"tag":"1","items":["a1","b1"]})"));
  EXPECT_EQ(waited.headers.get("Content-Location"), place + "/runs/" + this->run_of(waited));
  const http::Response stream =
      this->ask(Method::kPost, place + "/runs/stream", this->body("2", R"(,"stream_mode":["updates"])"));
  EXPECT_THAT(this->names(stream.body), ElementsAre("metadata", "updates", "updates", "updates"));
  EXPECT_LT(stream.body.find("event: "), stream.body.find("data: "));
  const json::value state = this->get(place + "/state");
  EXPECT_EQ(state.at("values").at("items"), value(R"(["a1","b1","a2","b2"])"));
  EXPECT_EQ(this->get(place + "/runs").as_array().size(), 2U);
  EXPECT_EQ(this->get(place + "/runs/" + this->run_of(stream)).at("status"), json::value("success"));
  const json::array history = this->post(place + "/history", R"({"limit":3})").as_array();
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].at("checkpoint"), state.at("checkpoint"));
  EXPECT_EQ(history[1].at("checkpoint"), history[0].at("parent_checkpoint"));
  const std::string old(history[2].at("checkpoint").at("checkpoint_id").as_string());
  EXPECT_EQ(this->get(place + "/state/" + old), json::value(history[2]));
  EXPECT_EQ(this->post(place + "/state/checkpoint", R"({"checkpoint":{"checkpoint_id":")" + old + "\"}}"),
            json::value(history[2]));
  EXPECT_EQ(this->post("/threads/search", R"({"values":{"tag":"2"},"select":["thread_id"]})"),
            value(R"([{"thread_id":")" + thread + "\"}]"));
  EXPECT_EQ(this->post("/threads/count", R"({"status":"idle"})"), json::value(1));
  this->ask(Method::kDelete, place);
  EXPECT_EQ(code_of([&] { this->get(place); }), Code::kNotFound);
}

TYPED_TEST(RoutesOf, RunsThatWaitForTheirTurnCanBeFollowed) {
  const auto worker = this->make_worker();
  const std::string place = "/threads/" + this->add_thread() + "/runs";
  const std::string first = this->run_of(this->ask(Method::kPost, place, this->body("1")));
  this->gates.await(first);
  const std::string enqueue = R"(,"multitask_strategy":"enqueue","stream_mode":"updates")";
  const http::Response second = this->ask(Method::kPost, place, this->body("2", enqueue));
  auto joined = std::async(std::launch::async, [&] {
    return this->ask(Method::kGet, place + "/" + this->run_of(second) + "/join").body;
  });
  auto streamed = std::async(std::launch::async, [&] {
    return this->ask(Method::kPost, place + "/stream", this->body("3", enqueue)).body;
  });
  while (this->get(place).as_array().size() < 3) std::this_thread::yield();
  this->gates.open_all();
  EXPECT_EQ(value(joined.get()).at("items"), value(R"(["a1","b1","a2","b2"])"));
  EXPECT_THAT(this->names(streamed.get()), ElementsAre("metadata", "updates", "updates", "updates"));
}

TYPED_TEST(RoutesOf, RunsThatAreStoppedBeforeTheirTurnHaveNothingToTell) {
  const auto worker = this->make_worker();
  const std::string place = "/threads/" + this->add_thread() + "/runs";
  this->gates.await(this->run_of(this->ask(Method::kPost, place, this->body("1"))));
  const std::string enqueue = R"(,"multitask_strategy":"enqueue")";
  const std::string second =
      place + "/" + this->run_of(this->ask(Method::kPost, place, this->body("2", enqueue)));
  auto joined =
      std::async(std::launch::async, [&] { return this->ask(Method::kGet, second + "/join").body; });
  EXPECT_EQ(this->ask(Method::kPost, second + "/cancel", "", "wait=1").status, 204);
  EXPECT_EQ(joined.get(), "null");
  EXPECT_EQ(this->ask(Method::kPost, second + "/cancel").status, 202) << "it is over";
  EXPECT_THAT(this->names(this->ask(Method::kGet, second + "/stream").body), testing::IsEmpty());
  this->ask(Method::kDelete, second);
  EXPECT_EQ(this->get(place).as_array().size(), 1U);
}

TYPED_TEST(RoutesOf, RunsAreMadeWithoutThreads) {
  const auto worker = this->make_worker();
  this->gates.open_all();
  EXPECT_EQ(this->post("/runs/wait", this->body("1")), value(R"({"tag":"1","items":["a1","b1"]})"));
  EXPECT_THAT(this->names(this->ask(Method::kPost, "/runs/stream", this->body("1")).body),
              ElementsAre("metadata", "values", "values", "values"));
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 0);
  EXPECT_EQ(this->post("/runs/wait", this->body("1", R"(,"on_completion":"keep")")).at("tag"),
            json::value("1"));
  EXPECT_EQ(this->count("SELECT count(*) FROM runs"), 1);
  EXPECT_EQ(this->post("/runs/batch", "[" + this->body("1") + "," + this->body("2") + "]").as_array().size(),
            2U);
  EXPECT_EQ(code_of([&] { this->post("/runs/cancel", "{}"); }), Code::kInvalidInput);
  EXPECT_EQ(this->ask(Method::kPost, "/runs/cancel", R"({"status":"all"})").status, 204);
}

TYPED_TEST(RoutesOf, AssistantsAreMadeAndChanged) {
  const json::value made = this->post("/assistants", R"({"graph_id":"two_steps","name":"mine"})");
  const std::string place = "/assistants/" + std::string(made.at("assistant_id").as_string());
  EXPECT_EQ(value(this->ask(Method::kPatch, place, R"({"name":"better"})").body).at("version"),
            json::value(2));
  EXPECT_EQ(this->post(place + "/latest", R"({"version":1})").at("name"), json::value("mine"));
  EXPECT_EQ(this->post(place + "/versions", "{}").as_array().size(), 2U);
  EXPECT_EQ(this->get(place + "/graph").at("nodes").as_array().size(), 5U);
  EXPECT_EQ(this->get(place + "/schemas").at("graph_id"), json::value("two_steps"));
  EXPECT_EQ(this->post("/assistants/count", "{}"), json::value(2));
  EXPECT_EQ(this->post("/assistants/search", R"({"name":"mine"})").as_array().size(), 1U);
  this->ask(Method::kDelete, place);
  EXPECT_EQ(code_of([&] { this->get(place); }), Code::kNotFound);
}

}  // namespace
}  // namespace pharos::agent_server
