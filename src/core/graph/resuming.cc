// How a run goes on where its thread stopped: with the tasks that had finished, with answers, or as a fork.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/graph/run.h"

namespace pharos::graph {
namespace {

[[noreturn]] void refuse(const std::string& graph, const std::string& thread, const std::string& why) {
  throw GraphError(Fault::kInvalidResume, base::Code::kInvalidInput,
                   fmt::format("graph '{}': thread '{}' {}", graph, thread, why));
}

std::vector<std::string> open_questions(const std::vector<TaskRecord>& records) {
  std::vector<std::string> open;
  for (const TaskRecord& record : records) {
    for (const Interrupt& asked : record.interrupts)
      open.push_back(fmt::format("{} ({})", asked.id, asked.node));
  }
  return open;
}

/// True when a run has gone on from that checkpoint already, or has tried to.
base::Task<bool> has_gone_on(Saver& saver, const ThreadKey& thread, const SavedCheckpoint& saved) {
  if (!saved.records.empty()) co_return true;
  const auto last = co_await saver.get(thread, {});
  co_return !last || last->checkpoint.id != saved.checkpoint.id;
}

}  // namespace

/// Makes the coming super-step that of the saved checkpoint. A run that stopped before its input was applied
/// gets that input instead.
base::Task<void> Run::reopen(SavedCheckpoint saved) {
  const Resume resume = std::move(*input_->resume);
  const std::vector<NextTask> next = saved.checkpoint.next;
  const std::vector<std::string> ran = saved.checkpoint.ran;
  const bool fork =
      !info_->config.checkpoint_id.empty() && co_await has_gone_on(*info_->saver, thread_, saved);
  records_ = std::move(saved.records);
  restore(std::move(saved));
  if (!fork) restore_command(records_);
  if (!next.empty() && next.front().node == kStart) {
    if (resume.has_answers())
      refuse(graph_.name(), thread_.thread_id, "has asked nothing: there is nothing to answer");
    reopen_start(next);
    first_step_ = step_;
    co_return;
  }
  for (const NextTask& each : next) plan_.push_back(planned(each));
  plan_command();
  resumed_ = true;
  info_->resuming = true;
  if (fork) {
    give_answers_anew(resume);
    apply_command();
    command_.reset();
    if (save(Source::kFork, planned_tasks(), ran)) co_await put_checkpoint();
  } else {
    --step_;
    give_answers(resume);
    apply_command();
    if (command_) co_await info_->saver->put_record(thread_, info_->checkpoint_id, *command_);
    for (const TaskRecord& record : records_) {
      if (!record.answers.empty() && !record.finished) {
        co_await info_->saver->put_record(thread_, info_->checkpoint_id, record);
      }
    }
  }
  first_step_ = step_;
}

/// Adds answers to the records of the tasks that wait for them.
void Run::give_answers(const Resume& resume) {
  const std::vector<std::string> open = open_questions(records_);
  // A run inside a node is given all answers there are; some may be for others.
  const bool all_are_for_us = info_->parent == nullptr;
  if (resume.has_answers() && open.empty() && all_are_for_us) {
    refuse(graph_.name(), thread_.thread_id,
           "waits for no answer: run it with new input, or resume without an answer");
  }
  if (resume.answer && open.size() > 1) {
    refuse(graph_.name(), thread_.thread_id,
           fmt::format("waits for {} answers: give each by its id: {}", open.size(), fmt::join(open, ", ")));
  }
  std::size_t given = 0;
  for (TaskRecord& record : records_) given += answer_task(record, resume);
  if (given == resume.answers.size() || !all_are_for_us) return;
  refuse(
      graph_.name(), thread_.thread_id,
      fmt::format("has no such question among the answers given; it waits for: {}", fmt::join(open, ", ")));
}

/// Gives a task its answers: it waits on only when it got none while others did. Returns how many of
/// `resume.answers` it took.
std::size_t Run::answer_task(TaskRecord& record, const Resume& resume) {
  std::size_t taken = 0;
  bool answered = !resume.has_answers();
  for (const Interrupt& asked : record.interrupts) {
    const auto by_id = resume.answers.find(asked.id);
    if (!resume.answer && by_id == resume.answers.end()) continue;
    const json::value& answer = resume.answer ? *resume.answer : by_id->second;
    const auto number = static_cast<std::uint32_t>(record.answers.size());
    if (asked.id == task_id(record.task_id, 0, "interrupt", number)) {
      record.answers.push_back(answer);
    } else {
      info_->inner_answers.insert_or_assign(asked.id, answer);
    }
    answered = true;
    if (!resume.answer) ++taken;
  }
  if (answered) record.interrupts.clear();
  return taken;
}

/// At a fork everything runs again; what was answered here before is asked again, unless `resume` answers it.
void Run::give_answers_anew(const Resume& resume) {
  std::vector<TaskRecord> anew;
  for (const TaskRecord& record : std::exchange(records_, {})) {
    if (CallRecords::is_call(record) || (record.answers.empty() && record.interrupts.empty())) continue;
    TaskRecord again{.task_id = {}, .node = record.node, .place = record.place, .finished = false};
    const auto by_id = resume.answers.find(task_id(record.task_id, 0, "interrupt", 0));
    if (resume.answer) again.answers = {*resume.answer};
    if (by_id != resume.answers.end()) again.answers = {by_id->second};
    anew.push_back(std::move(again));
  }
  if (resume.has_answers() && anew.empty()) {
    refuse(graph_.name(), thread_.thread_id, "asked nothing at that checkpoint: there is nothing to answer");
  }
  if (resume.answer && anew.size() > 1) {
    refuse(graph_.name(), thread_.thread_id,
           "asked several questions at that checkpoint: give each answer by its id");
  }
  records_ = std::move(anew);
}

/// Tells the tasks of a resumed super-step what became of them before.
void Run::adopt_records() {
  for (TaskRecord& record : std::exchange(records_, {})) {
    if (CallRecords::is_call(record)) {
      info_->calls.adopt(std::move(record));
      continue;
    }
    if (record.place >= tasks_.size()) continue;
    TaskRun& task = *tasks_[record.place];
    if (task.node().name == record.node) adopt(task, std::move(record));
  }
}

void Run::adopt(TaskRun& task, TaskRecord record) {
  if (!record.answers.empty()) task.set_answers(std::move(record.answers));
  if (record.handled) task.resume_handler(*std::move(record.handled));
  if (!record.interrupts.empty()) return task.keep_waiting(std::move(record.interrupts));
  if (!record.finished) return;
  task.output.writes = writes_of(record);
  for (const NextTask& target : record.targets) {
    PlannedTask next = planned(target);
    if (next.argument) {
      task.next_sends.push_back(std::move(next));
    } else {
      task.next_nodes.push_back(next.node);
    }
  }
  task.set_done();
}

Writes Run::writes_of(const TaskRecord& record) const {
  const auto& channels = graph_.schema().channels;
  Writes writes;
  for (const TaskRecord::FieldWrite& write : record.writes) {
    const auto channel = std::ranges::find(channels, write.channel, &Channel::name);
    if (channel == channels.end()) continue;  // a field that the graph no longer has
    writes.push_back({.channel = static_cast<std::uint32_t>(channel - channels.begin()),
                      .overwrite = write.overwrite,
                      .value = write.value.as(*channel->type, write.channel)});
  }
  return writes;
}

/// The input that was kept and not applied yet, and after it what a Command brings now.
void Run::reopen_start(const std::vector<NextTask>& next) {
  RunInput kept = input_of(next.front().argument);
  for (std::size_t i = 1; i < next.size(); ++i) {
    const PlannedTask target = planned(next[i]);
    Target kept_target(next[i].node);
    if (target.argument) kept_target.argument = target.argument->clone();
    kept.targets.push_back(std::move(kept_target));
  }
  std::ranges::move(input_->writes, std::back_inserter(kept.writes));
  std::ranges::move(input_->targets, std::back_inserter(kept.targets));
  *input_ = std::move(kept);
}

PlannedTask Run::planned(const NextTask& next) const {
  const std::uint32_t node = graph_.find(next.node, fmt::format("thread '{}'", thread_.thread_id));
  if (!next.is_send) return {.node = node, .argument = nullptr};
  return {.node = node,
          .argument = std::make_shared<const Value>(
              argument_from_saved(graph_.schema(), *graph_.node(node).argument, next.argument,
                                  "the argument of '" + next.node + "'"))};
}

/// The input that a checkpoint has kept, field by field.
RunInput Run::input_of(const SavedValue& argument) const {
  RunInput input;
  const auto& channels = graph_.schema().channels;
  const Value kept = argument.as(value_type_of<SavedValues>(), "the input");
  const auto& fields = kept.as<SavedValues>();
  for (std::uint32_t i = 0; i < channels.size(); ++i) {
    const auto value = fields.find(channels[i].name);
    if (value == fields.end()) continue;
    input.writes.push_back(
        {.channel = i, .overwrite = false, .value = value->second.as(*channels[i].type, channels[i].name)});
  }
  return input;
}

}  // namespace pharos::graph
