#include "server/store_embedder.h"

#include <utility>

namespace pharos::server {

base::Task<std::vector<std::vector<float>>> StoreEmbedder::embed(std::vector<std::string> texts) {
  auto work = [network = &network_, texts = std::move(texts)] { return network->embed(texts); };
  co_return co_await base::run_on(cpu_, std::move(work));
}

std::string StoreEmbedder::name() const {
  std::string name(network_.name());
  if (network_.precision() == "int8") name += " int8";
  return name;
}

}  // namespace pharos::server
