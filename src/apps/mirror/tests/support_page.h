// Reads a page as strictly as XML, for tests of what is in it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::mirror {

struct PageElement {
  std::string name;
  std::map<std::string, std::string> attributes;  ///< values still escaped
};

struct Page {
  std::vector<PageElement> elements;  ///< in the order they start
  std::string text;                   ///< of the body's elements, a space between them, references resolved
  std::string problem;                ///< the first thing that is not well-formed; empty when all is

  /// How many elements have that class.
  int count_class(std::string_view name) const;
};

/// Every start tag must be closed in order but for void elements, every attribute be quoted and named once,
/// every
/// `<` and `&` of a text be escaped, every id be unique.
Page read_page(std::string_view html);

}  // namespace pharos::mirror
