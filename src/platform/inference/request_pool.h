// A fixed number of inference requests, lent one at a time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace pharos::inference {

/// Lends each of its items to one borrower at a time; who comes when all are lent waits. Thread-safe.
template <class Item>
class RequestPool {
 public:
  /// Gives the item back when it dies, whatever happened meanwhile.
  class Lease {
   public:
    Lease(RequestPool& pool, Item& item) : pool_(pool), item_(item) {}
    ~Lease() { pool_.give_back(item_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Item& operator*() const { return item_; }
    Item* operator->() const { return &item_; }

   private:
    RequestPool& pool_;
    Item& item_;
  };

  explicit RequestPool(std::vector<Item> items) : items_(std::move(items)) {
    free_.reserve(items_.size());
    for (Item& item : items_) free_.push_back(&item);
  }
  RequestPool(const RequestPool&) = delete;
  RequestPool& operator=(const RequestPool&) = delete;

  Lease borrow() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !free_.empty(); });
    Item& item = *free_.back();
    free_.pop_back();
    return Lease(*this, item);
  }

 private:
  void give_back(Item& item) {
    {
      const std::scoped_lock lock(mutex_);
      free_.push_back(&item);
    }
    returned_.notify_one();
  }

  std::vector<Item> items_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Item*> free_;
};

}  // namespace pharos::inference
