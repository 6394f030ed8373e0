#include "apps/mirror/serving/analyses.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/storage/time.h"
#include "platform/vision/image.h"

namespace pharos::mirror {
namespace {

constexpr int kWorkingSide = 1600;  ///< longest side that photos are measured at, in pixels

const storage::Row& only_row(const storage::Rows& rows) {
  if (rows.empty()) throw base::Error(base::Code::kNotFound, "there is no such report");
  return rows.front();
}

}  // namespace

base::Task<Report> Analyses::analyze(security::Caller caller, NewAnalysis wanted,
                                     std::function<void(const Progress&)> progress) {
  AnalysisRequest request;
  request.mode = mode_;
  if (wanted.bio) {
    check_bio(wanted.bio->value);
    request.bio = wanted.bio->value;
  }
  if (wanted.consent) request.consent = *wanted.consent;
  std::string content = co_await media_.content(caller, wanted.media_id);
  auto decode = [content = std::move(content)] { return vision::decode(content, kWorkingSide); };
  const auto begun = clock_.now();
  request.photo = co_await base::run_on(cpu_, std::move(decode));
  request.decode_ms = std::chrono::duration<double, std::milli>(clock_.now() - begun).count();
  auto load = [this] { return parts_(); };
  const MirrorParts parts = co_await base::run_on(cpu_, std::move(load));
  Report report = co_await mirror::analyze(parts, std::move(request), std::move(progress));
  auto keep = [=, text = base::compact_json(base::to_json(report)), id = report.report_id,
               now = storage::time_number(clock_)](storage::Session& session) {
    session.run(
        "INSERT INTO analyses (id, team_id, owner_id, media_id, report, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        id, caller.team_id, caller.user_id, wanted.media_id, text, now);
  };
  co_await database_.write(caller.scope(), std::move(keep));
  co_return report;
}

base::Task<http::Listing<AnalysisEntry>> Analyses::list(security::Caller caller, http::Page page) {
  auto work = [caller, page](storage::Session& session) {
    http::Listing<AnalysisEntry> listing{.data = {}, .total = 0, .limit = page.limit, .offset = page.skip};
    listing.total = session
                        .run("SELECT count(*) AS total FROM analyses WHERE team_id = $1 AND owner_id = $2",
                             caller.team_id, caller.user_id)
                        .front()
                        .number("total");
    for (const storage::Row& row :
         session.run("SELECT id, media_id, created_at FROM analyses WHERE team_id = $1 AND owner_id = $2 "
                     "ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4",
                     caller.team_id, caller.user_id, page.limit, page.skip)) {
      listing.data.push_back({.id = row.text("id"),
                              .media_id = row.text("media_id"),
                              .created_at = storage::time_text(row.number("created_at"))});
    }
    return listing;
  };
  return database_.read(caller.scope(), std::move(work));
}

base::Task<Report> Analyses::read(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    return only_row(
               session.run("SELECT report FROM analyses WHERE id = $1 AND team_id = $2 AND owner_id = $3", id,
                           caller.team_id, caller.user_id))
        .text("report");
  };
  const std::string text = co_await database_.read(caller.scope(), std::move(work));
  co_return base::from_json<Report>(base::parse_json(text, "report"), "report");
}

base::Task<void> Analyses::remove(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    only_row(session.run("DELETE FROM analyses WHERE id = $1 AND team_id = $2 AND owner_id = $3 RETURNING id",
                         id, caller.team_id, caller.user_id));
  };
  co_await database_.write(caller.scope(), std::move(work));
}

}  // namespace pharos::mirror
