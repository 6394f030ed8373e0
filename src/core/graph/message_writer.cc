#include "core/graph/message_writer.h"

#include <utility>

#include "core/graph/context.h"
#include "core/graph/run_info.h"

namespace pharos::graph {

bool MessageWriter::is_read() const {
  return context_->is_watched(StreamMode::kMessages);
}

base::Task<void> MessageWriter::write(std::string text) {
  return write_piece({{"content", std::move(text)}});
}

base::Task<void> MessageWriter::write_piece(json::object piece) {
  json::object told{{"id", id_}, {"role", "assistant"}};
  for (auto& member : piece) told.insert_or_assign(member.key(), std::move(member.value()));
  return context_->tell(StreamMode::kMessages, json::array{std::move(told), about_});
}

}  // namespace pharos::graph
