// LifeMirror over HTTP: /api/v1/media and /api/v1/analysis.
#pragma once

#include "apps/mirror/serving/analyses.h"
#include "apps/mirror/serving/media.h"
#include "platform/http/routes.h"
#include "platform/storage/room_migrations.h"

namespace pharos::mirror {

/// What this room keeps in the database.
storage::RoomTables mirror_tables();

class MirrorRoutes {
 public:
  /// All outlive it, and it the table's use.
  MirrorRoutes(http::Routes& table, Media& media, Analyses& analyses);

 private:
  base::Task<Medium> add_photo(security::Caller caller, http::Upload upload);
  base::Task<http::Listing<Medium>> list_photos(security::Caller caller, http::Query<http::Page> page);
  base::Task<Medium> read_photo(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<http::Response> photo_content(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<void> remove_photo(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<Report> analyze(security::Caller caller, NewAnalysis wanted);
  base::Task<jobs::Job> analyze_later(security::Caller caller, NewAnalysis wanted);
  base::Task<http::Events> analyze_live(security::Caller caller, NewAnalysis wanted);
  base::Task<http::Listing<AnalysisEntry>> list_reports(security::Caller caller,
                                                        http::Query<http::Page> page);
  base::Task<Report> read_report(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<void> remove_report(security::Caller caller, http::Path<http::IdKey> key);

  Media& media_;
  Analyses& analyses_;
};

}  // namespace pharos::mirror
