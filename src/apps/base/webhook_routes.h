// Telling others' servers what happens in the team: /api/v1/webhooks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/jobs/webhooks.h"
#include "platform/security/audit.h"

namespace pharos::base_api {

struct WantedWebhook {
  http::Text<1, 2000> url;
  std::optional<std::vector<http::Text<1, 100>>> events;  ///< none: all
};
BOOST_DESCRIBE_STRUCT(WantedWebhook, (), (url, events))

struct WebhookList {
  std::vector<jobs::Webhook> data;
};
BOOST_DESCRIBE_STRUCT(WebhookList, (), (data))

struct DeliveryList {
  std::vector<jobs::Delivery> data;
};
BOOST_DESCRIBE_STRUCT(DeliveryList, (), (data))

struct DeliverySearch {
  http::Whole<1, 200, 50> limit;
};
BOOST_DESCRIBE_STRUCT(DeliverySearch, (), (limit))

class WebhookRoutes {
 public:
  /// All outlive it, and it the table's use.
  WebhookRoutes(http::Routes& table, jobs::Webhooks& webhooks, security::AuditLog& audit);

 private:
  /// The only time that its secret is shown.
  base::Task<jobs::Webhook> create(security::Caller caller, WantedWebhook wanted);
  base::Task<WebhookList> list(security::Caller caller);
  base::Task<void> remove(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<DeliveryList> deliveries(security::Caller caller, http::Path<http::IdKey> key,
                                      http::Query<DeliverySearch> search);
  base::Task<jobs::Delivery> replay(security::Caller caller, http::Path<http::IdKey> key);

  jobs::Webhooks& webhooks_;
  security::AuditLog& audit_;
};

}  // namespace pharos::base_api
