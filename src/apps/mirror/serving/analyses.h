// Reports that people have asked for.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "apps/mirror/mirror.h"
#include "apps/mirror/serving/media.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/webhooks.h"
#include "platform/jobs/worker.h"

namespace pharos::mirror {

struct NewAnalysis {
  http::Id media_id;
  std::optional<http::Text<10, 5000>> bio;
  std::optional<Consent> consent;
};
BOOST_DESCRIBE_STRUCT(NewAnalysis, (), (media_id, bio, consent))

/// One report among others.
struct AnalysisEntry {
  std::string id;
  std::string media_id;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(AnalysisEntry, (), (id, media_id, created_at))

/// Gives the models when they are loaded, at the first analysis.
using MirrorPartsSource = std::function<MirrorParts()>;

/// Told of each step of the agents, one after the other; the agents do not wait for it.
using ProgressListener = std::function<base::Task<void>(Progress)>;

/// Thread-safe. Each caller has their own.
class Analyses {
 public:
  /// The kind of its jobs.
  static constexpr const char* kJobKind = "mirror.analysis";

  /// All outlive it. Webhooks are told `analysis.finished` with the report's and the photo's id.
  Analyses(storage::Database& database, jobs::Jobs& jobs, jobs::Webhooks& webhooks, Media& media,
           MirrorPartsSource parts, Mode mode, base::Pool& cpu, const base::Clock& clock)
      : database_(database),
        jobs_(jobs),
        webhooks_(webhooks),
        media_(media),
        parts_(std::move(parts)),
        mode_(mode),
        cpu_(cpu),
        clock_(clock) {}

  /// Runs the agents, keeps the report under its report_id and gives it.
  base::Task<Report> analyze(storage::Scope owner, NewAnalysis wanted, ProgressListener listener = {});
  /// The same as a part of a node of another graph, whose readers see the agents at work.
  base::Task<Report> analyze_within(graph::Context& node, storage::Scope owner, NewAnalysis wanted);
  /// The same as a job, whose events are the agents' and whose result names the report. Throws base::Error
  /// (kNotFound) when there is no such photo.
  base::Task<jobs::Job> analyze_later(storage::Scope owner, NewAnalysis wanted);
  /// Does those jobs.
  void work_in(jobs::Worker& worker);
  base::Task<http::Listing<AnalysisEntry>> list(security::Caller caller, http::Page page);
  base::Task<Report> read(security::Caller caller, std::string id);
  base::Task<void> remove(security::Caller caller, std::string id);

 private:
  base::Task<Report> make(storage::Scope owner, NewAnalysis wanted, ProgressListener listener);
  base::Task<Report> make_and_tell(storage::Scope owner, NewAnalysis wanted,
                                   std::function<void(const Progress&)> tell,
                                   graph::Context* within = nullptr);
  base::Task<void> keep(storage::Scope owner, Report report, NewAnalysis wanted);
  void keep(storage::Session& session, const Report& report, const NewAnalysis& wanted);
  base::Task<boost::json::value> do_job(jobs::Job job, jobs::JobContext& context);

  storage::Database& database_;
  jobs::Jobs& jobs_;
  jobs::Webhooks& webhooks_;
  Media& media_;
  MirrorPartsSource parts_;
  Mode mode_;
  base::Pool& cpu_;
  const base::Clock& clock_;
};

}  // namespace pharos::mirror
