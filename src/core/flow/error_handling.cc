#include "core/flow/error_handling.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/flow/flow_node.h"

namespace pharos::flow {
namespace {

class WriteAndGo final : public graph::ErrorHandler {
 public:
  WriteAndGo(std::vector<Assignment> writes, std::vector<std::string> to,
             std::shared_ptr<const Fields> fields, bool takes_item, bool of_graph)
      : writes_(std::move(writes)),
        to_(std::move(to)),
        fields_(std::move(fields)),
        takes_item_(takes_item),
        of_graph_(of_graph) {}

  base::Task<void> handle(const void* input, const graph::NodeError& error, graph::Context& context,
                          graph::NodeOutput& output) const override {
    if (of_graph_ && std::ranges::find(to_, error.node()) != to_.end()) {
      throw base::Error(base::Code::kConflict, "it leads to the node that failed");
    }
    const json::value told = json::object{{"message", error.reason()},
                                          {"code", base::code_name(error.code())},
                                          {"node", error.node()},
                                          {"attempts", error.attempts()}};
    Scope scope = FlowNode::scope_of(input, takes_item_, context);
    scope.error = &told;
    output.writes = evaluate(writes_, *fields_, scope);
    for (const std::string& name : to_) output.targets.emplace_back(name);
    co_return;
  }

 private:
  std::vector<Assignment> writes_;
  std::vector<std::string> to_;
  std::shared_ptr<const Fields> fields_;
  bool takes_item_;
  bool of_graph_;
};

}  // namespace

ErrorHandling read_error_handling(Members& members, const PartReader& parts, Names names, bool of_graph) {
  const Item* item = members.find("on_error");
  if (item == nullptr) return {};
  names.error = true;
  std::vector<Assignment> writes;
  std::vector<std::string> to;
  if (item->is_map()) {
    Members keys(*item, "on_error", parts.problems());
    writes = parts.writes(keys, names);
    if (const Item* targets = keys.find("to")) to = parts.targets(*targets);
    keys.finish();
    if (item->members.empty()) {
      parts.problems().add(item->place, "on_error must say what to write, or where to go: {write, to}");
    }
  } else {
    to = parts.targets(*item);
  }
  auto handler = std::make_shared<const WriteAndGo>(std::move(writes), to, parts.fields(),
                                                    names.state == nullptr, of_graph);
  return {.handler = std::move(handler), .to = std::move(to)};
}

}  // namespace pharos::flow
