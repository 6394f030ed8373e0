#include "platform/inference/sanitizers.h"

#include <cstdlib>

namespace pharos::inference {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
void make_tbb_sanitizer_friendly() {
  ::setenv("TBB_ENABLE_SANITIZERS", "1", 0);
}
#else
void make_tbb_sanitizer_friendly() {}
#endif

}  // namespace pharos::inference
