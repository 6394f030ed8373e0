// Transcripts of what nodes remember across threads.
#include "core/graph/memory_store.h"
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

/// Awaits something that gives nothing.
base::Task<bool> done(base::Task<void> task) {
  co_await std::move(task);
  co_return true;
}

json::array labels(const std::vector<Namespace>& spaces) {
  json::array all;
  for (const Namespace& each : spaces) all.push_back(list(each));
  return all;
}

json::value value_of(const std::optional<StoreItem>& item) {
  return item ? json::value(item->value) : json::value(nullptr);
}

TRANSCRIPT(store_namespaces) {
  base::ManualClock clock;
  MemoryStore store({.clock = &clock});
  for (const Namespace& each :
       std::vector<Namespace>{{"u", "1"}, {"u", "2"}, {"u", "1", "deep"}, {"v"}, {"q"}}) {
    run(done(store.put(each, "k", {{"n", 1}})));
  }
  json::object all;
  all["missing"] = value_of(run(store.get({"u", "1"}, "no such key")));
  const auto before = run(store.get({"u", "1"}, "k"));
  clock.advance(1s);
  run(done(store.put({"u", "1"}, "k", {{"n", 100}})));
  const auto after = run(store.get({"u", "1"}, "k"));
  all["replaced"] = value_of(after);
  all["created_same"] = before->created_at == after->created_at;
  all["updated_later"] = before->updated_at < after->updated_at;
  run(done(store.put({"u", "1"}, "gone", {{"n", 1}})));
  run(done(store.delete_item({"u", "1"}, "gone")));
  all["deleted"] = value_of(run(store.get({"u", "1"}, "gone")));
  all["delete_missing"] = told([&] {
    run(done(store.delete_item({"u", "1"}, "gone")));
    return json::value(nullptr);
  });
  const auto spaces = [&](NamespaceQuery query) {
    return labels(run(store.list_namespaces(std::move(query))));
  };
  all["all"] = spaces({});
  all["prefix"] = spaces({.prefix = {"u"}});
  all["wildcard"] = spaces({.prefix = {"u", "*", "deep"}});
  all["suffix"] = spaces({.suffix = {"deep"}});
  all["depth1"] = spaces({.max_depth = 1});
  all["depth2"] = spaces({.max_depth = 2});
  all["limit"] = spaces({.limit = 2, .offset = 1});
  const auto put_in = [&](const Namespace& space) {
    try {
      run(done(store.put(space, "k", {})));
    } catch (const base::Error& error) {
      return json::object{{"error", base::code_name(error.code())}};
    }
    return json::object();
  };
  all["empty_ns"] = put_in({});
  all["dot"] = put_in({"a.b"});
  all["langgraph"] = put_in({"langgraph"});
  all["empty_label"] = put_in({""});
  return all;
}

}  // namespace
}  // namespace pharos::graph::transcript
