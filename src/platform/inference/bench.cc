#include "platform/inference/bench.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string_view>
#include <vector>

namespace pharos::inference {
namespace {

constexpr std::string_view kQuery = "which colours suit a navy jacket?";
constexpr int kQueries = 41;
constexpr int kTexts = 512;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// Sentences of 6 to 45 words, as descriptions and lines about oneself are.
std::vector<std::string> sentences() {
  constexpr std::array<std::string_view, 24> kWords = {
      "a",     "navy",    "linen", "jacket",     "with", "an",      "open",  "collar",
      "stood", "near",    "the",   "photograph", "of",   "harbour", "and",   "quietly",
      "wore",  "striped", "wool",  "trousers",   "in",   "morning", "light", "unhurried"};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < kTexts; ++i) {
    std::string text;
    for (std::size_t word = 0; word < 6 + i * 7 % 40; ++word) {
      text += kWords[(i * 5 + word * word) % kWords.size()];
      text += ' ';
    }
    texts.push_back(text + ".");
  }
  return texts;
}

double tokens_per_second(const TextEmbedder& embedder) {
  const std::vector<std::string> texts = sentences();
  std::size_t tokens = 0;
  for (const std::string& text : texts) tokens += embedder.count_tokens(text);
  embedder.embed(texts);  // every shape is prepared once
  const std::clock_t start = std::clock();
  embedder.embed(texts);
  const auto used = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return static_cast<double>(tokens) / used;
}

double median_query(const TextEmbedder& embedder) {
  std::vector<double> times;
  for (int i = 0; i < kQueries; ++i) {
    const auto start = std::chrono::steady_clock::now();
    embedder.embed(kQuery);
    times.push_back(milliseconds_since(start));
  }
  std::ranges::nth_element(times, times.begin() + kQueries / 2);
  return times[kQueries / 2];
}

}  // namespace

EmbedderBench run_embedder_bench(const TextEmbedderSettings& settings) {
  const auto start = std::chrono::steady_clock::now();
  const TextEmbedder embedder(settings);
  EmbedderBench found{.load_ms = milliseconds_since(start), .precision = std::string(embedder.precision())};
  found.tokens_per_second_per_core = tokens_per_second(embedder);
  found.query_ms = median_query(embedder);
  return found;
}

}  // namespace pharos::inference
