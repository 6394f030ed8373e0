#include "platform/inference/model.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/frontend/manager.hpp>
#include <openvino/runtime/core.hpp>

#include "core/base/error.h"
#include "platform/inference/request_pool.h"
#include "platform/inference/sanitizers.h"

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;

std::string first_line(std::string_view message) {
  return std::string(message.substr(0, message.find('\n')));
}

/// Reads with the one reader that the file's ending names: OpenVINO alone would try them all, which takes
/// time and prints their complaints.
std::shared_ptr<ov::Model> read_network(ov::Core& core, const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    throw Error(
        Code::kNotFound,
        fmt::format("the model file {} is missing: run ./run --build-only, which fetches it", file.string()));
  }
  const std::string ending = file.extension().string();
  if (ending != ".tflite" && ending != ".onnx" && ending != ".xml") {
    throw Error(Code::kUnsupported, fmt::format("{} is not a .tflite, .onnx or .xml model", file.string()));
  }
  try {
    if (ending == ".xml") return core.read_model(file.string());
    const auto reader = ov::frontend::FrontEndManager().load_by_framework(ending.substr(1));
    return reader->convert(reader->load(file.string()));
  } catch (const ov::Exception& failure) {
    throw Error(Code::kUnavailable, fmt::format("{} is not a model that OpenVINO can read: {}", file.string(),
                                                first_line(failure.what())));
  }
}

/// One input, a batch of one, floats in and out.
void fix_shapes_and_types(std::shared_ptr<ov::Model>& network, const std::filesystem::path& file) {
  if (network->inputs().size() != 1) {
    throw Error(Code::kUnsupported, fmt::format("{} has {} inputs, but Pharos runs models with one",
                                                file.string(), network->inputs().size()));
  }
  ov::PartialShape shape = network->input().get_partial_shape();
  if (shape.rank().is_static() && shape.size() > 0 && shape[0].is_dynamic()) {
    shape[0] = 1;
    network->reshape(shape);
  }
  if (network->input().get_partial_shape().is_dynamic()) {
    throw Error(Code::kUnsupported,
                fmt::format("{} wants an input of no fixed size ({}): export it with fixed sizes",
                            file.string(), network->input().get_partial_shape().to_string()));
  }
  ov::preprocess::PrePostProcessor floats(network);
  floats.input().tensor().set_element_type(ov::element::f32);
  for (std::size_t i = 0; i < network->outputs().size(); ++i) {
    floats.output(i).tensor().set_element_type(ov::element::f32);
  }
  network = floats.build();
}

/// Cuts the network down to the outputs wanted.
void keep_outputs(std::shared_ptr<ov::Model>& network, const ModelSettings& settings) {
  if (settings.outputs.empty()) return;
  ov::ResultVector kept;
  for (const auto& result : network->get_results()) {
    const auto& names = result->get_output_tensor(0).get_names();
    const auto wanted = [&](const std::string& name) { return names.contains(name); };
    if (std::ranges::any_of(settings.outputs, wanted)) kept.push_back(result);
  }
  if (kept.size() != settings.outputs.size()) {
    throw Error(Code::kNotFound, fmt::format("{} lacks an output of {}", settings.file.string(),
                                             fmt::join(settings.outputs, ", ")));
  }
  network = std::make_shared<ov::Model>(kept, network->get_parameters());
}

ov::element::Type element_type(Precision precision) {
  return precision == Precision::kBf16 ? ov::element::bf16 : ov::element::f32;
}

/// A stream is one thread with its own copy of the network's scratch memory: a request then computes the same
/// bits however many others run. Threads are left free to move, or every network's first stream would sit on
/// the same core.
ov::AnyMap compile_options(const ModelSettings& settings) {
  return {ov::hint::inference_precision(element_type(settings.precision)), ov::num_streams(settings.requests),
          ov::inference_num_threads(settings.requests), ov::hint::enable_cpu_pinning(false)};
}

std::string name_of(const ov::Output<const ov::Node>& output) {
  return output.get_names().empty() ? output.get_node()->get_friendly_name() : output.get_any_name();
}

}  // namespace

struct Model::Impl {
  Impl(ov::CompiledModel&& network, std::vector<ov::InferRequest>&& requests)
      : compiled(std::move(network)), pool(std::move(requests)) {}

  ov::CompiledModel compiled;
  std::vector<std::string> output_names;
  std::string precision;
  std::size_t input_size = 0;
  RequestPool<ov::InferRequest> pool;
};

Model::Model(const ModelSettings& settings) {
  if (settings.requests < 1) {
    throw Error(Code::kInvalidInput, "a model needs at least one inference request");
  }
  if (settings.precision == Precision::kBf16 && !cpu_has_bf16()) {
    throw Error(Code::kUnsupported, "this processor has no native bf16: ask for f32");
  }
  make_tbb_sanitizer_friendly();
  ov::Core core;
  std::shared_ptr<ov::Model> network = read_network(core, settings.file);
  try {
    keep_outputs(network, settings);
    fix_shapes_and_types(network, settings.file);
    ov::CompiledModel compiled = core.compile_model(network, "CPU", compile_options(settings));
    std::vector<ov::InferRequest> requests;
    for (int i = 0; i < settings.requests; ++i) requests.push_back(compiled.create_infer_request());
    impl_ = std::make_unique<Impl>(std::move(compiled), std::move(requests));
  } catch (const ov::Exception& failure) {
    throw Error(Code::kUnavailable, fmt::format("{} does not compile on this processor: {}",
                                                settings.file.string(), first_line(failure.what())));
  }
  const auto in_force = impl_->compiled.get_property(ov::hint::inference_precision);
  if (in_force != element_type(settings.precision)) {
    throw Error(Code::kInternal,
                fmt::format("{} was asked to compute in {} but computes in {}", settings.file.string(),
                            element_type(settings.precision).to_string(), in_force.to_string()));
  }
  impl_->precision = in_force.to_string();
  impl_->input_size = ov::shape_size(impl_->compiled.input().get_shape());
  for (const auto& output : impl_->compiled.outputs()) impl_->output_names.push_back(name_of(output));
}

Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

void Model::infer(const std::function<void(std::span<float> input)>& fill,
                  const std::function<void(std::span<const Output> outputs)>& read) const {
  const auto request = impl_->pool.borrow();
  fill({request->get_input_tensor().data<float>(), impl_->input_size});
  try {
    request->infer();
  } catch (const ov::Exception& failure) {
    throw Error(Code::kInternal, fmt::format("an inference failed: {}", first_line(failure.what())));
  }
  std::vector<Output> outputs;
  for (std::size_t i = 0; i < impl_->output_names.size(); ++i) {
    const ov::Tensor tensor = request->get_output_tensor(i);
    outputs.push_back({impl_->output_names[i], {tensor.data<const float>(), tensor.get_size()}});
  }
  read(outputs);
}

std::size_t Model::input_size() const {
  return impl_->input_size;
}
const std::string& Model::precision() const {
  return impl_->precision;
}

}  // namespace pharos::inference
