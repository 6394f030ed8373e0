#include "platform/inference/sentence_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openvino/core/model.hpp>
#include <openvino/opsets/opset13.hpp>

#include "platform/inference/safetensors.h"

namespace pharos::inference {
namespace {

namespace op = ov::opset13;
using Value = ov::Output<ov::Node>;
using Shape = std::vector<std::size_t>;

constexpr std::size_t kLayers = 6;
constexpr std::int64_t kHeads = 12;
constexpr std::size_t kWidth = kSentenceDimensions;
constexpr std::int64_t kHeadWidth = static_cast<std::int64_t>(kWidth) / kHeads;
constexpr std::size_t kInnerWidth = 4 * kWidth;
constexpr std::size_t kPositions = 512;
constexpr float kTiny = 1e-12F;
/// Added to the score of padding: its share of attention becomes exactly 0.
constexpr float kIgnored = -1e9F;

template <class Op, class... Arguments>
Value make(Arguments&&... arguments) {
  return std::make_shared<Op>(std::forward<Arguments>(arguments)...);
}

Value integers(const std::vector<std::int64_t>& values) {
  return op::Constant::create(ov::element::i64, {values.size()}, values);
}

Value number(float value) {
  return op::Constant::create(ov::element::f32, {}, {value});
}

/// Rows of whole numbers from -127 to 127 and what one step of each row is worth.
struct Int8Rows {
  std::vector<std::int8_t> values;
  std::vector<float> steps;
};

Int8Rows to_int8(std::span<const float> matrix, std::size_t rows) {
  const std::size_t columns = matrix.size() / rows;
  Int8Rows result{.values = std::vector<std::int8_t>(matrix.size()), .steps = std::vector<float>(rows)};
  for (std::size_t row = 0; row < rows; ++row) {
    const auto source = matrix.subspan(row * columns, columns);
    float largest = 0;
    for (const float value : source) largest = std::max(largest, std::abs(value));
    const float step = largest > 0 ? largest / 127 : 1;
    result.steps[row] = step;
    for (std::size_t i = 0; i < columns; ++i) {
      result.values[row * columns + i] = static_cast<std::int8_t>(std::lround(source[i] / step));
    }
  }
  return result;
}

/// Builds the network; each function adds the part it is named for.
class Builder {
 public:
  Builder(const Safetensors& weights, std::shared_ptr<void> owner, SentenceWeights kind)
      : weights_(weights), owner_(std::move(owner)), kind_(kind) {}

  std::shared_ptr<ov::Model> build() const {
    const auto pieces = std::make_shared<op::Parameter>(ov::element::i32, ov::PartialShape{-1, -1});
    const Value is_text = make<op::Convert>(
        make<op::NotEqual>(pieces, op::Constant::create(ov::element::i32, {}, {0})), ov::element::f32);
    const Value mask = make<op::Unsqueeze>(
        make<op::Multiply>(make<op::Subtract>(number(1), is_text), number(kIgnored)), integers({1, 2}));
    Value states = embeddings(pieces);
    for (std::size_t i = 0; i < kLayers; ++i)
      states = layer(states, mask, fmt::format("encoder.layer.{}.", i));
    return std::make_shared<ov::Model>(ov::OutputVector{pool(states, is_text)}, ov::ParameterVector{pieces});
  }

 private:
  Value weight(const std::string& name, const Shape& shape) const {
    const auto values = weights_.floats(name, shape);
    return make<op::Constant>(ov::element::f32, ov::Shape(shape), values.data(), owner_);
  }

  Value matrix(const std::string& name, const Shape& shape) const {
    if (kind_ == SentenceWeights::kF32) return weight(name, shape);
    const Int8Rows rows = to_int8(weights_.floats(name, shape), shape.front());
    const Value values = make<op::Constant>(ov::element::i8, ov::Shape(shape), rows.values.data());
    return make<op::Multiply>(make<op::Convert>(values, ov::element::f32),
                              op::Constant::create(ov::element::f32, {shape.front(), 1}, rows.steps));
  }

