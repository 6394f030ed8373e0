// Messages to others' servers, which here are a list of what was sent.
#include "platform/jobs/webhooks.h"

#include <mutex>

#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include "platform/jobs/tests/support.h"
#include "platform/jobs/watch.h"
#include "platform/jobs/webhook_signature.h"
#include "platform/storage/cipher.h"

namespace pharos::jobs {
namespace {

using namespace testing_support;
using testing::HasSubstr;

/// The example of the specification's own libraries.
TEST(WebhookSignature, IsThatOfTheStandard) {
  EXPECT_EQ(webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                              1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, NeedsASecret) {
  EXPECT_EQ(code_of([] { webhook_signature("whsec_???", "id", 1, ""); }), base::Code::kInvalidInput);
  EXPECT_THAT(new_webhook_secret(), testing::MatchesRegex("whsec_[A-Za-z0-9+/]{32}"));
  EXPECT_NE(new_webhook_secret(), new_webhook_secret());
}

struct Receiver final : WebhookSender {
  struct Request {
    std::string url;
    std::map<std::string, std::string> headers;
    std::string body;
  };

  base::Task<int> post(std::string url, Headers headers, std::string body) override {
    const std::lock_guard lock(mutex);
    requests.push_back({std::move(url), {headers.begin(), headers.end()}, std::move(body)});
    co_return status;
  }

  std::mutex mutex;
  int status = 204;
  std::vector<Request> requests;
};

template <class Kind>
struct WebhookTables : Queue<Kind> {
  void begin() {
    webhooks.handle_with(worker);
    worker.start();
  }
  JobId announce(const Scope& scope, const std::string& type) {
    wait(
        this->database->write(scope, [&](Session& session) { return webhooks.announce(session, type, 42); }));
    const auto queued = wait(this->jobs.list(scope, {.kind = "webhook", .limit = 1}));
    return queued.empty() ? "" : queued[0].id;
  }
  /// Lets each wait pass until the job is over.
  Job finish(const JobId& id, std::int64_t after = 0) {
    while (true) {
      const JobEvents news = wait(watch.next(Scope::system(), id, after));
      if (!news.events.empty()) after = news.events.back().number;
      if (news.is_over) return this->get(id);
      if (news.events.back().name == "retrying") this->skip_to(id);
    }
  }

  storage::Cipher cipher{{.in_use = "k", .keys = {{"k", storage::Key{1, 2, 3}}}}};
  Receiver receiver;
  Webhooks webhooks{this->jobs, this->clock, this->ids, receiver, &cipher};
  boost::asio::thread_pool handlers{1};
  Watch watch{this->jobs, machine_clock(), {}};
  Worker worker{{.jobs = this->jobs,
                 .heartbeats = *this->database,
                 .clock = this->clock,
                 .ids = this->ids,
                 .handlers = handlers.get_executor(),
                 .random = [] { return 0.99; }}};
};
TYPED_TEST_SUITE(WebhookTables, Kinds);

TYPED_TEST(WebhookTables, AreTwentyOfATeamAtMost) {
  const auto add = [this](const Scope& scope) {
    return code_of(
        [&] { wait(this->webhooks.add(scope, {.url = "https://example.org/hook", .events = {}})); });
  };
  for (int i = 0; i < Webhooks::kMost; ++i) EXPECT_FALSE(add(i % 2 == 0 ? kNora : kNed));
  EXPECT_EQ(add(kNora), base::Code::kConflict);
  EXPECT_FALSE(add(kSam));
  wait(this->webhooks.remove(kNora, wait(this->webhooks.list(kNora)).front().id));
  EXPECT_FALSE(add(kNed));
}

TYPED_TEST(WebhookTables, TellWhatHasHappenedSigned) {
  const Webhook made =
      wait(this->webhooks.add(kNora, {.url = "https://example.org/in", .events = {"a.done"}}));
  EXPECT_FALSE(wait(this->webhooks.list(kNora)).at(0).secret) << "shown once";
  this->begin();
  EXPECT_EQ(this->announce(kNora, "b.done"), "") << "not wanted";
  EXPECT_EQ(this->announce(kSam, "a.done"), "") << "another team's";
  const JobId id = this->announce(kNora, "a.done");
  EXPECT_EQ(this->finish(id).status, JobStatus::kSucceeded);
  ASSERT_EQ(this->receiver.requests.size(), 1U);
  const auto& sent = this->receiver.requests[0];
  EXPECT_EQ(sent.url, "https://example.org/in");
  EXPECT_EQ(sent.body, R"({"type":"a.done","timestamp":"2027-01-15T08:00:00.000Z","data":42})");
  EXPECT_EQ(sent.headers.at("webhook-signature"),
            webhook_signature(*made.secret, sent.headers.at("webhook-id"),
                              std::stoll(sent.headers.at("webhook-timestamp")), sent.body));
}

TYPED_TEST(WebhookTables, AreSentForADayAndReplayedByHand) {
  wait(this->webhooks.add(kNora, {.url = "https://example.org/in", .events = {}}));
  this->receiver.status = 500;
  this->begin();
  const auto before = this->clock.wall_now();
  const JobId id = this->announce(kNora, "a.done");
  EXPECT_EQ(this->finish(id).status, JobStatus::kDead);
  EXPECT_GE(this->receiver.requests.size(), 8U);
  EXPECT_GE(this->clock.wall_now() - before, 24h);
  EXPECT_THAT(this->get(id).error->message, HasSubstr("500"));
  this->receiver.status = 200;
  const std::int64_t told = wait(this->jobs.replay(kNora, id)).last_event;
  EXPECT_EQ(this->finish(id, told).status, JobStatus::kSucceeded);
  EXPECT_EQ(this->receiver.requests.front().body, this->receiver.requests.back().body);
  EXPECT_EQ(this->receiver.requests.front().headers.at("webhook-id"),
            this->receiver.requests.back().headers.at("webhook-id"));
}

TYPED_TEST(WebhookTables, ShowTheirTeamWhatBecameOfEachMessage) {
  const Webhook made = wait(this->webhooks.add(kNora, {.url = "https://example.org/in", .events = {}}));
  const Webhook other =
      wait(this->webhooks.add(kNora, {.url = "https://example.org/other", .events = {"b"}}));
  this->receiver.status = 500;
  this->begin();
  const JobId id = this->announce(kNora, "a.done");
  EXPECT_EQ(this->finish(id).status, JobStatus::kDead);
  const auto seen = wait(this->webhooks.deliveries(kNed, made.id));
  ASSERT_EQ(seen.size(), 1U) << "Ned is of the team, too";
  EXPECT_EQ(seen[0].type, "a.done");
  EXPECT_EQ(seen[0].message_id, this->receiver.requests.at(0).headers.at("webhook-id"));
  EXPECT_EQ(seen[0].attempts, 9);
  EXPECT_TRUE(wait(this->webhooks.deliveries(kNora, other.id)).empty());
  EXPECT_EQ(code_of([&] { wait(this->webhooks.deliveries(kSam, made.id)); }), base::Code::kNotFound);
  EXPECT_EQ(code_of([&] { wait(this->webhooks.replay(kSam, id)); }), base::Code::kNotFound);
  const JobId no_message = wait(this->jobs.enqueue(kNora, {.kind = "other"}));
  EXPECT_EQ(code_of([&] { wait(this->webhooks.replay(kNora, no_message)); }), base::Code::kNotFound);
  this->receiver.status = 200;
  wait(this->webhooks.replay(kNed, id));
  EXPECT_EQ(this->finish(id, this->get(id).last_event).status, JobStatus::kSucceeded);
}

TYPED_TEST(WebhookTables, AreSwitchedOffByAReceiverThatHasGone) {
  wait(this->webhooks.add(kNora, {.url = "https://example.org/in", .events = {}}));
  this->receiver.status = 410;
  this->begin();
  EXPECT_EQ(this->finish(this->announce(kNora, "a.done")).status, JobStatus::kFailed);
  EXPECT_FALSE(wait(this->webhooks.list(kNora)).at(0).is_active);
}

TYPED_TEST(WebhookTables, AreTheirTeams) {
  const Webhook made = wait(this->webhooks.add(kNora, {.url = "https://example.org/in", .events = {}}));
  EXPECT_TRUE(wait(this->webhooks.list(kSam)).empty());
  EXPECT_EQ(code_of([&] { wait(this->webhooks.remove(kSam, made.id)); }), base::Code::kNotFound);
  wait(this->webhooks.remove(kNora, made.id));
  EXPECT_EQ(code_of([&] { wait(this->webhooks.add(kNora, {.url = "file:///etc/passwd", .events = {}})); }),
            base::Code::kInvalidInput);
}

TYPED_TEST(WebhookTables, KeepTheirSecretsSealed) {
  wait(this->webhooks.add(kNora, {.url = "https://example.org/in", .events = {}}));
  const auto kept = this->write(
      [](Session& session) { return session.find("SELECT secret FROM webhook_endpoints").value().text(0); });
  EXPECT_THAT(kept, testing::StartsWith("pharos1:"));
}

}  // namespace
}  // namespace pharos::jobs
