// Letters on their way to people: by mail where there is a mail server.
#pragma once

#include <functional>
#include <string>

#include "apps/base/letters.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/worker.h"
#include "platform/mail/smtp.h"
#include "platform/storage/cipher.h"

namespace pharos::server {

/// Thread-safe. A letter is a job of the server's own, sealed, because its token opens an account: no list of
/// jobs shows it. It is sent eight times over a few hours, with the same Message-ID.
class LetterPost {
 public:
  /// All must outlive it. `address` says how people reach this server.
  LetterPost(jobs::Jobs& jobs, const storage::Cipher& sealing, mail::Smtp& smtp, base::Clock& clock,
             std::function<std::string()> address)
      : jobs_(jobs), sealing_(sealing), smtp_(smtp), clock_(clock), address_(std::move(address)) {}

  base::Task<void> queue(base_api::Letter letter);
  /// Has the worker send letters.
  void handle_with(jobs::Worker& worker);

 private:
  base::Task<boost::json::value> send(jobs::Job job, jobs::JobContext& context);

  jobs::Jobs& jobs_;
  const storage::Cipher& sealing_;
  mail::Smtp& smtp_;
  base::Clock& clock_;
  std::function<std::string()> address_;
};

}  // namespace pharos::server
