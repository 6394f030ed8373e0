#include "platform/jobs/webhooks.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/jobs/job_rows.h"
#include "platform/jobs/webhook_signature.h"
#include "platform/storage/cipher.h"
#include "platform/storage/json_text.h"
#include "platform/storage/time.h"

namespace pharos::jobs {
namespace {

using namespace std::chrono_literals;
using storage::Row;
using storage::Scope;
using storage::Session;

constexpr storage::WriteOptions kCommitted{.deadline = {}, .isolation = storage::Isolation::kCommitted};
constexpr const char* kKind = "webhook";
constexpr const char* kPurpose = "webhook";
constexpr const char* kSentAlone = "sent.alone";  ///< is announced to nobody
constexpr int kGone = 410;

/// Over a day: thirty-two hours, or at least twenty-five when chance shortens every wait.
const std::vector<base::Duration>& waits() {
  static const std::vector<base::Duration> list{5s, 1min, 5min, 30min, 2h, 5h, 10h, 14h};
  return list;
}

/// A message on its way. The body is text, so that every attempt sends the same.
struct Message {
  std::string endpoint_id;
  std::string message_id;
  std::string type;
  std::string body;
};
BOOST_DESCRIBE_STRUCT(Message, (), (endpoint_id, message_id, type, body))

void check(const NewWebhook& webhook) {
  const bool is_web = webhook.url.starts_with("https://") || webhook.url.starts_with("http://");
  if (!is_web || webhook.url.size() > 2000) {
    throw base::Error(base::Code::kInvalidInput,
                      "a webhook needs a URL that begins with https:// and has at most 2000 characters");
  }
}

/// Each message of the team is sent to all of them.
void check_room(Session& session) {
  const auto count =
      session.run("SELECT count(*) FROM webhook_endpoints WHERE team_id = $1", session.scope().team_id);
  if (count.at(0).number(0) >= Webhooks::kMost) {
    throw base::Error(base::Code::kConflict,
                      fmt::format("a team has at most {} webhooks: delete one first", Webhooks::kMost));
  }
}

std::vector<std::string> events_of(const Row& row) {
  return base::from_json<std::vector<std::string>>(
      storage::read_json(row.text("events"), "a webhook's events"));
}

Webhook webhook_of(const Row& row) {
  return {.id = row.text("id"),
          .url = row.text("url"),
          .events = events_of(row),
          .is_active = row.truth("is_active"),
          .created_at = storage::time_text(row.number("created_at")),
          .secret = std::nullopt};
}

[[noreturn]] void throw_no_webhook(const std::string& id) {
  throw base::Error(base::Code::kNotFound, fmt::format("there is no webhook '{}'", id));
}

struct Endpoint {
  std::string url;
  std::string secret;
};

Endpoint find_endpoint(Session& session, const std::string& id) {
  const auto row = session.find("SELECT url, secret FROM webhook_endpoints WHERE id = $1 AND is_active", id);
  if (!row) throw_no_webhook(id);
  return {.url = row->text(0), .secret = row->text(1)};
}

/// What a message's job is found by: all of one endpoint lie together.
std::string key_of(const Message& message) {
  return fmt::format("{} {}", message.endpoint_id, message.message_id);
}

Delivery delivery_of(const Job& job) {
  const auto message = base::from_json<Message>(job.input);
  return {.id = job.id,
          .webhook_id = message.endpoint_id,
          .message_id = message.message_id,
          .type = message.type,
          .status = job.status,
          .attempts = job.attempts,
          .max_attempts = job.max_attempts,
          .error = job.error,
          .next_at = job.run_at,
          .created_at = job.created_at,
          .finished_at = job.finished_at};
}

/// A webhook's messages are its team's, whoever of them did what they tell of.
Scope of_team(const Scope& scope) {
  return {.team_id = scope.team_id, .user_id = {}};
}

/// The last one that the team has added with that URL.
std::optional<std::string> find_by_url(Session& session, const std::string& url) {
  const auto row = session.find(
      "SELECT id FROM webhook_endpoints WHERE team_id = $1 AND url = $2 AND is_active ORDER BY id DESC LIMIT "
      "1",
      session.scope().team_id, url);
  return row ? std::optional(row->text(0)) : std::nullopt;
}

bool wants(const Row& endpoint, const std::string& type) {
  const std::vector<std::string> events = events_of(endpoint);
  return events.empty() || std::ranges::find(events, type) != events.end();
}

}  // namespace

/// Gives the row; the secret is sealed where there is a cipher.
Row Webhooks::insert(Session& session, const NewWebhook& webhook, const std::string& secret) {
  check_room(session);
  return session
      .find(
          "INSERT INTO webhook_endpoints (id, team_id, user_id, url, events, secret, is_active,"
          " created_at) VALUES ($1, $2, $3, $4, $5, $6, true, $7)"
          " RETURNING id, url, events, is_active, created_at",
          ids_.next(), session.scope().team_id, session.scope().user_id, webhook.url,
          storage::write_json(base::to_json(webhook.events), "a webhook's events"),
          cipher_ == nullptr ? secret : cipher_->seal(secret, kPurpose), storage::time_number(clock_))
      .value();
}

base::Task<Webhook> Webhooks::add(Scope scope, NewWebhook webhook) {
  check(webhook);
  std::string secret = new_webhook_secret();
  auto work = [this, secret, webhook = std::move(webhook)](Session& session) {
    return webhook_of(insert(session, webhook, secret));
  };
  // Alone: they are counted.
  Webhook made = co_await jobs_.database().write(std::move(scope), std::move(work));
  made.secret = std::move(secret);
  co_return made;
}

void Webhooks::expect(Session& session, const std::string& url) {
  const NewWebhook webhook{.url = url, .events = {kSentAlone}};
  check(webhook);
  if (!find_by_url(session, url)) insert(session, webhook, new_webhook_secret());
}

void Webhooks::send(Session& session, const std::string& url, const std::string& type,
                    const json::value& data) {
  if (const auto id = find_by_url(session, url)) {
    queue(session, *id, type, data, "msg_" + ids_.next());
  }
}

base::Task<std::vector<Webhook>> Webhooks::list(Scope scope) {
  return jobs_.database().read(std::move(scope), [](Session& session) {
    std::vector<Webhook> webhooks;
    for (const Row& row : session.run("SELECT id, url, events, is_active, created_at FROM webhook_endpoints"
                                      " WHERE team_id = $1 ORDER BY id",
                                      session.scope().team_id)) {
      webhooks.push_back(webhook_of(row));
    }
    return webhooks;
  });
}

base::Task<void> Webhooks::remove(Scope scope, std::string id) {
  return jobs_.database().write(
      std::move(scope),
      [id = std::move(id)](Session& session) {
        session.run("DELETE FROM webhook_endpoints WHERE id = $1 AND team_id = $2", id,
                    session.scope().team_id);
        if (session.changed() == 0) throw_no_webhook(id);
      },
      kCommitted);
}

base::Task<std::vector<Delivery>> Webhooks::deliveries(Scope scope, std::string id, int limit) {
  auto work = [id = std::move(id), limit = std::int64_t{std::clamp(limit, 1, 200)}](Session& session) {
    const std::string& team = session.scope().team_id;
    if (!session.find("SELECT id FROM webhook_endpoints WHERE id = $1 AND team_id = $2", id, team)) {
      throw_no_webhook(id);
    }
    std::vector<Delivery> deliveries;
    for (const Row& row :
         session.run(fmt::format("SELECT {} FROM jobs WHERE team_id = $1 AND kind = $2"
                                 " AND substr(unique_key, 1, $3) = $4 ORDER BY id DESC LIMIT $5",
                                 kJobColumns),
                     team, kKind, static_cast<std::int64_t>(id.size()), id, limit)) {
      deliveries.push_back(delivery_of(job_of(row)));
    }
    return deliveries;
  };
  return jobs_.database().read(of_team(scope), std::move(work));
}

base::Task<Delivery> Webhooks::replay(Scope scope, JobId delivery) {
  if ((co_await jobs_.get(of_team(scope), delivery)).kind != kKind) {
    throw base::Error(base::Code::kNotFound, fmt::format("there is no webhook's message '{}'", delivery));
  }
  co_return delivery_of(co_await jobs_.replay(of_team(scope), delivery));
}

void Webhooks::queue(Session& session, const std::string& endpoint_id, const std::string& type,
                     const json::value& data, const std::string& message_id) {
  const json::object content{{"type", type}, {"timestamp", base::iso8601(clock_.wall_now())}, {"data", data}};
  const Message message{.endpoint_id = endpoint_id,
                        .message_id = message_id,
                        .type = type,
                        .body = storage::write_json(content, "a webhook's message")};
  jobs_.enqueue(session, {.kind = kKind,
                          .input = base::to_json(message),
                          .priority = Priority::kNormal,
                          .max_attempts = static_cast<int>(waits().size()) + 1,
                          .unique_key = key_of(message)});
}

std::size_t Webhooks::announce(Session& session, const std::string& type, const json::value& data) {
  const std::string message_id = "msg_" + ids_.next();
  std::size_t queued = 0;
  for (const Row& endpoint :
       session.run("SELECT id, events FROM webhook_endpoints WHERE team_id = $1 AND is_active",
                   session.scope().team_id)) {
    if (!wants(endpoint, type)) continue;
    queue(session, endpoint.text("id"), type, data, message_id);
    ++queued;
  }
  return queued;
}

void Webhooks::handle_with(Worker& worker) {
  HandlerOptions options{.time_limit = 1min, .backoff = on_schedule(waits())};
  // Whatever goes wrong may be mended at the other end; only what is not there any more never will.
  options.retries = [](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const base::Error& error) {
      return error.code() != base::Code::kNotFound;
    } catch (...) {
      return true;
    }
  };
  worker.handle(
      kKind, [this](Job job, JobContext& context) { return deliver(std::move(job), context); },
      std::move(options));
}

