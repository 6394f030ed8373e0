#include "core/graph/store.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::graph {
namespace {

constexpr std::string_view kAnyLabel = "*";

std::vector<TextPath> paths_of(const std::vector<std::string>& index) {
  return {index.begin(), index.end()};
}

/// Nothing for kForever.
std::optional<std::chrono::microseconds> kept(base::Duration time_to_live) {
  if (time_to_live == kForever) return std::nullopt;
  const auto kept = std::chrono::floor<std::chrono::microseconds>(time_to_live);
  constexpr auto kLongest = std::chrono::hours(24 * 365 * 1000);
  if (kept.count() > 0 && kept <= kLongest) return kept;
  throw base::Error(base::Code::kInvalidInput,
                    "a time to live must be more than nothing and less than a thousand years; kForever says "
                    "that an item stays");
}

StoreItem item_of(StoreRow row, std::optional<double> score) {
  return {.space = split_namespace(row.place.space),
          .key = std::move(row.place.key),
          .value = std::move(row.value),
          .created_at = row.created_at,
          .updated_at = row.updated_at,
          .score = score};
}

bool same_label(std::string_view wanted, std::string_view label) {
  return wanted == kAnyLabel || wanted == label;
}

bool is_asked_for(const Namespace& space, const NamespaceQuery& query) {
  return std::max(query.prefix.size(), query.suffix.size()) <= space.size() &&
         std::equal(query.prefix.begin(), query.prefix.end(), space.begin(), same_label) &&
         std::equal(query.suffix.rbegin(), query.suffix.rend(), space.rbegin(), same_label);
}

/// The labels before the first `*`: what a storage can look up.
std::string literal_part(const Namespace& prefix) {
  return join_namespace({prefix.begin(), std::ranges::find(prefix, kAnyLabel)});
}

}  // namespace

Store::Store(StoreSettings settings) : settings_(std::move(settings)), index_(paths_of(settings_.index)) {
  if (settings_.clock == nullptr) settings_.clock = &system_clock_;
  kept(settings_.time_to_live);
}

StoreTime Store::now() const {
  return std::chrono::floor<std::chrono::microseconds>(settings_.clock->wall_now());
}

base::Task<void> Store::put(Namespace space, std::string key, json::object value, PutOptions options) {
  require_namespace(space);
  require_key(key);
  require_storable(value, key);
  StoreRow row{.place = {.space = join_namespace(space), .key = std::move(key)},
               .value = std::move(value),
               .created_at = {},
               .updated_at = {},
               .time_to_live = kept(options.time_to_live.value_or(settings_.time_to_live)),
               .meaning = {}};
  const std::vector<TextPath> own = options.index ? paths_of(*options.index) : std::vector<TextPath>();
  co_await add_meaning(row, options.index ? own : index_);
  row.created_at = row.updated_at = now();
  co_await put_row(std::move(row));
}

base::Task<void> Store::add_meaning(StoreRow& row, const std::vector<TextPath>& paths) {
  if (!settings_.embedder) co_return;
  std::vector<std::string> texts;
  for (const TextPath& path : paths) path.collect(row.value, texts);
  if (texts.empty()) co_return;
  for (const std::vector<float>& vector : co_await embed(std::move(texts))) {
    row.meaning.vectors.insert(row.meaning.vectors.end(), vector.begin(), vector.end());
  }
  row.meaning.embedder = settings_.embedder->name();
}

base::Task<std::vector<std::vector<float>>> Store::embed(std::vector<std::string> texts) {
  const std::size_t count = texts.size();
  std::vector<std::vector<float>> vectors = co_await settings_.embedder->embed(std::move(texts));
  const auto fits = [&](const std::vector<float>& vector) {
    return !vector.empty() && vector.size() == vectors.front().size();
  };
  if (vectors.size() != count || !std::ranges::all_of(vectors, fits)) {
    throw base::Error(
        base::Code::kInternal,
        fmt::format("embedder '{}' was to give a vector for each of {} texts, all of one length",
                    settings_.embedder->name(), count));
  }
  co_return vectors;
}

base::Task<std::optional<StoreItem>> Store::get(Namespace space, std::string key,
                                                std::optional<bool> refresh_it) {
  require_namespace(space);
  require_key(key);
  const StoreTime moment = now();
  StorePlace place{.space = join_namespace(space), .key = std::move(key)};
  std::optional<StoreRow> row = co_await get_row(std::move(place), moment);
  if (!row) co_return std::nullopt;
  if (row->time_to_live) co_await refresh({row->id}, refresh_it, moment);
  co_return item_of(std::move(*row), std::nullopt);
}

base::Task<void> Store::refresh(std::vector<std::int64_t> ids, std::optional<bool> wanted, StoreTime moment) {
  if (ids.empty() || !wanted.value_or(settings_.refresh_on_read)) co_return;
  co_await refresh_rows(std::move(ids), moment);
}

base::Task<void> Store::delete_item(Namespace space, std::string key) {
  require_namespace(space);
  require_key(key);
  StorePlace place{.space = join_namespace(space), .key = std::move(key)};
  co_await delete_row(std::move(place));
}

base::Task<std::vector<StoreItem>> Store::search(Namespace prefix, StoreQuery query) {
  require_labels(prefix);
  StoreFilter filter(std::move(query.filter));
  Meaning wanted;
  if (!query.query.empty()) {
    if (!settings_.embedder) {
      throw base::Error(base::Code::kUnsupported,
                        "this store has no embedder, so nothing can be found by its meaning: give it one "
                        "(StoreSettings::embedder), or search by filter");
    }
    std::vector<std::string> texts;
    texts.push_back(std::move(query.query));
    wanted.vectors = std::move((co_await embed(std::move(texts))).front());
    wanted.embedder = settings_.embedder->name();
  }
  const StoreTime moment = now();
  StoreSelection selection(std::move(filter), std::move(wanted), query.limit, query.offset);
  std::vector<ChosenRow> chosen = co_await select_rows(join_namespace(prefix), std::move(selection), moment);
  std::vector<std::int64_t> mortal;
  std::vector<StoreItem> items;
  for (ChosenRow& each : chosen) {
    if (each.row.time_to_live) mortal.push_back(each.row.id);
    items.push_back(item_of(std::move(each.row), each.score));
  }
  co_await refresh(std::move(mortal), query.refresh, moment);
  co_return items;
}

base::Task<std::vector<Namespace>> Store::list_namespaces(NamespaceQuery query) {
  require_labels(query.prefix);
  require_labels(query.suffix);
  std::set<Namespace> found;
  for (const std::string& joined : co_await list_spaces(literal_part(query.prefix), now())) {
    Namespace space = split_namespace(joined);
    if (!is_asked_for(space, query)) continue;
    if (query.max_depth != 0 && space.size() > query.max_depth) space.resize(query.max_depth);
    found.insert(std::move(space));
  }
  const std::size_t from = std::min(query.offset, found.size());
  const std::size_t left = found.size() - from;
  const std::size_t count = query.limit == 0 ? left : std::min(query.limit, left);
  const auto first = std::next(found.begin(), static_cast<std::ptrdiff_t>(from));
  co_return std::vector<Namespace>(first, std::next(first, static_cast<std::ptrdiff_t>(count)));
}

base::Task<std::size_t> Store::sweep() {
  return sweep_rows(now());
}

}  // namespace pharos::graph
