#include "core/graph/stored_output.h"

#include <algorithm>
#include <utility>

#include "core/base/sha256.h"

namespace pharos::graph {
namespace {

std::uint32_t channel_named(const CompiledGraph& graph, std::string_view name) {
  const auto& names = *graph.channel_names();
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::uint32_t>(found - names.begin());
  throw base::Error(base::Code::kInvalidInput, "the kept result has a field that the graph no longer has");
}

}  // namespace

CacheKey cache_key(const CompiledGraph& graph, const CompiledNode& node, const void* input,
                   StateStorage& state, const Value* argument, const json::object& context) {
  CacheKey key{.node = graph.name() + "/" + node.name, .input = {}};
  if (node.options.cache->key) {
    key.input = node.options.cache->key(input);
  } else {
    const json::value read =
        argument != nullptr ? argument->to_json() : tracked_fields(graph.schema(), state);
    key.input = base::sha256(base::compact_json(read) + base::compact_json(context));
  }
  return key;
}

bool has_json(const CompiledGraph& graph, const NodeOutput& output) {
  const auto& channels = graph.schema().channels;
  return std::ranges::all_of(output.writes,
                             [&](const Write& write) { return channels[write.channel].type->has_json; }) &&
         std::ranges::all_of(output.targets, [](const Target& target) {
           return !target.is_send() || target.argument.type()->has_json;
         });
}

json::value to_json(const CompiledGraph& graph, const NodeOutput& output) {
  json::array writes;
  for (const Write& write : output.writes) {
    writes.push_back(json::object{{"field", (*graph.channel_names())[write.channel]},
                                  {"overwrite", write.overwrite},
                                  {"value", write.value.to_json()}});
  }
  json::array targets;
  for (const Target& target : output.targets) {
    json::object kept{{"node", target.node}};
    if (target.is_send()) kept.emplace("argument", target.argument.to_json());
    targets.push_back(std::move(kept));
  }
  return json::object{{"writes", std::move(writes)}, {"targets", std::move(targets)}};
}

NodeOutput output_from_json(const CompiledGraph& graph, const json::value& kept) {
  NodeOutput output;
  for (const json::value& write : kept.at("writes").as_array()) {
    const std::string name = base::from_json<std::string>(write.at("field"));
    const std::uint32_t channel = channel_named(graph, name);
    output.writes.push_back(
        {.channel = channel,
         .overwrite = write.at("overwrite").as_bool(),
         .value = graph.schema().channels[channel].type->from_json(write.at("value"), name)});
  }
  for (const json::value& target : kept.at("targets").as_array()) {
    Target made(base::from_json<std::string>(target.at("node")));
    if (const json::value* argument = target.as_object().if_contains("argument")) {
      const std::uint32_t node = graph.find(made.node, "a kept result");
      made.argument = graph.node(node).argument->from_json(*argument, "the argument of '" + made.node + "'");
    }
    output.targets.push_back(std::move(made));
  }
  return output;
}

}  // namespace pharos::graph
