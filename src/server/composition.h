// The composition root: every part of Pharos, built in this order and destroyed in the reverse one.
#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

#include "apps/mirror/mirror.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "core/flow/node_kinds.h"
#include "core/graph/saver.h"
#include "core/graph/text_embedder.h"
#include "platform/inference/text_embedder.h"
#include "platform/vision/vision.h"
#include "server/settings.h"

namespace pharos::server {

/// In the data folder.
inline constexpr const char* kThreadsFile = "threads.db";

/// Models begin to load, side by side, when first asked to; whoever needs one waits for it. Used from one
/// thread.
class Composition {
 public:
  explicit Composition(Settings settings);

  /// Begins loading what an analysis needs, and returns at once.
  void start_loading();

  /// Waits for the models. Throws base::Error (kNotFound) that says how to set up when a file is missing.
  mirror::MirrorParts mirror_parts();
  const vision::Vision& vision();
  const inference::TextEmbedder& embedder();
  /// Finds a store's items by meaning; lives no longer than this.
  std::shared_ptr<graph::TextEmbedder> store_embedder();

  const Settings& settings() const { return settings_; }
  /// Its threads start when it is first asked for: most commands need none.
  base::Pool& cpu();
  base::Clock& clock() { return clock_; }
  base::Ids& ids() { return ids_; }
  /// Opens, or creates, the threads that are kept in a folder. Throws base::Error (kInvalidInput) when that
  /// cannot be.
  std::shared_ptr<graph::Saver> threads(const std::filesystem::path& folder);
  /// The kinds of nodes that graph files may name.
  const flow::NodeKinds& node_kinds() const { return node_kinds_; }

 private:
  void load_vision();
  void load_embedder();

  std::mutex loading_;  ///< of the models

  Settings settings_;
  base::SystemClock clock_;
  base::Ids ids_;
  flow::NodeKinds node_kinds_;
  std::shared_future<std::unique_ptr<vision::Vision>> vision_;
  std::shared_future<std::unique_ptr<inference::TextEmbedder>> embedder_;
  // Last, so that they go first: work that nobody waits for any more may still use what is above.
  std::optional<base::Pool> cpu_;
  std::optional<base::Pool> disk_;  ///< once there are threads
};

}  // namespace pharos::server
