// A neural network on this machine's processor.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/inference/cpu.h"

namespace pharos::inference {

enum class Precision {
  kF32,   ///< results equal on every processor; forced, and checked after compiling
  kBf16,  ///< twice as fast where the processor has it natively
};

struct ModelSettings {
  std::filesystem::path file;  ///< .tflite, .onnx or OpenVINO .xml
  Precision precision = Precision::kF32;
  int requests = 1;  ///< how many inferences may run at once; each uses one thread
  /// Names of the outputs wanted, in the network's order; what only the others need is not computed. Empty:
  /// all.
  std::vector<std::string> outputs;
};

/// One output of an inference: a flat view that dies with the call that hands it out.
struct Output {
  std::string_view name;
  std::span<const float> values;
};

/// A compiled network with a pool of inference requests. Compiled once; thread-safe. Results do not depend on
/// how many run at once.
class Model {
 public:
  /// Reads and compiles. Throws base::Error: kNotFound without the file or an output wanted, kUnavailable
  /// when it does not compile.
  explicit Model(const ModelSettings& settings);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  /// Runs one inference on the calling thread: `fill` writes the input in place (flat, as the network wants
  /// it), `read` sees the outputs in the network's order. Blocks while all requests are busy. What either
  /// throws passes through and the request is free again.
  void infer(const std::function<void(std::span<float> input)>& fill,
             const std::function<void(std::span<const Output> outputs)>& read) const;

  /// Number of elements of the input.
  std::size_t input_size() const;
  /// The precision in force after compiling: "f32" or "bf16".
  const std::string& precision() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The engine's name and version: "OpenVINO 2026.4.1-…".
std::string engine_version();

}  // namespace pharos::inference
