// The local sentence network for stores, loaded when the first text is to be compared.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/pool.h"
#include "core/graph/text_embedder.h"

namespace pharos::server {

/// Thread-safe. A server that nobody gives texts to never loads it.
class LazyEmbedder final : public graph::TextEmbedder {
 public:
  using Load = std::function<std::shared_ptr<graph::TextEmbedder>()>;

  /// `load` may block, and is called again when it has thrown. The pool outlives this.
  LazyEmbedder(Load load, base::Pool& cpu) : load_(std::move(load)), cpu_(cpu) {}

  base::Task<std::vector<std::vector<float>>> embed(std::vector<std::string> texts) override;
  std::string name() const override;

 private:
  std::shared_ptr<graph::TextEmbedder> loaded();

  Load load_;
  base::Pool& cpu_;
  mutable std::mutex mutex_;
  std::shared_ptr<graph::TextEmbedder> loaded_;
};

}  // namespace pharos::server
