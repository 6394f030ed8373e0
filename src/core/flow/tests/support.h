// What the tests of this room share: reading and running a graph that is written in the test.
#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/reader.h"
#include "core/graph/tests/support.h"

namespace pharos::flow::testing_support {

using graph::testing_support::message_of;
using graph::testing_support::run;

inline NodeKinds core_kinds() {
  NodeKinds kinds;
  add_core_kinds(kinds);
  return kinds;
}

inline Flow read(const std::string& text) {
  return read_flow(text, "test.yaml", core_kinds());
}

/// Reads the graph and runs it on that input.
inline json::object outcome(const std::string& text, json::object input = {}) {
  const Flow flow = read(text);
  return run(flow.compile().invoke(std::move(input), flow.config));
}

/// What is wrong with a graph, without the file's name.
inline std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> found;
  try {
    read(text);
  } catch (const FileError& error) {
    for (const std::string& line : error.lines())
      found.push_back(line.substr(std::string("test.yaml:").size()));
  }
  return found;
}

}  // namespace pharos::flow::testing_support
