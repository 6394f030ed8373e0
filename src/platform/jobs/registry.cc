#include "platform/jobs/registry.h"

#include "platform/jobs/job_rows.h"
#include "platform/storage/time.h"

namespace pharos::jobs {

void enter_worker(storage::Session& session, const std::string& worker, base::WallTime now) {
  session.run("INSERT INTO job_workers (id, beat, started_at) VALUES ($1, 0, $2)", worker,
              storage::time_number(now));
}

bool beat(storage::Session& session, const std::string& worker) {
  session.run("UPDATE job_workers SET beat = beat + 1 WHERE id = $1", worker);
  return session.changed() == 1;
}

void leave_worker(storage::Session& session, const std::string& worker) {
  session.run("DELETE FROM job_workers WHERE id = $1", worker);
}

std::vector<WorkerBeat> read_beats(storage::Session& session) {
  std::vector<WorkerBeat> beats;
  for (const storage::Row& row : session.run("SELECT id, beat FROM job_workers")) {
    beats.push_back({.worker = row.text(0), .beat = row.number(1)});
  }
  return beats;
}

bool remove_dead(storage::Session& session, const WorkerBeat& dead) {
  session.run("DELETE FROM job_workers WHERE id = $1 AND beat = $2", dead.worker, dead.beat);
  return session.changed() == 1;
}

std::vector<WorkerBeat> Watchman::look(const std::vector<WorkerBeat>& beats, base::SteadyTime now) {
  if (now - last_look_ > longest_gap_) seen_.clear();
  last_look_ = now;
  std::map<std::string, Seen> seen;
  std::vector<WorkerBeat> dead;
  for (const WorkerBeat& each : beats) {
    const auto before = seen_.find(each.worker);
    const bool stands_still = before != seen_.end() && before->second.beat == each.beat;
    const Seen now_seen = stands_still ? before->second : Seen{.beat = each.beat, .since = now};
    if (now - now_seen.since >= lease_) dead.push_back(each);
    seen.emplace(each.worker, now_seen);
  }
  seen_ = std::move(seen);
  return dead;
}

}  // namespace pharos::jobs
