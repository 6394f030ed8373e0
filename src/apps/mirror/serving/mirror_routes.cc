#include "apps/mirror/serving/mirror_routes.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/problem.h"

namespace pharos::embedded {
extern const std::string_view _0001_mirror_sql;
}

namespace pharos::mirror {
namespace {

namespace asio = boost::asio;
using security::Permission;

using Told = asio::experimental::channel<void(boost::system::error_code, http::ServerEvent)>;

/// Runs the analysis and tells of it; a report or an error is the last thing it tells.
base::Task<void> work(Analyses& analyses, security::Caller caller, NewAnalysis wanted, Told& told) {
  const auto tell = [&told](const Progress& step) {
    told.try_send(
        boost::system::error_code(),
        http::ServerEvent{.name = "agent", .data = base::compact_json(base::to_json(step)), .id = {}});
  };
  http::ServerEvent last{.name = "report", .data = {}, .id = {}};
  try {
    const Report report = co_await analyses.analyze(std::move(caller), std::move(wanted), tell);
    last.data = base::compact_json(base::to_json(report));
  } catch (const base::Error&) {
    last = {
        .name = "error", .data = http::problem_of(std::current_exception(), http::Request{}).body, .id = {}};
  }
  told.try_send(boost::system::error_code(), std::move(last));
}

base::Task<void> send_what_is_told(Told& told, http::EventWriter& out) {
  bool is_last = false;
  while (!is_last) {
    http::ServerEvent event = co_await told.async_receive(asio::use_awaitable);
    is_last = event.name != "agent";
    co_await out.send(std::move(event));
  }
}

/// Agents tell of themselves one by one, then the report comes; a client that leaves stops the analysis.
base::Task<void> tell_analysis(Analyses& analyses, security::Caller caller, NewAnalysis wanted,
                               http::EventWriter& out) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  // More than an analysis has to tell: its agents never wait for the client.
  Told told(co_await asio::this_coro::executor, 256);
  co_await (work(analyses, std::move(caller), std::move(wanted), told) && send_what_is_told(told, out));
}

}  // namespace

storage::RoomTables mirror_tables() {
  return {.room = "mirror", .migrations = {{1, "mirror", embedded::_0001_mirror_sql}}};
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
  co_return co_await media_.read(std::move(caller), key.id);
}

base::Task<http::Response> MirrorRoutes::photo_content(security::Caller caller, http::Path<http::IdKey> key) {
  const Medium medium = co_await media_.read(caller, key.id);
  co_return http::Response{.status = 200,
                           .headers = {{"Content-Type", "image/" + medium.format}},
                           .body = co_await media_.content(std::move(caller), key.id),
                           .stream = {}};
}

base::Task<void> MirrorRoutes::remove_photo(security::Caller caller, http::Path<http::IdKey> key) {
  co_await media_.remove(std::move(caller), key.id);
}

base::Task<Report> MirrorRoutes::analyze(security::Caller caller, NewAnalysis wanted) {
  co_return co_await analyses_.analyze(std::move(caller), std::move(wanted));
}

base::Task<http::Events> MirrorRoutes::analyze_live(security::Caller caller, NewAnalysis wanted) {
  static_cast<void>(co_await media_.read(caller, wanted.media_id));
  co_return http::Events{.write = [this, caller, wanted](http::EventWriter& out) {
    return tell_analysis(analyses_, caller, wanted, out);
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
