// Answers made smaller where the client can read that.
#pragma once

#include "platform/http/message.h"

namespace pharos::http {

/// Compresses the answer with gzip when the client takes it and it is text of at least 1 KiB. Says `Vary`
/// either way.
void compress(const Request& request, Response& response);

/// What a gzip text stands for; for tests and for request bodies. Throws base::Error (kInvalidInput), or
/// kTooLarge over `max_bytes`.
std::string decompress(std::string_view bytes, std::size_t max_bytes);

}  // namespace pharos::http