base::Task<json::value> Webhooks::deliver(Job job, JobContext& context) {
  const auto message = base::from_json<Message>(job.input);
  auto find = [id = message.endpoint_id](Session& session) { return find_endpoint(session, id); };
  const Endpoint endpoint = co_await jobs_.database().read(context.scope(), std::move(find));
  const std::string secret = cipher_ == nullptr ? endpoint.secret : cipher_->open(endpoint.secret, kPurpose);
  WebhookSender::Headers headers =
      webhook_headers(secret, message.message_id, clock_.wall_now(), message.body);
  const int status = co_await sender_.post(endpoint.url, std::move(headers), message.body);
  if (status == kGone) {
    co_await deactivate(context, message.endpoint_id);
    throw base::Error(base::Code::kNotFound, "the receiver has gone (410): the webhook is switched off");
  }
  if (status < 200 || status > 299) {
    throw base::Error(base::Code::kUnavailable, fmt::format("the receiver answered {}", status));
  }
  co_return json::object{{"status", status}};
}

base::Task<void> Webhooks::deactivate(JobContext& context, const std::string& id) {
  return context.write([id](Session& session) {
    session.run("UPDATE webhook_endpoints SET is_active = false WHERE id = $1", id);
  });
}

}  // namespace pharos::jobs
