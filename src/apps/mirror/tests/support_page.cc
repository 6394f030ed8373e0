#include "apps/mirror/tests/support_page.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

namespace pharos::mirror {
namespace {

constexpr std::array<std::string_view, 4> kVoid{"meta", "img", "br", "input"};

constexpr std::array<std::pair<std::string_view, char>, 5> kReferences{
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}}};

class PageReader {
 public:
  explicit PageReader(std::string_view html) : rest_(html) {}

  Page read() {
    if (!take("<!doctype html>")) fail("no doctype");
    while (!rest_.empty() && page_.problem.empty()) {
      if (take("</")) {
        close();
      } else if (take("<")) {
        open();
      } else {
        characters();
      }
    }
    if (!open_.empty()) fail("not closed: " + open_.back());
    return std::move(page_);
  }

 private:
  bool take(std::string_view start) {
    if (!rest_.starts_with(start)) return false;
    rest_.remove_prefix(start.size());
    return true;
  }

  void fail(const std::string& problem) {
    if (page_.problem.empty()) page_.problem = problem + " before: " + std::string(rest_.substr(0, 60));
  }

  std::string name() {
    std::size_t length = 0;
    while (length < rest_.size() &&
           (std::isalnum(static_cast<unsigned char>(rest_[length])) != 0 || rest_[length] == '-')) {
      ++length;
    }
    if (length == 0) fail("a name is missing");
    const std::string name(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return name;
  }

  void close() {
    const std::string closed = name();
    if (!take(">")) fail("an end tag is not ended");
    if (open_.empty() || open_.back() != closed) return fail("closed out of order: " + closed);
    open_.pop_back();
    page_.text += ' ';
  }

  void open() {
    PageElement element{.name = name(), .attributes = {}};
    while (page_.problem.empty() && take(" ")) attribute(element);
    const bool self_closed = take("/>");
    if (!self_closed && !take(">")) fail("a start tag is not ended");
    const bool is_void = self_closed || std::ranges::find(kVoid, element.name) != kVoid.end();
    if (element.name == "style")
      skip_style();
    else if (!is_void)
      open_.push_back(element.name);
    page_.elements.push_back(std::move(element));
    page_.text += ' ';
  }

  void skip_style() {
    const std::size_t end = rest_.find("</style>");
    if (end == std::string_view::npos) return fail("style is not closed");
    rest_.remove_prefix(end + 8);
  }

  void attribute(PageElement& element) {
    const std::string key = name();
    std::string value;
    if (take("=")) {
      if (!take("\"")) return fail("an attribute is not quoted");
      const std::size_t end = std::min(rest_.find('"'), rest_.size());
      value = rest_.substr(0, end);
      rest_.remove_prefix(end);
      if (!take("\"")) fail("a quote is not closed");
      if (value.find_first_of("<>") != std::string::npos) fail("a bracket in an attribute");
    }
    if (key == "id" && !ids_.insert(value).second) fail("id twice: " + value);
    if (!element.attributes.emplace(key, value).second) fail("attribute twice: " + key);
  }

  void characters() {
    const std::size_t end = std::min(rest_.find('<'), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    while (!text.empty()) {
      const auto* reference =
          std::ranges::find_if(kReferences, [&](const auto& known) { return text.starts_with(known.first); });
      if (reference != kReferences.end()) {
        page_.text += reference->second;
        text.remove_prefix(reference->first.size());
        continue;
      }
      if (text.front() == '&') fail("a bare &");
      if (text.front() == '>') fail("a bare >");
      page_.text += text.front();
      text.remove_prefix(1);
    }
  }

  std::string_view rest_;
  Page page_;
  std::vector<std::string> open_;
  std::set<std::string> ids_;
};

}  // namespace

int Page::count_class(std::string_view name) const {
  return static_cast<int>(std::ranges::count_if(elements, [&](const PageElement& element) {
    const auto found = element.attributes.find("class");
    return found != element.attributes.end() &&
           (" " + found->second + " ").contains(" " + std::string(name) + " ");
  }));
}

Page read_page(std::string_view html) {
  return PageReader(html).read();
}

}  // namespace pharos::mirror
