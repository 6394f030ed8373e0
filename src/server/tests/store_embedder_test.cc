// Nodes find what they remember by its meaning, with the network that Pharos brings.
#include "server/store_embedder.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/graph/memory_store.h"
#include "server/composition.h"

namespace pharos::server {
namespace {

base::Task<void> remember_and_search(graph::Store& store, std::vector<graph::StoreItem>& found) {
  co_await store.put({"notes"}, "dinner", {{"text", "We had pasta with tomatoes in the evening."}});
  co_await store.put({"notes"}, "trip", {{"text", "The boat left the harbour in a storm."}});
  co_await store.put({"notes"}, "work", {{"text", "The invoice has to be paid by Friday."}});
  found = co_await store.search({"notes"}, {.query = "sailing in bad weather", .limit = 2});
}

TEST(StoreEmbedder, FindsItemsByTheirMeaning) {
  Composition parts({.models = std::filesystem::path(PHAROS_SOURCE_DIR) / "build" / "models", .workers = 1});
  graph::MemoryStore store({.embedder = parts.store_embedder(), .index = {"text"}});
  std::vector<graph::StoreItem> found;
  std::exception_ptr failure;
  boost::asio::io_context loop{1};
  boost::asio::co_spawn(loop, remember_and_search(store, found),
                        [&](std::exception_ptr thrown) { failure = std::move(thrown); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "trip");
  EXPECT_GT(found[0].score.value(), found[1].score.value() + 0.1);
}

}  // namespace
}  // namespace pharos::server
