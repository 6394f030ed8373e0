// Each item is lent to one borrower at a time and comes back whatever happens.
#include "platform/inference/request_pool.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace pharos::inference {
namespace {

TEST(RequestPool, NoItemIsLentTwiceAtOnce) {
  RequestPool<std::atomic<int>*> pool([] {
    static std::atomic<int> first;
    static std::atomic<int> second;
    return std::vector{&first, &second};
  }());
  std::vector<std::jthread> borrowers;
  for (int i = 0; i < 4; ++i) {
    borrowers.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        const auto lease = pool.borrow();
        EXPECT_EQ(++**lease, 1);
        --**lease;
      }
    });
  }
}

TEST(RequestPool, AnItemComesBackWhenItsBorrowerThrows) {
  RequestPool<int> pool({7});
  EXPECT_THROW(
      {
        const auto lease = pool.borrow();
        throw std::runtime_error("the borrower failed");
      },
      std::runtime_error);
  EXPECT_EQ(*pool.borrow(), 7);
}

TEST(RequestPool, WhoComesWhenAllIsLentWaitsForItsReturn) {
  RequestPool<int> pool({1});
  std::atomic<bool> returned = false;
  std::jthread waiting;
  {
    const auto lease = pool.borrow();
    waiting = std::jthread([&] {
      const auto mine = pool.borrow();
      EXPECT_TRUE(returned);
    });
    returned = true;
  }
}

}  // namespace
}  // namespace pharos::inference
