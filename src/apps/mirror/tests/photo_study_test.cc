#include "apps/mirror/measuring/photo_study.h"

#include <atomic>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::mirror {
namespace {

struct Calls {
  std::atomic<int> pose = 0;
  std::atomic<int> faces = 0;
  std::atomic<int> outfit = 0;
  std::atomic<int> quality = 0;
  std::atomic<int> poses_that_fail = 0;
};

class PhotoStudyTest : public testing::Test {
 protected:
  std::shared_ptr<PhotoStudy> make(StudyScope scope = {}) {
    auto instruments = std::make_shared<Instruments>();
    instruments->find_pose = [this](const vision::Image&) {
      ++calls_.pose;
      if (calls_.poses_that_fail-- > 0) throw base::Error(base::Code::kUnavailable, "no pose today");
      vision::PoseSearch search;
      search.main.emplace();
      search.people = 1;
      return search;
    };
    instruments->find_faces = [this](const vision::Image&, const vision::Pose*) {
      ++calls_.faces;
      vision::FaceSearch search;
      search.faces.resize(1);
      return search;
    };
    instruments->read_outfit = [this](const vision::Image&, const vision::Pose&, const vision::Face*) {
      ++calls_.outfit;
      vision::Outfit outfit;
      outfit.garments.resize(1);
      return outfit;
    };
    instruments->measure_quality = [this](const vision::Image&, const vision::Pose*, const vision::Face* face,
                                          double) {
      ++calls_.quality;
      vision::Quality quality;
      quality.sharpness = face != nullptr ? 1.0 : 0.5;
      return quality;
    };
    instruments->describe_look = [](const vision::Image&, const vision::Pose*) {
      return std::vector<float>{1};
    };
    vision::Photo photo;
    photo.image = {1, 1, {0, 0, 0}};
    return std::make_shared<PhotoStudy>(std::move(photo), instruments, pool_, stopwatch_, scope);
  }

  template <class T>
  T run(base::Task<T> task) {
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
    context.run();
    return future.get();
  }

  base::SystemClock clock_;
  std::shared_ptr<Stopwatch> stopwatch_ = std::make_shared<Stopwatch>(clock_);
  Calls calls_;
  base::Pool pool_{"cpu", 3};
};

base::Task<> ask_for_all(std::shared_ptr<PhotoStudy> study) {
  co_await study->quality();
  co_await study->outfit();
  co_await study->faces();
  co_await study->look();
}

TEST_F(PhotoStudyTest, MeasuresEachThingOnceHoweverManyAsk) {
  const auto study = make();
  boost::asio::io_context context;
  for (int i = 0; i < 20; ++i) boost::asio::co_spawn(context, ask_for_all(study), boost::asio::use_future);
  context.run();
  EXPECT_EQ(calls_.pose, 1);
  EXPECT_EQ(calls_.faces, 1);
  EXPECT_EQ(calls_.outfit, 1);
  EXPECT_EQ(calls_.quality, 1);
}

TEST_F(PhotoStudyTest, AFailureReachesTheAskerAndTheNextOneTriesAgain) {
  calls_.poses_that_fail = 1;
  const auto study = make();
  EXPECT_THROW(run(study->pose()), base::Error);
  EXPECT_TRUE(run(study->pose())->main.has_value());
  EXPECT_EQ(calls_.pose, 2);
}

TEST_F(PhotoStudyTest, FacesAndQualityDoNotNeedThePose) {
  calls_.poses_that_fail = 100;
  const auto study = make();
  EXPECT_EQ(run(study->faces())->faces.size(), 1U);
  EXPECT_EQ(run(study->quality())->sharpness, 1.0);
  EXPECT_THROW(run(study->outfit()), base::Error);
}

TEST_F(PhotoStudyTest, WithoutLeaveNothingIsSearchedFor) {
  const auto study = make({.faces = false, .body = false});
  EXPECT_TRUE(run(study->faces())->faces.empty());
  EXPECT_FALSE(run(study->pose())->main.has_value());
  EXPECT_TRUE(run(study->outfit())->garments.empty());
  EXPECT_EQ(run(study->quality())->sharpness, 0.5);
  EXPECT_EQ(calls_.pose, 0);
  EXPECT_EQ(calls_.faces, 0);
}

TEST_F(PhotoStudyTest, EveryStepsTimeIsKept) {
  const auto study = make();
  run(ask_for_all(study));
  for (const char* step : {"pose", "faces", "appearance", "look"}) {
    EXPECT_TRUE(stopwatch_->milliseconds().contains(step)) << step;
  }
}

base::Task<> prepare_and_ask(std::shared_ptr<PhotoStudy> study) {
  co_await study->prepare();
  co_await ask_for_all(study);
}

TEST_F(PhotoStudyTest, PreparingAheadDoesNotMeasureTwice) {
  run(prepare_and_ask(make()));
  EXPECT_EQ(calls_.outfit, 1);
  EXPECT_EQ(calls_.quality, 1);
}

}  // namespace
}  // namespace pharos::mirror
