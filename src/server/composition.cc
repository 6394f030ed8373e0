#include "server/composition.h"

#include "platform/storage/sqlite/sqlite_saver.h"
#include "server/data_folder.h"
#include "server/store_embedder.h"

namespace pharos::server {

Composition::Composition(Settings settings) : settings_(std::move(settings)), ids_(clock_) {
  flow::add_core_kinds(node_kinds_);
}

base::Pool& Composition::cpu() {
  if (!cpu_) cpu_.emplace("cpu", settings_.workers);
  return *cpu_;
}

std::shared_ptr<graph::Saver> Composition::threads(const std::filesystem::path& folder) {
  if (!disk_) disk_.emplace("disk", 2);
  return std::make_shared<storage::SqliteSaver>(made_folder(folder) / kThreadsFile, *disk_);
}

void Composition::start_loading() {
  load_vision();
  load_embedder();
}

void Composition::load_vision() {
  const std::lock_guard lock(loading_);
  if (vision_.valid()) return;
  auto load = [this] {
    return std::make_unique<vision::Vision>(
        vision::VisionSettings{.models = settings_.models, .workers = settings_.workers});
  };
  vision_ = std::async(std::launch::async, load).share();
}

void Composition::load_embedder() {
  const std::lock_guard lock(loading_);
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

std::shared_ptr<graph::TextEmbedder> Composition::store_embedder() {
  return std::make_shared<StoreEmbedder>(embedder(), cpu());
}

mirror::MirrorParts Composition::mirror_parts() {
  start_loading();
  return {.vision = vision(), .embedder = embedder(), .cpu = cpu(), .clock = clock_, .ids = ids_};
}

}  // namespace pharos::server