  Value linear(const Value& input, const std::string& name, std::size_t from, std::size_t to) const {
    const Value product = make<op::MatMul>(input, matrix(name + ".weight", {to, from}), false, true);
    return make<op::Add>(product, weight(name + ".bias", {to}));
  }

  Value layer_norm(const Value& input, const std::string& name) const {
    const Value normal = make<op::MVN>(input, integers({-1}), true, kTiny, ov::op::MVNEpsMode::INSIDE_SQRT);
    return make<op::Add>(make<op::Multiply>(normal, weight(name + ".weight", {kWidth})),
                         weight(name + ".bias", {kWidth}));
  }

  /// Word, place and the one kind of sentence there is.
  Value embeddings(const Value& pieces) const {
    const Value words = make<op::Gather>(
        weight("embeddings.word_embeddings.weight", {kSentenceVocabulary, kWidth}), pieces, integers({0}));
    const Value length = make<op::Gather>(make<op::ShapeOf>(pieces), integers({1}), integers({0}));
    const Value places =
        make<op::Slice>(weight("embeddings.position_embeddings.weight", {kPositions, kWidth}), integers({0}),
                        length, integers({1}), integers({0}));
    const Value kind = make<op::Slice>(weight("embeddings.token_type_embeddings.weight", {2, kWidth}),
                                       integers({0}), integers({1}), integers({1}), integers({0}));
    return layer_norm(make<op::Add>(words, make<op::Add>(places, kind)), "embeddings.LayerNorm");
  }

  Value heads(const Value& states, const std::string& name) const {
    const Value all = linear(states, name, kWidth, kWidth);
    return make<op::Transpose>(make<op::Reshape>(all, integers({0, 0, kHeads, kHeadWidth}), true),
                               integers({0, 2, 1, 3}));
  }

  Value attention(const Value& states, const Value& mask, const std::string& layer) const {
    const std::string self = layer + "attention.self.";
    const Value mixed =
        make<op::ScaledDotProductAttention>(heads(states, self + "query"), heads(states, self + "key"),
                                            heads(states, self + "value"), mask, false);
    const Value joined = make<op::Reshape>(make<op::Transpose>(mixed, integers({0, 2, 1, 3})),
                                           integers({0, 0, static_cast<std::int64_t>(kWidth)}), true);
    return linear(joined, layer + "attention.output.dense", kWidth, kWidth);
  }

  Value feed_forward(const Value& states, const std::string& layer) const {
    const Value inner = make<op::Gelu>(linear(states, layer + "intermediate.dense", kWidth, kInnerWidth),
                                       ov::op::GeluApproximationMode::ERF);
    return linear(inner, layer + "output.dense", kInnerWidth, kWidth);
  }

  Value layer(const Value& states, const Value& mask, const std::string& name) const {
    const Value attended =
        layer_norm(make<op::Add>(attention(states, mask, name), states), name + "attention.output.LayerNorm");
    return layer_norm(make<op::Add>(feed_forward(attended, name), attended), name + "output.LayerNorm");
  }

  /// The mean over a text's own pieces, at length 1.
  Value pool(const Value& states, const Value& is_text) const {
    const Value weights = make<op::Unsqueeze>(is_text, integers({2}));
    const Value sum = make<op::ReduceSum>(make<op::Multiply>(states, weights), integers({1}), false);
    const Value mean = make<op::Divide>(sum, make<op::ReduceSum>(weights, integers({1}), false));
    return make<op::NormalizeL2>(mean, integers({1}), kTiny, ov::op::EpsMode::MAX);
  }

  const Safetensors& weights_;
  std::shared_ptr<void> owner_;
  SentenceWeights kind_;
};

}  // namespace

std::shared_ptr<ov::Model> sentence_network(const Safetensors& weights, const std::shared_ptr<void>& owner,
                                            SentenceWeights kind) {
  return Builder(weights, owner, kind).build();
}

}  // namespace pharos::inference
