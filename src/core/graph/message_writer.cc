#include "core/graph/message_writer.h"

#include <utility>

#include "core/graph/context.h"
#include "core/graph/run_info.h"

namespace pharos::graph {
namespace {

base::Task<void> nothing() {
  co_return;
}

}  // namespace

bool MessageWriter::is_read() const {
  return context_->is_watched(StreamMode::kMessages);
}

base::Task<void> MessageWriter::write(std::string text) {
  return write_piece({{"content", std::move(text)}});
}

base::Task<void> MessageWriter::write_piece(json::object piece) {
  if (!is_read()) {
    context_->progress();
    return nothing();
  }
  if (!std::exchange(is_known_, true)) context_->know_message(id_);
  json::object told{{"content", ""},
                    {"additional_kwargs", json::object()},
                    {"response_metadata", json::object()},
                    {"type", "AIMessageChunk"},
                    {"id", id_},
                    {"tool_calls", json::array()},
                    {"invalid_tool_calls", json::array()},
                    {"tool_call_chunks", json::array()}};
  for (auto& member : piece) told.insert_or_assign(member.key(), std::move(member.value()));
  return context_->tell(StreamMode::kMessages, json::array{std::move(told), about_});
}

}  // namespace pharos::graph
