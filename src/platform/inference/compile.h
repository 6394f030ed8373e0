// Networks compiled the one way Pharos runs them: a forced precision, one thread a request.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openvino/runtime/core.hpp>

#include "platform/inference/request_pool.h"

namespace pharos::inference {

/// OpenVINO's entry, 0.3 ms to make; what it compiled lives on without it.
ov::Core make_core();

/// A compiled network and its requests.
struct CompiledNetwork {
  ov::CompiledModel network;
  RequestPool<ov::InferRequest> requests;
};

/// Compiles for this processor. A request computes on one thread, as many of them in parallel as there are
/// cores, and gives the same bits however many run. `more` are further options of OpenVINO. `name` is for
/// messages. Throws base::Error: kInvalidInput for less than one request, kUnavailable when it does not
/// compile, kInternal when another precision than the one asked for is in force.
std::unique_ptr<CompiledNetwork> compile(ov::Core& core, const std::shared_ptr<ov::Model>& network,
                                         ov::element::Type precision, int requests, std::string_view name,
                                         const ov::AnyMap& more = {});

/// The part of OpenVINO's many-lined messages that says what happened.
std::string reason_of(const ov::Exception& failure);

}  // namespace pharos::inference
