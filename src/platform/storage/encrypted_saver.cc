#include "platform/storage/encrypted_saver.h"

#include <utility>

#include "core/base/error.h"
#include "platform/storage/json_text.h"

namespace pharos::storage {
namespace {

constexpr std::string_view kMetadata = "metadata";
constexpr std::string_view kArgument = "argument";
constexpr std::string_view kError = "error";
constexpr std::string_view kQuestion = "question";
constexpr std::string_view kAnswer = "answer";

std::string purpose_of(std::string_view channel) {
  return "field:" + std::string(channel);
}

json::value seal(const Cipher& cipher, const json::value& plain, std::string_view purpose) {
  return json::value(cipher.seal(write_json(plain, purpose), purpose));
}

json::value open(const Cipher& cipher, const json::value& sealed, std::string_view purpose) {
  if (!sealed.is_string()) {
    throw base::Error(base::Code::kInvalidInput,
                      "the thread was saved in the clear and is read with keys: read it without, or copy it");
  }
  return read_json(cipher.open(sealed.get_string(), purpose), purpose);
}

/// No argument is no secret.
void seal_arguments(const Cipher& cipher, std::vector<graph::NextTask>& tasks) {
  for (graph::NextTask& task : tasks) {
    if (!task.argument.is_null()) task.argument = seal(cipher, task.argument.to_json(), kArgument);
  }
}

void open_arguments(const Cipher& cipher, std::vector<graph::NextTask>& tasks) {
  for (graph::NextTask& task : tasks) {
    if (!task.argument.is_null()) task.argument = open(cipher, task.argument.to_json(), kArgument);
  }
}

void open_record(const Cipher& cipher, graph::TaskRecord& record) {
  for (auto& write : record.writes)
    write.value = open(cipher, write.value.to_json(), purpose_of(write.channel));
  open_arguments(cipher, record.targets);
  if (record.error) record.error = cipher.open(*record.error, kError);
  if (record.handled) record.handled->reason = cipher.open(record.handled->reason, kError);
  for (graph::Interrupt& interrupt : record.interrupts) {
    interrupt.value = open(cipher, interrupt.value, kQuestion);
  }
  for (json::value& answer : record.answers) answer = open(cipher, answer, kAnswer);
}

/// Each checkpoint has sealed its writes of a channel as one; here they come apart again.
void open_deltas(const Cipher& cipher, graph::Deltas& deltas) {
  for (auto& [channel, writes] : deltas) {
    std::vector<graph::SavedValue> opened;
    for (const graph::SavedValue& sealed : writes) {
      json::value added = open(cipher, sealed.to_json(), purpose_of(channel));
      for (json::value& write : added.as_array()) opened.emplace_back(std::move(write));
    }
    writes = std::move(opened);
  }
}

void open_checkpoint(const Cipher& cipher, graph::SavedCheckpoint& saved) {
  if (json::object& metadata = saved.checkpoint.metadata; !metadata.empty()) {
    const json::value* sealed = metadata.if_contains("sealed");
    metadata = open(cipher, sealed == nullptr ? json::value() : *sealed, kMetadata).as_object();
  }
  open_arguments(cipher, saved.checkpoint.next);
  for (auto& [channel, value] : saved.values) value = open(cipher, value.to_json(), purpose_of(channel));
  for (graph::TaskRecord& record : saved.records) open_record(cipher, record);
  open_deltas(cipher, saved.deltas);
}

}  // namespace

EncryptedSaver::EncryptedSaver(std::shared_ptr<graph::Saver> saver, KeyRing keys)
    : saver_(std::move(saver)), cipher_(std::move(keys)) {}

void EncryptedSaver::seal_checkpoint(graph::NewCheckpoint& put) const {
  graph::Checkpoint& checkpoint = put.checkpoint;
  if (!checkpoint.metadata.empty()) {
    json::value sealed = seal(cipher_, checkpoint.metadata, kMetadata);
    checkpoint.metadata = {};
    checkpoint.metadata.emplace("sealed", std::move(sealed));
  }
  seal_arguments(cipher_, checkpoint.next);
  for (graph::ChannelValue& value : put.changed) {
    const std::string purpose = purpose_of(checkpoint.channels->at(value.channel));
    if (value.is_delta) {
      value.writes = {graph::SavedValue(seal(cipher_, base::to_json(value.writes), purpose))};
    } else {
      value.value = seal(cipher_, value.value.to_json(), purpose);
    }
  }
}

base::Task<void> EncryptedSaver::put(graph::ThreadKey thread, graph::Checkpoint checkpoint,
                                     std::vector<graph::ChannelValue> changed) {
  graph::NewCheckpoint put{std::move(checkpoint), std::move(changed)};
  seal_checkpoint(put);
  co_await saver_->put(std::move(thread), std::move(put.checkpoint), std::move(put.changed));
}

base::Task<void> EncryptedSaver::put_in_order(graph::ThreadKey thread,
                                              std::vector<graph::NewCheckpoint> checkpoints) {
  for (graph::NewCheckpoint& each : checkpoints) seal_checkpoint(each);
  co_await saver_->put_in_order(std::move(thread), std::move(checkpoints));
}

base::Task<void> EncryptedSaver::put_record(graph::ThreadKey thread, std::string checkpoint_id,
                                            graph::TaskRecord record) {
  for (auto& write : record.writes)
    write.value = seal(cipher_, write.value.to_json(), purpose_of(write.channel));
  seal_arguments(cipher_, record.targets);
  if (record.error) record.error = cipher_.seal(*record.error, kError);
  if (record.handled) record.handled->reason = cipher_.seal(record.handled->reason, kError);
  for (graph::Interrupt& interrupt : record.interrupts) {
    interrupt.value = seal(cipher_, interrupt.value, kQuestion);
  }
  for (json::value& answer : record.answers) answer = seal(cipher_, answer, kAnswer);
  co_await saver_->put_record(std::move(thread), std::move(checkpoint_id), std::move(record));
}

base::Task<std::optional<graph::SavedCheckpoint>> EncryptedSaver::get(graph::ThreadKey thread,
                                                                      std::string checkpoint_id) {
  auto saved = co_await saver_->get(std::move(thread), std::move(checkpoint_id));
  if (saved) open_checkpoint(cipher_, *saved);
  co_return saved;
}

base::Task<std::vector<graph::SavedCheckpoint>> EncryptedSaver::list(graph::ThreadKey thread,
                                                                     graph::ListQuery query) {
  auto page = co_await saver_->list(std::move(thread), std::move(query));
  for (graph::SavedCheckpoint& saved : page) open_checkpoint(cipher_, saved);
  co_return page;
}

base::Task<void> EncryptedSaver::copy_thread(std::string from, std::string to) {
  return saver_->copy_thread(std::move(from), std::move(to));
}

base::Task<void> EncryptedSaver::prune(std::string thread_id) {
  return saver_->prune(std::move(thread_id));
}

base::Task<void> EncryptedSaver::delete_run(std::string thread_id, std::string run_id) {
  return saver_->delete_run(std::move(thread_id), std::move(run_id));
}

base::Task<void> EncryptedSaver::delete_thread(std::string thread_id) {
  return saver_->delete_thread(std::move(thread_id));
}

}  // namespace pharos::storage
