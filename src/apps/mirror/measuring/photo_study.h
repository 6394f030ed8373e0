// One photo, measured once: pose, faces, outfit, quality and look, each when somebody first asks.
#pragma once

#include <memory>
#include <vector>

#include "apps/mirror/measuring/instruments.h"
#include "apps/mirror/measuring/once.h"
#include "apps/mirror/measuring/stopwatch.h"
#include "core/base/pool.h"
#include "core/base/task.h"

namespace pharos::mirror {

/// What may be looked at at all.
struct StudyScope {
  bool faces = true;  ///< without it no face is searched for, whoever asks
  bool body = true;   ///< without it no pose is searched for
};

/// Thread-safe. Made by make_shared; measurements run on the pool and keep the study alive. Coordinates are
/// pixels of photo().image; times photo().scale they are pixels of the original.
class PhotoStudy : public std::enable_shared_from_this<PhotoStudy> {
 public:
  PhotoStudy(vision::Photo photo, std::shared_ptr<const Instruments> instruments, base::Pool& cpu,
             std::shared_ptr<Stopwatch> stopwatch, StudyScope scope)
      : photo_(std::move(photo)),
        instruments_(std::move(instruments)),
        cpu_(cpu),
        stopwatch_(std::move(stopwatch)),
        scope_(scope) {}

  const vision::Photo& photo() const { return photo_; }
  const Instruments& instruments() const { return *instruments_; }
  const StudyScope& scope() const { return scope_; }

  // Each throws what its own measurement threw; one that only helps another (the pose where faces are
  // searched for) is then done without.
  base::Task<std::shared_ptr<const vision::PoseSearch>> pose();
  base::Task<std::shared_ptr<const vision::FaceSearch>> faces();
  /// Without a pose: no garments.
  base::Task<std::shared_ptr<const vision::Outfit>> outfit();
  base::Task<std::shared_ptr<const vision::Quality>> quality();
  /// Unit vector of what the photo looks like.
  base::Task<std::shared_ptr<const std::vector<float>>> look();

  /// Begins outfit, quality and look on as many threads as the pool has free, so that those who ask find them
  /// done.
  base::Task<> prepare();

 private:
  using Pose = std::shared_ptr<const vision::PoseSearch>;
  using Faces = std::shared_ptr<const vision::FaceSearch>;
  struct Found {
    Pose pose;
    Faces faces;

    const vision::Pose* main_pose() const;
    const vision::Face* main_face() const;
  };

  /// Pose and faces, empty where their search failed.
  base::Task<Found> find();

  Once<vision::Outfit>::Work outfit_work(Found found);
  Once<vision::Quality>::Work quality_work(Found found);
  Once<std::vector<float>>::Work look_work(Found found);

  vision::Photo photo_;
  std::shared_ptr<const Instruments> instruments_;
  base::Pool& cpu_;
  std::shared_ptr<Stopwatch> stopwatch_;
  StudyScope scope_;
  Once<vision::PoseSearch> pose_;
  Once<vision::FaceSearch> faces_;
  Once<vision::Outfit> outfit_;
  Once<vision::Quality> quality_;
  Once<std::vector<float>> look_;
};

}  // namespace pharos::mirror
