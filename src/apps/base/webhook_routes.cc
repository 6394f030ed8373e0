#include "apps/base/webhook_routes.h"

#include "apps/base/audit_note.h"

namespace pharos::base_api {

using base::Code;
using security::Permission;

WebhookRoutes::WebhookRoutes(http::Routes& table, jobs::Webhooks& webhooks, security::AuditLog& audit)
    : webhooks_(webhooks), audit_(audit) {
  auto routes = table.of(*this, "/api/v1");
  const auto managing = [](http::Route& route) -> http::Route& {
    return route.needs(Permission::kTeamManage).tag("webhooks");
  };
  managing(routes.post("/webhooks", &WebhookRoutes::create).summary("Make a webhook").status(201))
      .raises(Code::kConflict);
  managing(routes.get("/webhooks", &WebhookRoutes::list).summary("List webhooks"));
  managing(routes.remove("/webhooks/{id}", &WebhookRoutes::remove).summary("Delete a webhook"))
      .raises(Code::kNotFound);
  managing(routes.get("/webhooks/{id}/deliveries", &WebhookRoutes::deliveries)
               .summary("List what was sent to a webhook"))
      .raises(Code::kNotFound);
  managing(routes.post("/webhook-deliveries/{id}/replay", &WebhookRoutes::replay)
               .summary("Send a webhook's message again"))
      .raises(Code::kNotFound)
      .raises(Code::kConflict);
}

base::Task<jobs::Webhook> WebhookRoutes::create(security::Caller caller, WantedWebhook wanted) {
  jobs::NewWebhook webhook{.url = wanted.url, .events = {}};
  if (wanted.events) webhook.events.assign(wanted.events->begin(), wanted.events->end());
  jobs::Webhook made = co_await webhooks_.add(caller.scope(), std::move(webhook));
  co_await note_done(audit_, caller, "webhook_made", made.id);
  co_return made;
}

base::Task<WebhookList> WebhookRoutes::list(security::Caller caller) {
  co_return WebhookList{.data = co_await webhooks_.list(caller.scope())};
}

base::Task<void> WebhookRoutes::remove(security::Caller caller, http::Path<http::IdKey> key) {
  co_await webhooks_.remove(caller.scope(), key.id);
  co_await note_done(audit_, caller, "webhook_deleted", key.id);
}

base::Task<DeliveryList> WebhookRoutes::deliveries(security::Caller caller, http::Path<http::IdKey> key,
                                                   http::Query<DeliverySearch> search) {
  co_return DeliveryList{
      .data = co_await webhooks_.deliveries(caller.scope(), key.id, static_cast<int>(search.limit))};
}

base::Task<jobs::Delivery> WebhookRoutes::replay(security::Caller caller, http::Path<http::IdKey> key) {
  jobs::Delivery delivery = co_await webhooks_.replay(caller.scope(), key.id);
  co_await note_done(audit_, caller, "webhook_replayed", key.id);
  co_return delivery;
}

}  // namespace pharos::base_api
