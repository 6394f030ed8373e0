#include "apps/mirror/serving/analyses.h"

#include <memory>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/own_listing.h"
#include "platform/storage/time.h"
#include "platform/vision/image.h"

namespace pharos::mirror {
namespace {

constexpr int kWorkingSide = 1600;  ///< longest side that photos are measured at, in pixels

using Told = boost::asio::experimental::channel<void(boost::system::error_code, std::optional<Progress>)>;

/// Says that there is no more, when the report is there; when there is none, whoever waits for both is told
/// so.
base::Task<Report> end_after(base::Task<Report> making, std::shared_ptr<Told> told) {
  Report report = co_await std::move(making);
  told->try_send(boost::system::error_code(), std::nullopt);
  co_return report;
}

base::Task<void> pass_on(std::shared_ptr<Told> told, ProgressListener listener) {
  while (auto step = co_await told->async_receive(boost::asio::use_awaitable)) {
    if (listener) co_await listener(std::move(*step));
  }
}

storage::Row only_row(storage::Rows rows) {
  return storage::first_row(std::move(rows), "there is no such report");
}

AnalysisEntry entry_of(const storage::Row& row) {
  return {.id = row.text("id"),
          .media_id = row.text("media_id"),
          .created_at = storage::time_text(row.number("created_at"))};
}

}  // namespace

void Analyses::keep(storage::Session& session, const Report& report, const NewAnalysis& wanted) {
  session.run(
      "INSERT INTO analyses (id, team_id, owner_id, media_id, report, created_at) VALUES ($1, $2, $3, $4, "
      "$5, $6)",
      report.report_id, session.scope().team_id, session.scope().user_id, wanted.media_id,
      base::compact_json(base::to_json(report)), storage::time_number(clock_));
  webhooks_.announce(session, "analysis.finished",
                     {{"report_id", report.report_id}, {"media_id", wanted.media_id.value}});
}

base::Task<Report> Analyses::make_and_tell(storage::Scope owner, NewAnalysis wanted,
                                           std::function<void(const Progress&)> tell,
                                           graph::Context* within) {
  AnalysisRequest request;
  request.within = within;
  request.mode = mode_;
  if (wanted.bio) {
    check_bio(wanted.bio->value);
    request.bio = wanted.bio->value;
  }
  if (wanted.consent) request.consent = *wanted.consent;
  Photo photo = co_await media_.read_whole(std::move(owner), wanted.media_id);
  auto decode = [content = std::move(photo.content)] { return vision::decode(content, kWorkingSide); };
  const auto begun = clock_.now();
  request.photo = co_await base::run_on(cpu_, std::move(decode));
  request.decode_ms = std::chrono::duration<double, std::milli>(clock_.now() - begun).count();
  auto load = [this] { return parts_(); };
  const MirrorParts parts = co_await base::run_on(cpu_, std::move(load));
  co_return co_await mirror::analyze(parts, std::move(request), std::move(tell));
}

base::Task<Report> Analyses::make(storage::Scope owner, NewAnalysis wanted, ProgressListener listener) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  // More than an analysis has to tell, so that nothing is lost.
  const auto told = std::make_shared<Told>(co_await boost::asio::this_coro::executor, 256);
  auto tell = [told](const Progress& step) { told->try_send(boost::system::error_code(), step); };
  try {
    co_return co_await (end_after(make_and_tell(std::move(owner), std::move(wanted), tell), told) &&
                        pass_on(told, std::move(listener)));
  } catch (const boost::asio::multiple_exceptions& both) {
    // The second only says that it was cancelled because of the first.
    std::rethrow_exception(both.first_exception());
  }
}

base::Task<Report> Analyses::analyze(storage::Scope owner, NewAnalysis wanted, ProgressListener listener) {
  Report report = co_await make(owner, wanted, std::move(listener));
  co_await keep(std::move(owner), report, std::move(wanted));
  co_return report;
}

base::Task<Report> Analyses::analyze_within(graph::Context& node, storage::Scope owner, NewAnalysis wanted) {
  Report report = co_await make_and_tell(owner, wanted, {}, &node);
  co_await keep(std::move(owner), report, std::move(wanted));
  co_return report;
}

base::Task<void> Analyses::keep(storage::Scope owner, Report report, NewAnalysis wanted) {
  auto work = [this, report = std::move(report), wanted = std::move(wanted)](storage::Session& session) {
    keep(session, report, wanted);
  };
  co_await database_.write(std::move(owner), std::move(work));
}

base::Task<jobs::Job> Analyses::analyze_later(storage::Scope owner, NewAnalysis wanted) {
  static_cast<void>(co_await media_.read(owner, wanted.media_id));
  const jobs::JobId id = co_await jobs_.enqueue(owner, {.kind = kJobKind, .input = base::to_json(wanted)});
  co_return co_await jobs_.get(std::move(owner), id);
}

void Analyses::work_in(jobs::Worker& worker) {
  worker.handle(kJobKind,
                [this](jobs::Job job, jobs::JobContext& context) { return do_job(std::move(job), context); });
}

base::Task<boost::json::value> Analyses::do_job(jobs::Job job, jobs::JobContext& context) {
  const auto wanted = base::from_json<NewAnalysis>(job.input, "job");
  auto tell = [&context](Progress step) { return context.progress(base::to_json(step)); };
  const Report report = co_await make(context.scope(), wanted, tell);
  auto work = [this, report, wanted](storage::Session& session) {
    keep(session, report, wanted);
    return boost::json::value{{"report_id", report.report_id}};
  };
  co_await context.finish(std::move(work));
  co_return nullptr;
}

base::Task<http::Listing<AnalysisEntry>> Analyses::list(security::Caller caller, http::Page page) {
  auto work = [page](storage::Session& session) {
    return http::list_own<AnalysisEntry>(
        session, page, "SELECT count(*) FROM analyses WHERE team_id = $1 AND owner_id = $2",
        "SELECT id, media_id, created_at FROM analyses WHERE team_id = $1 AND owner_id = $2 "
        "ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4",
        entry_of);
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
