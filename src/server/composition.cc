#include "server/composition.h"

namespace pharos::server {

Composition::Composition(Settings settings)
    : settings_(std::move(settings)), ids_(clock_), cpu_("cpu", settings_.workers) {
  flow::add_core_kinds(node_kinds_);
}

void Composition::start_loading() {
  load_vision();
  load_embedder();
}

void Composition::load_vision() {
  if (vision_.valid()) return;
  auto load = [this] {
    return std::make_unique<vision::Vision>(
        vision::VisionSettings{.models = settings_.models, .workers = settings_.workers});
  };
  vision_ = std::async(std::launch::async, load).share();
}

void Composition::load_embedder() {
  if (embedder_.valid()) return;
  auto load = [this] {
    return std::make_unique<inference::TextEmbedder>(inference::TextEmbedderSettings{
        .folder = settings_.models / "all_minilm_l6_v2", .requests = settings_.workers});
  };
  embedder_ = std::async(std::launch::async, load).share();
}

const vision::Vision& Composition::vision() {
  load_vision();
  return *vision_.get();
}

const inference::TextEmbedder& Composition::embedder() {
  load_embedder();
  return *embedder_.get();
}

mirror::MirrorParts Composition::mirror_parts() {
  start_loading();
  return {.vision = vision(), .embedder = embedder(), .cpu = cpu_, .clock = clock_, .ids = ids_};
}

}  // namespace pharos::server
