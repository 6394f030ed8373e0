// What everyday requests and housekeeping ask of the database is found by indexes, however much there is.
#include <mutex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "apps/base/items.h"
#include "apps/mirror/serving/analyses.h"
#include "apps/mirror/serving/media.h"
#include "core/base/file.h"
#include "platform/flags/flags.h"
#include "platform/jobs/crons.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/webhooks.h"
#include "platform/memory/personal_store.h"
#include "platform/privacy/account_deletion.h"
#include "platform/privacy/consents.h"
#include "platform/privacy/legal_holds.h"
#include "platform/privacy/personal_exports.h"
#include "platform/privacy/retention.h"
#include "platform/security/audit.h"
#include "platform/storage/disk_blobs.h"
#include "server/tests/support_tables.h"

namespace pharos::server {
namespace {

using testing_support::Scope;
using testing_support::Session;
using testing_support::wait;

/// Read from end to end on purpose.
bool is_small(const std::string& sql) {
  static const std::set<std::string> kTables{
      "feature_flags",         // a few dozen, kept in memory
      "feature_flag_choices",  // at most 400 a feature
      "legal_holds",           // people in a law case
      "doomed_blobs ORDER"     // the first of what housekeeping empties each minute
  };
  return std::ranges::any_of(kTables, [&](const auto& table) { return sql.contains("FROM " + table); });
}

struct NoSender final : jobs::WebhookSender {
  base::Task<int> post(std::string, Headers, std::string) override { co_return 204; }
};

template <class Kind>
struct HotStatements : testing_support::Tables<Kind> {
  HotStatements() {
    this->put("INSERT INTO teams VALUES ('team', 'Team', true, 1)");
    this->put(
        "INSERT INTO users (id, email, password_hash, personal_team, is_active, is_superuser, "
        "session_version,"
        " created_at) VALUES ('ada', 'ada@example.org', 'h', 'team', true, false, 1, 1)");
    this->put("INSERT INTO memberships VALUES ('team', 'ada', 'owner', 1)");
    this->put("INSERT INTO sessions VALUES ('s', 'ada', 'team', 1, 1, 9, NULL, '', '')");
  }

  /// Every statement counts as slow, so that each is told of.
  std::unique_ptr<storage::Database> open_and_listen() {
    const auto note = [this](const storage::SlowQuery& query) {
      const std::lock_guard lock(mutex);
      seen.emplace(query.sql);
    };
    return storage::open_database({.url = this->url, .slow_after = base::Duration::zero(), .on_slow = note},
                                  testing_support::disk(), testing_support::machine_clock());
  }
  void expect_no_scans(std::size_t at_least) {
    EXPECT_GE(seen.size(), at_least);
    for (const std::string& sql : seen) {
      const auto plan = [sql](Session& session) { return session.whole_table_scans(sql); };
      if (!is_small(sql)) EXPECT_EQ(wait(this->database->read(Scope::system(), plan)), "") << sql;
    }
  }

