// What is told of a run, written down before anybody hears it: so that whoever comes back hears the same,
// from any server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/graph/saver.h"
#include "core/graph/stream.h"
#include "platform/jobs/job_context.h"
#include "platform/runs/told.h"

namespace pharos::runs {

/// What has been told of a run so far, as its job's events have it.
struct Told {
  std::int64_t next_id = 0;  ///< of the next event
  /// What was told since the last checkpoint that is kept: a run that is begun anew from there may tell it
  /// again.
  std::vector<ToldEvent> unsettled;
};

/// Used on one executor, which runs one thing at a time: that of the run.
class RunJournal final : public graph::EventSink {
 public:
  /// `context` must outlive it.
  RunJournal(jobs::JobContext& context, Teller teller, Told told, boost::asio::any_io_executor executor);
  ~RunJournal() override;

  /// Writes it down soon.
  void accept(graph::StreamEvent event) override;
  /// Waits while much is to be written down.
  base::Task<void> ready() override;
  void add(ToldEvent event);
  /// What `checkpoint` rests on is written down when this returns; without one, everything so far. Throws
  /// base::Error (kConflict) when another worker has the run.
  base::Task<void> flush(std::string checkpoint = {});
  /// Everything is written down, and nothing is on its way, when this returns. Throws as flush() does.
  base::Task<void> close();
  /// Of the next event, once everything is written down.
  std::int64_t next_id() const;

 private:
  struct Core;

  Teller teller_;
  std::vector<ToldEvent> unsettled_;
  std::shared_ptr<Core> core_;
};

/// Keeps checkpoints after what was told before them.
class JournalSaver final : public graph::Saver {
 public:
  /// `journal` must outlive it. Of a new thread there is nothing to ask for until something is put.
  JournalSaver(std::shared_ptr<graph::Saver> saver, RunJournal& journal, bool is_new_thread)
      : saver_(std::move(saver)), journal_(journal), is_empty_(is_new_thread) {}

  graph::FoldingSaver* folding() override { return saver_->folding(); }
  base::Task<void> put(graph::ThreadKey thread, graph::Checkpoint checkpoint,
                       std::vector<graph::ChannelValue> changed) override;
  base::Task<void> put_in_order(graph::ThreadKey thread,
                                std::vector<graph::NewCheckpoint> checkpoints) override;
  base::Task<void> put_record(graph::ThreadKey thread, std::string checkpoint_id,
                              graph::TaskRecord record) override;
  base::Task<std::optional<graph::SavedCheckpoint>> get(graph::ThreadKey thread,
                                                        std::string checkpoint_id) override;
  base::Task<std::vector<graph::SavedCheckpoint>> list(graph::ThreadKey thread,
                                                       graph::ListQuery query) override;
  base::Task<void> copy_thread(std::string from, std::string to) override;
  base::Task<void> prune(std::string thread_id) override;
  base::Task<void> delete_run(std::string thread_id, std::string run_id) override;
  base::Task<void> delete_thread(std::string thread_id) override;

 private:
  std::shared_ptr<graph::Saver> saver_;
  RunJournal& journal_;
  std::atomic<bool> is_empty_;
};

/// Every event of a job until now, in order. Throws base::Error (kNotFound).
base::Task<void> read_events(jobs::Jobs& jobs, storage::Scope scope, std::string job,
                             std::function<void(jobs::JobEvent)> use);

/// The events of a job's event, with the id of the first.
struct ToldBatch {
  std::int64_t first_id = 0;
  std::string checkpoint;  ///< that rests on them; empty: none
  std::vector<ToldEvent> events;
};
/// Nothing when the job's event is none of a journal's.
std::optional<ToldBatch> batch_of(const jobs::JobEvent& event);

/// What was told of a run that is begun anew at `checkpoint` (empty: at its beginning).
Told told_before(const std::vector<jobs::JobEvent>& events, const std::string& checkpoint);

}  // namespace pharos::runs
