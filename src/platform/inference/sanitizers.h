// What OpenVINO's thread library needs when Pharos is built with a sanitizer.
#pragma once

namespace pharos::inference {

/// Asks TBB not to load its helper library with RTLD_DEEPBIND, at which sanitizers end the process. Does
/// nothing in builds without them. Call before OpenVINO is first used.
void make_tbb_sanitizer_friendly();

}  // namespace pharos::inference
