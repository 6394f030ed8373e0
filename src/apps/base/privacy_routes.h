// What people may do about what is kept of them: /api/v1/me. And who keeps it longer: legal holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/privacy/account_deletion.h"
#include "platform/privacy/consents.h"
#include "platform/privacy/legal_holds.h"
#include "platform/privacy/personal_exports.h"

namespace pharos::base_api {

struct DeletionOptions {
  bool immediately = false;
};
BOOST_DESCRIBE_STRUCT(DeletionOptions, (), (immediately))

struct ConsentWord {
  http::Text<1, 100> purpose;
  http::Text<1, 50> version;  ///< of the text that was read
  bool is_granted = false;
  std::optional<http::Text<1, 100>> source;  ///< where it was said; `api` when nothing is said
};
BOOST_DESCRIBE_STRUCT(ConsentWord, (), (purpose, version, is_granted, source))

struct ConsentList {
  std::vector<privacy::GivenConsent> data;
};
BOOST_DESCRIBE_STRUCT(ConsentList, (), (data))

struct ExportList {
  std::vector<privacy::PersonalExport> data;
};
BOOST_DESCRIBE_STRUCT(ExportList, (), (data))

struct HoldReason {
  http::Text<1, 1000> reason;
};
BOOST_DESCRIBE_STRUCT(HoldReason, (), (reason))

struct HoldList {
  std::vector<privacy::LegalHold> data;
};
BOOST_DESCRIBE_STRUCT(HoldList, (), (data))

/// What the routes ask. All of it outlives them.
struct PrivacyServices {
  privacy::AccountDeletion& deletion;
  privacy::PersonalExports& exports;
  privacy::Consents& consents;
  privacy::LegalHolds& holds;
};

class PrivacyRoutes {
 public:
  /// The table outlives it, and it the table's use.
  PrivacyRoutes(http::Routes& table, PrivacyServices services);

 private:
  base::Task<privacy::PendingDeletion> delete_me(security::Caller caller,
                                                 http::Query<DeletionOptions> options);
  base::Task<privacy::PendingDeletion> pending_deletion(security::Caller caller);
  base::Task<void> undo_deletion(security::Caller caller);
  base::Task<privacy::DeletedData> delete_data(security::Caller caller);
  base::Task<jobs::Job> make_export(security::Caller caller);
  base::Task<ExportList> exports(security::Caller caller);
  base::Task<http::Response> download(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<ConsentList> consents(security::Caller caller);
  base::Task<privacy::GivenConsent> say(security::Caller caller, ConsentWord word);
  base::Task<HoldList> holds(security::Caller caller);
  base::Task<privacy::LegalHold> hold(security::Caller caller, http::Path<http::IdKey> key,
                                      HoldReason reason);
  base::Task<void> lift_hold(security::Caller caller, http::Path<http::IdKey> key);

  PrivacyServices services_;
};

}  // namespace pharos::base_api
