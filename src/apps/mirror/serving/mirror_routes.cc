#include "apps/mirror/serving/mirror_routes.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/problem.h"

namespace pharos::embedded {
extern const std::string_view _0001_mirror_sql;
extern const std::string_view _0002_media_by_age_sql;
}  // namespace pharos::embedded

namespace pharos::mirror {
namespace {

using security::Permission;

/// Agents tell of themselves one by one, then the report comes; a client that leaves stops the analysis.
base::Task<void> tell_analysis(Analyses& analyses, storage::Scope owner, NewAnalysis wanted,
                               http::EventWriter& out) {
  const auto tell = [&out](Progress step) {
    return out.send({.name = "agent", .data = base::compact_json(base::to_json(step)), .id = {}});
  };
  http::ServerEvent last{.name = "report", .data = {}, .id = {}};
  try {
    const Report report = co_await analyses.analyze(std::move(owner), std::move(wanted), tell);
    last.data = base::compact_json(base::to_json(report));
  } catch (const base::Error&) {
    last = {
        .name = "error", .data = http::problem_of(std::current_exception(), http::Request{}).body, .id = {}};
  }
  co_await out.send(std::move(last));
}

}  // namespace

storage::RoomTables mirror_tables() {
  return {.room = "mirror",
          .migrations = {{1, "mirror", embedded::_0001_mirror_sql},
                         {2, "media by age", embedded::_0002_media_by_age_sql}}};
}

MirrorRoutes::MirrorRoutes(http::Routes& table, Media& media, Analyses& analyses)
    : media_(media), analyses_(analyses) {
  auto routes = table.of(*this, "/api/v1");
  routes.post("/media", &MirrorRoutes::add_photo)
      .needs(Permission::kAnalyse)
      .limited(http::Limit::kUpload)
      .summary("Send a photo")
      .status(201);
  routes.get("/media", &MirrorRoutes::list_photos).summary("List my photos");
  routes.get("/media/{id}", &MirrorRoutes::read_photo).summary("Read what is known of a photo");
  routes.get("/media/{id}/content", &MirrorRoutes::photo_content).summary("Fetch a photo");
  routes.remove("/media/{id}", &MirrorRoutes::remove_photo).summary("Delete a photo and its reports");
  const auto analysing = [](http::Route& route) {
    route.needs(Permission::kAnalyse).limited(http::Limit::kAnalyze).raises(base::Code::kNotFound);
  };
  analysing(routes.post("/analysis/analyze", &MirrorRoutes::analyze).summary("Report on a photo and a bio"));
  analysing(routes.post("/analysis/stream", &MirrorRoutes::analyze_live)
                .summary("Report on a photo and a bio while watching the agents"));
  analysing(routes.post("/analysis/jobs", &MirrorRoutes::analyze_later)
                .summary("Report on a photo and a bio later")
                .status(202));
  routes.get("/analysis", &MirrorRoutes::list_reports).summary("List my reports");
  routes.get("/analysis/{id}", &MirrorRoutes::read_report).summary("Read a report");
  routes.remove("/analysis/{id}", &MirrorRoutes::remove_report).summary("Delete a report");
}

base::Task<Medium> MirrorRoutes::add_photo(security::Caller caller, http::Upload upload) {
  co_return co_await media_.add(std::move(caller), std::move(upload.file("file")));
}

base::Task<http::Listing<Medium>> MirrorRoutes::list_photos(security::Caller caller,
                                                            http::Query<http::Page> page) {
  co_return co_await media_.list(std::move(caller), page);
}

base::Task<Medium> MirrorRoutes::read_photo(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await media_.read(caller.scope(), key.id);
}

base::Task<http::Response> MirrorRoutes::photo_content(security::Caller caller, http::Path<http::IdKey> key) {
  Photo photo = co_await media_.read_whole(caller.scope(), key.id);
  co_return http::Response{.status = 200,
                           .headers = {{"Content-Type", "image/" + photo.medium.format}},
                           .body = std::move(photo.content),
                           .stream = {}};
}

base::Task<void> MirrorRoutes::remove_photo(security::Caller caller, http::Path<http::IdKey> key) {
  co_await media_.remove(std::move(caller), key.id);
}

base::Task<Report> MirrorRoutes::analyze(security::Caller caller, NewAnalysis wanted) {
  co_return co_await analyses_.analyze(caller.scope(), std::move(wanted));
}

base::Task<jobs::Job> MirrorRoutes::analyze_later(security::Caller caller, NewAnalysis wanted) {
  co_return co_await analyses_.analyze_later(caller.scope(), std::move(wanted));
}

base::Task<http::Events> MirrorRoutes::analyze_live(security::Caller caller, NewAnalysis wanted) {
  static_cast<void>(co_await media_.read(caller.scope(), wanted.media_id));
  co_return http::Events{.write = [this, owner = caller.scope(), wanted](http::EventWriter& out) {
    return tell_analysis(analyses_, owner, wanted, out);
  }};
}

base::Task<http::Listing<AnalysisEntry>> MirrorRoutes::list_reports(security::Caller caller,
                                                                    http::Query<http::Page> page) {
  co_return co_await analyses_.list(std::move(caller), page);
}

base::Task<Report> MirrorRoutes::read_report(security::Caller caller, http::Path<http::IdKey> key) {
  co_return co_await analyses_.read(std::move(caller), key.id);
}

base::Task<void> MirrorRoutes::remove_report(security::Caller caller, http::Path<http::IdKey> key) {
  co_await analyses_.remove(std::move(caller), key.id);
}

}  // namespace pharos::mirror
