#include "apps/mirror/measuring/photo_study.h"

#include <exception>

namespace pharos::mirror {

const vision::Pose* PhotoStudy::Found::main_pose() const {
  return pose && pose->main ? &*pose->main : nullptr;
}

const vision::Face* PhotoStudy::Found::main_face() const {
  return faces && !faces->faces.empty() ? &faces->faces.front() : nullptr;
}

base::Task<std::shared_ptr<const vision::PoseSearch>> PhotoStudy::pose() {
  if (!scope_.body) co_return std::make_shared<const vision::PoseSearch>();
  co_return co_await pose_.get(cpu_, [self = shared_from_this()] {
    return self->stopwatch_->time("pose", [&] { return self->instruments_->find_pose(self->photo_.image); });
  });
}

base::Task<std::shared_ptr<const vision::FaceSearch>> PhotoStudy::faces() {
  if (!scope_.faces) co_return std::make_shared<const vision::FaceSearch>();
  Found found;
  try {
    found.pose = co_await pose();
  } catch (const std::exception&) {
    found.pose = nullptr;  // faces can be found without a pose; whoever needs the pose gets its error
  }
  co_return co_await faces_.get(cpu_, [self = shared_from_this(), found] {
    return self->stopwatch_->time(
        "faces", [&] { return self->instruments_->find_faces(self->photo_.image, found.main_pose()); });
  });
}

base::Task<PhotoStudy::Found> PhotoStudy::find() {
  Found found;
  try {
    found.pose = co_await pose();
  } catch (const std::exception&) {
    found.pose = nullptr;
  }
  try {
    found.faces = co_await faces();
  } catch (const std::exception&) {
    found.faces = nullptr;
  }
  co_return found;
}

Once<vision::Outfit>::Work PhotoStudy::outfit_work(Found found) {
  return [self = shared_from_this(), found = std::move(found)] {
    return self->stopwatch_->time("appearance", [&] {
      return self->instruments_->read_outfit(self->photo_.image, *found.main_pose(), found.main_face());
    });
  };
}

Once<vision::Quality>::Work PhotoStudy::quality_work(Found found) {
  return [self = shared_from_this(), found = std::move(found)] {
    return self->stopwatch_->time("appearance", [&] {
      return self->instruments_->measure_quality(self->photo_.image, found.main_pose(), found.main_face(),
                                                 self->photo_.scale);
    });
  };
}

Once<std::vector<float>>::Work PhotoStudy::look_work(Found found) {
  return [self = shared_from_this(), found = std::move(found)] {
    return self->stopwatch_->time(
        "look", [&] { return self->instruments_->describe_look(self->photo_.image, found.main_pose()); });
  };
}

base::Task<std::shared_ptr<const vision::Outfit>> PhotoStudy::outfit() {
  Found found = co_await find();
  if (found.main_pose() == nullptr) {
    found.pose = co_await pose();  // throws when the search failed; else there is nobody
    if (found.main_pose() == nullptr) co_return std::make_shared<const vision::Outfit>();
  }
  co_return co_await outfit_.get(cpu_, outfit_work(std::move(found)));
}

base::Task<std::shared_ptr<const vision::Quality>> PhotoStudy::quality() {
  Found found = co_await find();
  co_return co_await quality_.get(cpu_, quality_work(std::move(found)));
}

base::Task<std::shared_ptr<const std::vector<float>>> PhotoStudy::look() {
  Found found = co_await find();
  co_return co_await look_.get(cpu_, look_work(std::move(found)));
}

base::Task<> PhotoStudy::prepare() {
  const Found found = co_await find();
  if (found.main_pose() != nullptr) outfit_.start(cpu_, outfit_work(found));
  quality_.start(cpu_, quality_work(found));
  look_.start(cpu_, look_work(found));
}

}  // namespace pharos::mirror
