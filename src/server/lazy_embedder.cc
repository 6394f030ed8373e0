#include "server/lazy_embedder.h"

#include <utility>

namespace pharos::server {

std::shared_ptr<graph::TextEmbedder> LazyEmbedder::loaded() {
  const std::lock_guard lock(mutex_);
  if (!loaded_) loaded_ = load_();
  return loaded_;
}

base::Task<std::vector<std::vector<float>>> LazyEmbedder::embed(std::vector<std::string> texts) {
  auto load = [this] { return loaded(); };
  const std::shared_ptr<graph::TextEmbedder> network = co_await base::run_on(cpu_, std::move(load));
  co_return co_await network->embed(std::move(texts));
}

std::string LazyEmbedder::name() const {
  const std::lock_guard lock(mutex_);
  return loaded_ ? loaded_->name() : std::string();
}

}  // namespace pharos::server
