#include "apps/base/privacy_routes.h"

#include <memory>
#include <utility>

namespace pharos::base_api {
namespace {

using base::Code;

constexpr std::size_t kPiece = 64 * 1024;

base::Task<void> send(std::shared_ptr<storage::BlobReader> blob, http::BodyWriter& out) {
  for (std::uintmax_t at = 0; at < blob->bytes();) {
    std::string piece = co_await blob->read(at, kPiece);
    at += piece.size();
    co_await out.write(std::move(piece));
  }
}

}  // namespace

PrivacyRoutes::PrivacyRoutes(http::Routes& table, PrivacyServices services) : services_(services) {
  auto routes = table.of(*this, "/api/v1");
  const auto mine = [](http::Route& route) -> http::Route& { return route.tag("privacy"); };
  mine(routes.remove("/me", &PrivacyRoutes::delete_me)
           .limited(http::Limit::kAuth)
           .summary("Delete my account")
           .status(202)
           .raises(Code::kConflict));
  mine(routes.get("/me/deletion", &PrivacyRoutes::pending_deletion)
           .summary("Read when my account is deleted")
           .raises(Code::kNotFound));
  mine(routes.remove("/me/deletion", &PrivacyRoutes::undo_deletion)
           .summary("Keep my account after all")
           .raises(Code::kNotFound));
  mine(routes.remove("/me/data", &PrivacyRoutes::delete_data)
           .summary("Delete what I have put in")
           .raises(Code::kConflict));
  mine(routes.post("/me/export", &PrivacyRoutes::make_export)
           .limited(http::Limit::kUpload)
           .summary("Ask for a copy of everything that is kept of me")
           .status(202));
  mine(routes.get("/me/exports", &PrivacyRoutes::exports).summary("List those copies"));
  mine(routes.get("/me/exports/{id}", &PrivacyRoutes::download).summary("Fetch a copy, as a ZIP archive"));
  mine(routes.get("/me/consents", &PrivacyRoutes::consents).summary("List what I have agreed to"));
  mine(routes.put("/me/consents", &PrivacyRoutes::say).summary("Agree, or not any more"));
  const auto administering = [](http::Route& route) -> http::Route& {
    return route.needs(security::Permission::kUsersManage).tag("administration");
  };
  administering(routes.get("/legal-holds", &PrivacyRoutes::holds).summary("List whose data must be kept"));
  administering(
      routes.put("/users/{id}/legal-hold", &PrivacyRoutes::hold).summary("Have somebody's data kept"));
  administering(routes.remove("/users/{id}/legal-hold", &PrivacyRoutes::lift_hold)
                    .summary("Have somebody's data kept no longer"));
}

base::Task<privacy::PendingDeletion> PrivacyRoutes::delete_me(security::Caller caller,
                                                              http::Query<DeletionOptions> options) {
  co_return co_await services_.deletion.request(std::move(caller), options.immediately);
}

base::Task<privacy::PendingDeletion> PrivacyRoutes::pending_deletion(security::Caller caller) {
  co_return co_await services_.deletion.pending(std::move(caller));
}

base::Task<void> PrivacyRoutes::undo_deletion(security::Caller caller) {
  co_await services_.deletion.undo(std::move(caller));
}

base::Task<privacy::DeletedData> PrivacyRoutes::delete_data(security::Caller caller) {
  co_return co_await services_.deletion.delete_data(std::move(caller));
}

base::Task<jobs::Job> PrivacyRoutes::make_export(security::Caller caller) {
  co_return co_await services_.exports.make_later(std::move(caller));
}

base::Task<ExportList> PrivacyRoutes::exports(security::Caller caller) {
  co_return ExportList{.data = co_await services_.exports.list(std::move(caller))};
}

base::Task<http::Response> PrivacyRoutes::download(security::Caller caller, http::Path<http::IdKey> key) {
  std::shared_ptr<storage::BlobReader> blob = co_await services_.exports.open(std::move(caller), key.id);
  co_return http::Response{.status = 200,
                           .headers = {{"Content-Type", "application/zip"},
                                       {"Content-Disposition", "attachment; filename=\"pharos-export.zip\""}},
                           .body = {},
                           .stream = [blob](http::BodyWriter& out) { return send(blob, out); }};
}

base::Task<ConsentList> PrivacyRoutes::consents(security::Caller caller) {
  co_return ConsentList{.data = co_await services_.consents.list(std::move(caller))};
}

base::Task<privacy::GivenConsent> PrivacyRoutes::say(security::Caller caller, ConsentWord word) {
  co_return co_await services_.consents.add(std::move(caller),
                                            {.purpose = word.purpose,
                                             .version = word.version,
                                             .is_granted = word.is_granted,
                                             .source = word.source ? word.source->value : "api"});
}

base::Task<HoldList> PrivacyRoutes::holds(security::Caller caller) {
  co_return HoldList{.data = co_await services_.holds.list(std::move(caller))};
}

base::Task<privacy::LegalHold> PrivacyRoutes::hold(security::Caller caller, http::Path<http::IdKey> key,
                                                   HoldReason reason) {
  co_return co_await services_.holds.place(std::move(caller), key.id, reason.reason);
}

base::Task<void> PrivacyRoutes::lift_hold(security::Caller caller, http::Path<http::IdKey> key) {
  co_await services_.holds.lift(std::move(caller), key.id);
}

}  // namespace pharos::base_api
