// The store in memory keeps the promises of every store.
#include "core/graph/memory_store.h"

#include "core/graph/tests/store_contract.h"

namespace pharos::graph::testing_support {

struct MemoryStoreFactory {
  static std::shared_ptr<Store> make(StoreSettings settings) {
    return std::make_shared<MemoryStore>(std::move(settings));
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreContract, MemoryStoreFactory);

}  // namespace pharos::graph::testing_support
