#include "core/flow/node_kinds.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace pharos::flow {

graph::Writes evaluate(const std::vector<Assignment>& assignments, const Fields& fields, const Scope& scope) {
  graph::Writes writes;
  for (const Assignment& each : assignments) {
    writes.push_back(fields.write(each.field, each.value.evaluate(scope), each.overwrite));
  }
  return writes;
}

void NodeKinds::add(const std::string& name, NodeKind kind) {
  missing_.erase(name);
  kinds_.insert_or_assign(name, std::move(kind));
}

void NodeKinds::add_missing(const std::string& name, std::string why) {
  missing_.insert_or_assign(name, std::move(why));
}

const NodeKind* NodeKinds::find(const std::string& name) const {
  const auto found = kinds_.find(name);
  return found == kinds_.end() ? nullptr : &found->second;
}

std::string NodeKinds::refusal(const std::string& name) const {
  if (const auto found = missing_.find(name); found != missing_.end()) {
    return fmt::format("nodes of kind '{}' cannot run here: {}", name, found->second);
  }
  std::vector<std::string> names;
  for (const auto& [known, kind] : kinds_) names.push_back(known);
  const std::string near = base::nearest(name, names);
  return fmt::format("there is no kind '{}' of nodes ({})", name,
                     near.empty() ? "there are " + base::join(names, ", ") : "did you mean '" + near + "'?");
}

}  // namespace pharos::flow
