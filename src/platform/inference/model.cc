#include "platform/inference/model.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/frontend/manager.hpp>

#include "core/base/error.h"
#include "platform/inference/compile.h"

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;

using NetworkPointer = std::shared_ptr<ov::Model>;

/// What OpenVINO calls the reader for files of that ending.
std::string reader_for(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".tflite" || ending == ".onnx") return ending.substr(1);
  if (ending == ".xml") return "ir";
  throw Error(Code::kUnsupported, fmt::format("{} is not a .tflite, .onnx or .xml model", file.string()));
}

/// Reads with the one reader meant for it: OpenVINO by itself would try them all, which takes time and prints
/// their complaints.
NetworkPointer read_network(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    throw Error(
        Code::kNotFound,
        fmt::format("the model file {} is missing: run ./run --build-only, which fetches it", file.string()));
  }
  const std::string framework = reader_for(file);
  try {
    const auto reader = ov::frontend::FrontEndManager().load_by_framework(framework);
    return reader->convert(reader->load(file.string()));
  } catch (const ov::Exception& failure) {
    throw Error(Code::kUnavailable, fmt::format("{} is not a model that OpenVINO can read: {}", file.string(),
                                                reason_of(failure)));
  }
}

/// Cuts the network down to the outputs wanted.
NetworkPointer with_outputs(const NetworkPointer& network, const ModelSettings& settings) {
  if (settings.outputs.empty()) return network;
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
  return std::make_shared<ov::Model>(kept, network->get_parameters());
}

/// Leaves no size open: a batch that may be of any size is of one.
void fix_input(ov::Model& network, const std::filesystem::path& file) {
  if (network.inputs().size() != 1) {
    throw Error(Code::kUnsupported, fmt::format("{} has {} inputs, but Pharos runs models with one",
                                                file.string(), network.inputs().size()));
  }
  ov::PartialShape shape = network.input().get_partial_shape();
  if (shape.rank().is_static() && shape.size() > 0 && shape[0].is_dynamic()) shape[0] = 1;
  if (shape.is_dynamic()) {
    throw Error(Code::kUnsupported,
                fmt::format("{} wants an input of no fixed size ({}): export it with fixed sizes",
                            file.string(), shape.to_string()));
  }
  network.reshape(shape);
}

NetworkPointer with_floats(const NetworkPointer& network) {
  ov::preprocess::PrePostProcessor floats(network);
  floats.input().tensor().set_element_type(ov::element::f32);
  for (std::size_t i = 0; i < network->outputs().size(); ++i) {
    floats.output(i).tensor().set_element_type(ov::element::f32);
  }
  return floats.build();
}

/// The part of the file's network that is wanted, for one input of floats.
NetworkPointer prepare(const NetworkPointer& whole, const ModelSettings& settings) {
  try {
    const NetworkPointer network = with_outputs(whole, settings);
    fix_input(*network, settings.file);
    return with_floats(network);
  } catch (const ov::Exception& failure) {
    throw Error(Code::kUnavailable,
                fmt::format("{} cannot be prepared: {}", settings.file.string(), reason_of(failure)));
  }
}

ov::element::Type element_type(Precision precision) {
  return precision == Precision::kBf16 ? ov::element::bf16 : ov::element::f32;
}

std::string name_of(const ov::Output<const ov::Node>& output) {
  return output.get_names().empty() ? output.get_node()->get_friendly_name() : output.get_any_name();
}

}  // namespace

struct Model::Impl {
  std::unique_ptr<CompiledNetwork> compiled;
  std::vector<std::string> output_names;
  std::string precision;
  std::size_t input_size = 0;
};

Model::Model(const ModelSettings& settings) : impl_(std::make_unique<Impl>()) {
  if (settings.precision == Precision::kBf16 && !cpu_has_bf16()) {
    throw Error(Code::kUnsupported, "this processor has no native bf16: ask for f32");
  }
  ov::Core core = make_core();
  const NetworkPointer network = prepare(read_network(settings.file), settings);
  const ov::element::Type precision = element_type(settings.precision);
  impl_->compiled = compile(core, network, precision, settings.requests, settings.file.string());
  impl_->precision = precision.to_string();
  impl_->input_size = ov::shape_size(network->input().get_shape());
  for (const auto& output : impl_->compiled->network.outputs()) {
    impl_->output_names.push_back(name_of(output));
  }
}

Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

void Model::infer(const std::function<void(std::span<float> input)>& fill,
                  const std::function<void(std::span<const Output> outputs)>& read) const {
  const auto request = impl_->compiled->requests.borrow();
  fill({request->get_input_tensor().data<float>(), impl_->input_size});
  try {
    request->infer();
  } catch (const ov::Exception& failure) {
    throw Error(Code::kInternal, fmt::format("an inference failed: {}", reason_of(failure)));
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

std::string engine_version() {
  return std::string("OpenVINO ") + ov::get_openvino_version().buildNumber;
}

}  // namespace pharos::inference
