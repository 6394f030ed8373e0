#include "server/webhook_calls.h"

namespace pharos::server {

/// Once: the job that sends it is what tries again.
base::Task<int> WebhookCalls::post(std::string url, Headers headers, std::string body) {
  outbound::Request request{
      .method = "POST", .url = std::move(url), .headers = std::move(headers), .body = std::move(body)};
  const outbound::Response response = co_await client_.send(std::move(request));
  co_return response.status;
}

}  // namespace pharos::server
