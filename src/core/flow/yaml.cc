// YAML text as items with places. The only file that knows yaml-cpp.
#include <charconv>
#include <istream>
#include <streambuf>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "core/base/text.h"
#include "core/flow/document.h"

namespace pharos::flow {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxDepth = 64;

struct Refused {
  Place place;
  std::string sentence;
};

Place place_of(const YAML::Mark& mark) {
  return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

template <class Number>
bool read_number(std::string_view text, json::value& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return false;
  value = number;
  return true;
}

/// What a scalar without quotes means, by YAML's core schema.
json::value plain_scalar(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  json::value value;
  const bool numeric = !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos &&
                       text.find_first_of("0123456789") != std::string::npos;
  if (numeric && (read_number<std::int64_t>(text, value) || read_number<double>(text, value))) return value;
  return json::value(text);
}

/// Builds the tree from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  Item take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) {
      throw Refused{place_of(mark), "a second document starts here: a file holds one graph"};
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add({.place = place_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (!base::is_utf8(value)) throw Refused{place_of(mark), "this text is not UTF-8"};
    const bool plain = tag == "?";
    add({.place = place_of(mark), .scalar = plain ? plain_scalar(value) : json::value(value)}, plain, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Item::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Item::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A list or map that is not complete yet.
  struct Open {
    Item item;
    bool has_key = false;
    std::string key;
    Place key_place;
  };

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{place_of(mark), "anchors (&, *) are not read: write the value out"};
  }
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{place_of(mark), "tags (!) are not read: leave the tag out"};
    }
  }
  void open(Item::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (open_.size() >= kMaxDepth) {
      throw Refused{place_of(mark), fmt::format("more than {} levels deep", kMaxDepth)};
    }
    if (!open_.empty() && open_.back().item.is_map() && !open_.back().has_key) refuse_key(place_of(mark));
    open_.push_back({.item = {.kind = kind, .place = place_of(mark)}});
  }
  void close() {
    Item done = std::move(open_.back().item);
    open_.pop_back();
    add(std::move(done));
  }
  void add(Item item, bool plain = false, const std::string& written = {}) {
    if (open_.empty()) {
      root_ = std::move(item);
      return;
    }
    Open& into = open_.back();
    if (into.item.is_list()) {
      into.item.items.push_back(std::move(item));
    } else if (into.has_key) {
      into.item.members.push_back({std::move(into.key), into.key_place, std::move(item)});
      into.has_key = false;
    } else {
      if (!plain && !item.is_text()) refuse_key(item.place);
      into.has_key = true;
      into.key = plain ? written : item.text();
      into.key_place = item.place;
    }
  }
  [[noreturn]] static void refuse_key(Place place) { throw Refused{place, "a key of a map must be a word"}; }

  bool started_ = false;
  Item root_;
  std::vector<Open> open_;
};

/// The four hexadecimal digits after the `\u` at `at`; 0 when there is none.
std::uint32_t code_unit(std::string_view text, std::size_t at) {
  std::uint32_t unit = 0;
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
  const char* end = text.data() + at + 6;
  return std::from_chars(end - 4, end, unit, 16).ptr == end ? unit : 0;
}

/// JSON escapes what is beyond U+FFFF as two halves, which YAML does not know: `\ud83d\ude00` becomes
/// `\U0001f600`. YAML proper stays as it is.
std::string with_joined_surrogates(std::string_view text) {
  std::string joined(text);
  if (!base::trim(text).starts_with('{')) return joined;
  for (std::size_t at = joined.find('\\'); at != std::string::npos; at = joined.find('\\', at + 2)) {
    const std::uint32_t high = code_unit(joined, at);
    const std::uint32_t low = code_unit(joined, at + 6);
    if (high < 0xd800 || high > 0xdbff || low < 0xdc00 || low > 0xdfff) continue;
    joined.replace(at, 12, fmt::format("\\U{:08x}", 0x10000 + ((high - 0xd800) << 10U) + (low - 0xdc00)));
  }
  return joined;
}

/// Memory as a stream, without a copy.
class View final : public std::streambuf {
 public:
  explicit View(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT: a streambuf that only reads does not write
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Item parse_yaml(std::string_view text, Problems& problems) {
  if (text.size() > kMaxBytes) {
    problems.add({}, fmt::format("the file has {} bytes, more than {}", text.size(), kMaxBytes));
    return {};
  }
  Builder builder;
  try {
    const std::string yaml = with_joined_surrogates(text);
    View view(yaml);
    std::istream stream(&view);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refused& refused) {
    problems.add(refused.place, refused.sentence);
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), fmt::format("this is not YAML: {}", error.msg));
  }
  return {};
}

}  // namespace pharos::flow