  std::mutex mutex;
  std::set<std::string> seen;
  base::SystemClock clock;
  base::Ids ids{clock};
  std::unique_ptr<storage::Database> heard = open_and_listen();
  const security::Caller ada{.user_id = "ada",
                             .email = "ada@example.org",
                             .team_id = "team",
                             .role = security::Role::kOwner,
                             .session_id = "s"};
  jobs::Jobs jobs{*heard, clock, ids};
  storage::MachineFiles files;
  storage::DiskBlobs blobs{
      {.folder = this->folder.path() / "blobs", .bytes_to_leave = 0}, testing_support::disk(), ids, files};
};
TYPED_TEST_SUITE(HotStatements, testing_support::Kinds);

TYPED_TEST(HotStatements, OfItems) {
  base_api::Items items(*this->heard, this->clock, this->ids);
  const auto item = wait(items.create(this->ada, {.title = {"Oar"}, .description = {}}));
  wait(items.list(this->ada, {}));
  wait(items.read(this->ada, item.id));
  wait(items.change(this->ada, item.id, {.title = {{"Long oar"}}, .description = {}}));
  wait(items.remove(this->ada, item.id));
  this->expect_no_scans(6);
}

TYPED_TEST(HotStatements, OfWhatGraphsRemember) {
  memory::PersonalStore store(*this->heard, this->ada.scope(), {.clock = &this->clock});
  wait(store.put({"notes"}, "oar", {{"long", true}}, {.time_to_live = std::chrono::hours(1), .index = {}}));
  wait(store.get({"notes"}, "oar"));
  wait(store.search({"notes"}));
  wait(store.search({"notes"}, {.filter = {{"long", true}}}));
  wait(store.list_namespaces());
  wait(store.delete_item({"notes"}, "oar"));
  wait(store.sweep());
  wait(memory::sweep_memories(*this->heard, this->clock));
  this->expect_no_scans(10);
}

TYPED_TEST(HotStatements, OfPhotosAndTheirReports) {
  base::Pool cpu("cpu", 1);
  mirror::Media media(*this->heard, this->blobs, testing_support::disk(), cpu, this->clock, this->ids);
  const std::string photo =
      base::read_file(std::filesystem::path(PHAROS_SOURCE_DIR) / "build/samples/astronaut.png");
  const auto medium = wait(media.add(this->ada, "me.png", photo));
  wait(media.list(this->ada, {}));
  wait(media.read(this->ada.scope(), medium.id));
  NoSender sender;
  jobs::Webhooks webhooks(this->jobs, this->clock, this->ids, sender);
  mirror::Analyses analyses(
      *this->heard, this->jobs, webhooks, media,
      []() -> mirror::MirrorParts { throw std::logic_error("no"); }, mirror::Mode::kMock, cpu, this->clock);
  wait(analyses.analyze_later(this->ada.scope(), {.media_id = {medium.id}, .bio = {}, .consent = {}}));
  const std::string report = this->ids.next();
  this->put("INSERT INTO analyses VALUES ($1, 'team', 'ada', $2, '{}', 1)", report, medium.id);
  wait(analyses.list(this->ada, {}));
  wait(analyses.remove(this->ada, report));
  wait(media.remove(this->ada, medium.id));
  this->expect_no_scans(9);
}

TYPED_TEST(HotStatements, OfJobsWebhooksAndCrons) {
  const jobs::JobId job = wait(this->jobs.enqueue(this->ada.scope(), {.kind = "paint"}));
  wait(this->jobs.get(this->ada.scope(), job));
  wait(this->jobs.list(this->ada.scope(), {.before = job}));
  wait(this->jobs.list(this->ada.scope(), {.status = jobs::JobStatus::kQueued, .kind = "paint"}));
  wait(this->jobs.events_after(this->ada.scope(), job, 0));
  wait(this->jobs.cancel(this->ada.scope(), job));
  NoSender sender;
  jobs::Webhooks webhooks(this->jobs, this->clock, this->ids, sender);
  const jobs::Webhook hook =
      wait(webhooks.add(this->ada.scope(), {.url = "https://x.example", .events = {}}));
  const auto announce = [&](Session& session) { return webhooks.announce(session, "analysis.finished", 1); };
  EXPECT_EQ(wait(this->heard->write(this->ada.scope(), announce)), 1U);
  wait(webhooks.list(this->ada.scope()));
  wait(webhooks.deliveries(this->ada.scope(), hook.id));
  wait(webhooks.remove(this->ada.scope(), hook.id));
  jobs::Crons crons(this->jobs, this->clock, this->ids);
  const jobs::Cron cron = wait(
      crons.put(this->ada.scope(), {.name = "n", .expression = "* * * * *", .kind = "paint", .input = {}}));
  this->put("UPDATE job_crons SET next_at = 1");
  EXPECT_EQ(wait(crons.queue_due()), 1U);
  wait(crons.list(this->ada.scope()));
  wait(crons.set_active(this->ada.scope(), cron.id, false));
  wait(crons.remove(this->ada.scope(), cron.id));
  this->expect_no_scans(20);
}

TYPED_TEST(HotStatements, OfPrivacyAndHousekeeping) {
  security::Identities identities(this->clock);
  privacy::AccountDeletion deletion({.database = *this->heard,
                                     .blobs = this->blobs,
                                     .inventory = personal_data(),
                                     .identities = identities,
                                     .clock = this->clock});
  privacy::Consents consents(*this->heard, this->clock, this->ids);
  wait(consents.add(this->ada, {.purpose = "photos", .version = "1", .is_granted = true, .source = "page"}));
  wait(consents.list(this->ada));
  privacy::PersonalExports exports({.jobs = this->jobs,
                                    .blobs = this->blobs,
                                    .inventory = personal_data(),
                                    .clock = this->clock,
                                    .ids = this->ids});
  wait(exports.list(this->ada));
  wait(deletion.request(this->ada, false));
  wait(deletion.pending(this->ada));
  wait(deletion.undo(this->ada));
  wait(deletion.carry_out());
  privacy::Retention retention(*this->heard, personal_data(),
                               {{"media", 1}, {"runs", 1}, {"webhooks", 1}, {"audit", 1}}, this->clock);
  wait(retention.forget());
  privacy::LegalHolds holds(*this->heard, this->clock);
  wait(holds.are_any());
  flags::Flags flags(*this->heard, {}, this->clock);
  wait(flags.refresh());
  security::AuditLog audit(*this->heard, this->clock);
  wait(audit.note({.team_id = "team", .actor_id = "ada", .action = "a", .subject = "s"}));
  wait(audit.search(this->ada, {}));
  wait(audit.search(this->ada, {.action = "a", .actor_id = "ada", .before = 9}));
  this->expect_no_scans(25);
}

}  // namespace
}  // namespace pharos::server
