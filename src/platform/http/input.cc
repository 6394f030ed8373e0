#include "platform/http/input.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "core/base/text.h"

namespace pharos::http {

void FieldErrors::add(const std::string& place, const base::Error& error) {
  std::string_view sentence = error.what();
  if (!sentence.starts_with(place)) return add(place, std::string(sentence));
  // What is wrong may lie deeper than the place: `body.tags[2]: expected a string`.
  const std::size_t colon = sentence.find(": ");
  if (colon == std::string_view::npos) return add(place, std::string(sentence));
  add(std::string(sentence.substr(0, colon)), std::string(sentence.substr(colon + 2)));
}

void FieldErrors::add_unknown(const std::string& place, std::string_view field,
                              const std::vector<std::string>& known) {
  const std::string near = base::nearest(field, known);
  add(fmt::format("{}.{}", place, field),
      near.empty() ? fmt::format("is not known here; there is {}", base::join(known, ", "))
                   : fmt::format("is not known here; did you mean '{}'?", near));
}

void FieldErrors::throw_if_any() {
  if (!errors_.empty()) throw InputError(std::exchange(errors_, {}));
}

namespace detail {

boost::json::value number_of_text(const std::string& text) {
  boost::json::error_code failure;
  boost::json::value value = boost::json::parse(text, failure);
  if (failure || !value.is_number()) return boost::json::value(text);
  return value;
}

boost::json::value truth_of_text(const std::string& text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return boost::json::value(text);
}

}  // namespace detail
}  // namespace pharos::http
