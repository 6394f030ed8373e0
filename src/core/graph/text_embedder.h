// Texts as vectors whose angle says how alike they are in meaning; whoever has a model for it implements
// this.
#pragma once

#include <string>
#include <vector>

#include "core/base/task.h"

namespace pharos::graph {

/// Implementations are thread-safe.
class TextEmbedder {
 public:
  virtual ~TextEmbedder() = default;

  /// One vector a text, in order, all of one length.
  virtual base::Task<std::vector<std::vector<float>>> embed(std::vector<std::string> texts) = 0;
  /// Which model it is: vectors are only compared with those that have been made under the same name. Asked
  /// once embed() has given some.
  virtual std::string name() const = 0;
};

}  // namespace pharos::graph
