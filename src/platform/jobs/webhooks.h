// Telling others' servers what has happened.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/jobs/jobs.h"
#include "platform/jobs/worker.h"

namespace pharos::storage {
class Cipher;
}  // namespace pharos::storage

namespace pharos::jobs {

/// Sends one request to where a user says, so it must guard against what users may say.
class WebhookSender {
 public:
  virtual ~WebhookSender() = default;
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// Gives the answer's status. Throws base::Error (kUnavailable, kTimeout) when there is none, kForbidden
  /// when that address may not be called.
  virtual base::Task<int> post(std::string url, Headers headers, std::string body) = 0;
};

struct NewWebhook {
  std::string url;
  std::vector<std::string> events;  ///< types such as `analysis.finished`; none: all
};
BOOST_DESCRIBE_STRUCT(NewWebhook, (), (url, events))

struct Webhook {
  std::string id;
  std::string url;
  std::vector<std::string> events;
  bool is_active = true;  ///< ends when the receiver answers 410
  std::string created_at;
  std::optional<std::string> secret;  ///< only when it is made
};
BOOST_DESCRIBE_STRUCT(Webhook, (), (id, url, events, is_active, created_at, secret))

/// A message on its way, or come to its end: a job as its webhook's team sees it.
struct Delivery {
  JobId id;
  std::string webhook_id;
  std::string message_id;  ///< what its receiver knows it by
  std::string type;
  JobStatus status = JobStatus::kQueued;
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 0;
  std::optional<JobError> error;  ///< of the last attempt that failed
  std::string next_at;            ///< when the next attempt is made, or the last one was
  std::string created_at;
  std::optional<std::string> finished_at;
};
BOOST_DESCRIBE_STRUCT(Delivery, (),
                      (id, webhook_id, message_id, type, status, attempts, max_attempts, error, next_at,
                       created_at, finished_at))

/// Thread-safe. Endpoints are a team's. Each message is a job of the kind `webhook`, so that it is listed,
/// cancelled and replayed as one.
class Webhooks {
 public:
  /// All must outlive it. Secrets are sealed when there is a cipher.
  Webhooks(Jobs& jobs, base::Clock& clock, base::Ids& ids, WebhookSender& sender,
           const storage::Cipher* cipher = nullptr)
      : jobs_(jobs), clock_(clock), ids_(ids), sender_(sender), cipher_(cipher) {}

  static constexpr std::int64_t kMost = 20;  ///< of a team

  /// Throws base::Error: kInvalidInput when it is no URL of http or https, kConflict when the team has too
  /// many.
  base::Task<Webhook> add(storage::Scope scope, NewWebhook webhook);
  base::Task<std::vector<Webhook>> list(storage::Scope scope);
  /// Throws base::Error (kNotFound).
  base::Task<void> remove(storage::Scope scope, std::string id);

  /// A webhook's messages, the newest first, whoever of the team caused them. Throws base::Error (kNotFound).
  base::Task<std::vector<Delivery>> deliveries(storage::Scope scope, std::string id, int limit = 50);
  /// Sends one again that was not taken. Throws base::Error: kNotFound, kConflict when it has not failed.
  base::Task<Delivery> replay(storage::Scope scope, JobId delivery);

  /// Within the transaction of what has happened: queues a message for each endpoint of the session's team
  /// that wants that type. Gives how many.
  std::size_t announce(storage::Session& session, const std::string& type, const json::value& data);

  /// Within the transaction of what names that URL: has the session's team send to it, if it does not yet. It
  /// then gets what is sent to it alone, signed with a secret of its own; whoever wants to know the secret
  /// adds the URL as a webhook. Throws base::Error as add() does.
  void expect(storage::Session& session, const std::string& url);
  /// Within the transaction of what has happened: queues a message for that URL alone.
  void send(storage::Session& session, const std::string& url, const std::string& type,
            const json::value& data);

  /// Has the worker send messages. A message that is not taken (any answer but 2xx) is sent nine times in
  /// all, over a day.
  void handle_with(Worker& worker);

 private:
  storage::Row insert(storage::Session& session, const NewWebhook& webhook, const std::string& secret);
  void queue(storage::Session& session, const std::string& endpoint_id, const std::string& type,
             const json::value& data, const std::string& message_id);
  base::Task<json::value> deliver(Job job, JobContext& context);
  base::Task<void> deactivate(JobContext& context, const std::string& id);

  Jobs& jobs_;
  base::Clock& clock_;
  base::Ids& ids_;
  WebhookSender& sender_;
  const storage::Cipher* cipher_;
};

}  // namespace pharos::jobs
