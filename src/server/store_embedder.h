// The local sentence network as what stores find items by.
#pragma once

#include <string>
#include <vector>

#include "core/base/pool.h"
#include "core/graph/text_embedder.h"
#include "platform/inference/text_embedder.h"

namespace pharos::server {

/// Both must outlive it.
class StoreEmbedder final : public graph::TextEmbedder {
 public:
  StoreEmbedder(const inference::TextEmbedder& network, base::Pool& cpu) : network_(network), cpu_(cpu) {}

  base::Task<std::vector<std::vector<float>>> embed(std::vector<std::string> texts) override;
  /// Vectors in int8 have other neighbours than those in f32 and bf16, so they go by another name.
  std::string name() const override;

 private:
  const inference::TextEmbedder& network_;
  base::Pool& cpu_;
};

}  // namespace pharos::server
