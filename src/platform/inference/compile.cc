#include "platform/inference/compile.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/error.h"

#if __has_feature(address_sanitizer)
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): AddressSanitizer looks for this
// name
/// OpenVINO gives the thread that loads its plugin a signal stack, and takes it back when the plugin goes.
/// AddressSanitizer must not have unmapped it before, as it does with a thread's signal stack when the thread
/// ends: by then the address may be another's. ASAN_OPTIONS of the environment are added to these.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "use_sigaltstack=0";
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
#endif

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;

/// A stream is one thread with its own copy of the network's scratch memory. Threads are left free to move,
/// or the first stream of every network would sit on the same core.
ov::AnyMap options(ov::element::Type precision, int requests, const ov::AnyMap& more) {
  ov::AnyMap all = {ov::hint::inference_precision(precision), ov::num_streams(requests),
                    ov::inference_num_threads(requests), ov::hint::enable_cpu_pinning(false)};
  all.insert(more.begin(), more.end());
  return all;
}

/// OpenVINO takes options as hints, and changes the precision without a word where it finds another faster.
void check_precision(const ov::CompiledModel& network, ov::element::Type wanted, std::string_view name) {
  const ov::element::Type in_force = network.get_property(ov::hint::inference_precision);
  if (in_force == wanted) return;
  throw Error(Code::kInternal, fmt::format("{} was to compute in {} but computes in {}", name,
                                           wanted.to_string(), in_force.to_string()));
}

/// TBB loads libraries with RTLD_DEEPBIND unless told so: they would free by one allocator what they were
/// given by another (jemalloc, a sanitizer's). Once: other threads may be reading the environment by the
/// second time.
void keep_one_allocator() {
  [[maybe_unused]] static const int set = ::setenv("TBB_ENABLE_SANITIZERS", "1", 0);
}

}  // namespace

ov::Core make_core() {
  keep_one_allocator();
  return ov::Core();
}

std::string reason_of(const ov::Exception& failure) {
  std::string_view message = failure.what();
  while (message.starts_with("Exception from ") && message.find('\n') != std::string_view::npos) {
    message.remove_prefix(message.find('\n') + 1);
  }
  return std::string(message.substr(0, message.find('\n')));
}

std::unique_ptr<CompiledNetwork> compile(ov::Core& core, const std::shared_ptr<ov::Model>& network,
                                         ov::element::Type precision, int requests, std::string_view name,
                                         const ov::AnyMap& more) {
  if (requests < 1) throw Error(Code::kInvalidInput, fmt::format("{} needs at least one request", name));
  try {
    ov::CompiledModel compiled = core.compile_model(network, "CPU", options(precision, requests, more));
    check_precision(compiled, precision, name);
    std::vector<ov::InferRequest> lent;
    for (int i = 0; i < requests; ++i) lent.push_back(compiled.create_infer_request());
    return std::unique_ptr<CompiledNetwork>(
        new CompiledNetwork{std::move(compiled), RequestPool(std::move(lent))});
  } catch (const ov::Exception& failure) {
    throw Error(Code::kUnavailable,
                fmt::format("{} does not compile on this processor: {}", name, reason_of(failure)));
  }
}

}  // namespace pharos::inference
