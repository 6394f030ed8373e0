#include "core/flow/inner_graphs.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/flow/flow_reader.h"

namespace pharos::flow {
namespace {

constexpr std::size_t kMostOpen = 16;

/// Puts a file among those being read for as long as it lives.
class Opened {
 public:
  Opened(std::vector<std::filesystem::path>& open, std::filesystem::path file) : open_(open) {
    open_.push_back(std::move(file));
  }
  ~Opened() { open_.pop_back(); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

 private:
  std::vector<std::filesystem::path>& open_;
};

}  // namespace

Flow FlowFiles::read(const std::filesystem::path& file) {
  const Opened opened(open_, file.lexically_normal());
  return read_text(base::read_file(file, std::uintmax_t{2} << 20U), file.string(), kinds_, this);
}

/// A sentence; empty when the file may be read.
std::string FlowFiles::problem_with(const std::string& name, const std::filesystem::path& file) const {
  const std::filesystem::path path(name);
  const bool leaves = path.is_absolute() || std::ranges::find(path, "..") != path.end();
  if (name.empty() || leaves) {
    return fmt::format("'{}' must be a file in the folder of this one or below it, such as parts/refund.yaml",
                       name);
  }
  if (open_.size() >= kMostOpen) {
    return fmt::format("graphs are inside each other more than {} files deep", kMostOpen);
  }
  if (std::ranges::find(open_, file) == open_.end()) return {};
  std::string circle;
  for (const auto& each : open_) circle += each.string() + " → ";
  return fmt::format("a graph cannot be inside itself: {}{}", circle, file.string());
}

std::shared_ptr<const Flow> FlowFiles::read_inner(const std::string& outer, const Item& name,
                                                  Problems& problems) {
  const auto file = (std::filesystem::path(outer).parent_path() / name.text()).lexically_normal();
  if (const std::string problem = problem_with(name.text(), file); !problem.empty()) {
    problems.add(name.place, problem);
    return nullptr;
  }
  if (const auto known = known_.find(file); known != known_.end()) return known->second;
  std::shared_ptr<const Flow> flow;
  try {
    flow = std::make_shared<const Flow>(read(file));
  } catch (const FileError& error) {
    problems.add_lines(error.lines());
  } catch (const base::Error& error) {
    problems.add(name.place, error.what());
    return nullptr;
  }
  known_.emplace(file, flow);
  return flow;
}

}  // namespace pharos::flow
