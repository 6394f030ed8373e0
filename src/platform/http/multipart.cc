#include "platform/http/multipart.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "platform/http/headers.h"

namespace pharos::http {
namespace {

constexpr std::size_t kLongestHead = 8 * 1024;
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, fmt::format("the form is broken: {}", why));
}

/// The value of `name` in `form-data; name="a"; filename="b"`, quotes and escapes taken off.
std::string parameter_of(std::string_view field, std::string_view name, bool* found = nullptr) {
  std::size_t at = field.find(';');
  while (at != std::string_view::npos && at < field.size()) {
    ++at;
    while (at < field.size() && (field[at] == ' ' || field[at] == '\t')) ++at;
    const std::size_t equals = field.find_first_of("=;", at);
    if (equals == std::string_view::npos || field[equals] == ';') {
      at = equals;
      continue;
    }
    const std::string_view key = base::trim(field.substr(at, equals - at));
    std::string value;
    at = equals + 1;
    if (at < field.size() && field[at] == '"') {
      for (++at; at < field.size() && field[at] != '"'; ++at) {
        if (field[at] == '\\' && at + 1 < field.size() && (field[at + 1] == '"' || field[at + 1] == '\\'))
          ++at;
        value += field[at];
      }
      at = field.find(';', at);
    } else {
      const std::size_t end = field.find(';', at);
      value = base::trim(field.substr(at, end == std::string_view::npos ? end : end - at));
      at = end;
    }
    if (equal_ignoring_case(key, name)) {
      if (found != nullptr) *found = true;
      return value;
    }
  }
  return {};
}

PartHead head_of(std::string_view text) {
  PartHead head;
  bool is_named = false;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) refuse("a part's head has a line without a colon");
    const std::string_view name = base::trim(line.substr(0, colon));
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (equal_ignoring_case(name, "Content-Disposition")) {
      head.field = parameter_of(value, "name", &is_named);
      head.file_name = parameter_of(value, "filename", &head.is_file);
    } else if (equal_ignoring_case(name, "Content-Type")) {
      head.content_type = value;
    }
  }
  if (!is_named) refuse("a part has no name in its Content-Disposition");
  if (!base::is_utf8(head.field) || !base::is_utf8(head.file_name)) refuse("a part's name is not UTF-8");
  return head;
}

}  // namespace

std::string multipart_boundary(std::string_view content_type) {
  if (!equal_ignoring_case(base::trim(content_type.substr(0, content_type.find(';'))),
                           "multipart/form-data")) {
    return {};
  }
  std::string boundary = parameter_of(content_type, "boundary");
  return boundary.size() <= kLongestBoundary ? boundary : std::string();
}

MultipartParser::MultipartParser(std::string_view boundary)
    : delimiter_(fmt::format("\r\n--{}", boundary)), held_("\r\n") {}

void MultipartParser::feed(std::string_view bytes) {
  held_ += bytes;
  while (step()) {
  }
}

void MultipartParser::finish() const {
  if (step_ != Step::kEnd) refuse("it ends before its last boundary");
}

/// True when it has understood something and there may be more.
bool MultipartParser::step() {
  switch (step_) {
    case Step::kPreamble:
      return skip_preamble();
    case Step::kAfterBoundary:
      return after_boundary();
    case Step::kHead:
      return read_head();
    case Step::kBody:
      return read_body();
    case Step::kEnd:
      held_.clear();
      return false;
  }
  return false;
}

bool MultipartParser::skip_preamble() {
  const std::size_t at = held_.find(delimiter_);
  if (at == std::string::npos) {
    if (held_.size() > kLongestHead) refuse("it does not begin with its boundary");
    return false;
  }
  held_.erase(0, at + delimiter_.size());
  step_ = Step::kAfterBoundary;
  return true;
}

bool MultipartParser::after_boundary() {
  if (held_.size() < 2) return false;
  if (held_.starts_with("--")) {
    step_ = Step::kEnd;
    return true;
  }
  const std::size_t end = held_.find("\r\n");
  if (end == std::string::npos) {
    if (held_.size() > kLongestHead) refuse("there is something after a boundary");
    return false;
  }
  if (!base::trim(std::string_view(held_).substr(0, end)).empty())
    refuse("there is something after a boundary");
  held_.erase(0, end + 2);
  step_ = Step::kHead;
  return true;
}

bool MultipartParser::read_head() {
  const bool is_bare = held_.starts_with("\r\n");
  const std::size_t end = is_bare ? 0 : held_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (held_.size() > kLongestHead) refuse("a part's head is longer than 8 KiB");
    return false;
  }
  PartHead head = head_of(std::string_view(held_).substr(0, end));
  held_.erase(0, end + (is_bare ? 2 : 4));
  // The delimiter begins with the line end that follows the body, and a body may be empty.
  step_ = Step::kBody;
  on_part(std::move(head));
  return true;
}

bool MultipartParser::read_body() {
  const std::size_t at = held_.find(delimiter_);
  if (at != std::string::npos) {
    if (at > 0) on_bytes(std::string_view(held_).substr(0, at));
    on_part_end();
    held_.erase(0, at + delimiter_.size());
    step_ = Step::kAfterBoundary;
    return true;
  }
  // What might be the beginning of a delimiter is kept for the next bytes.
  if (held_.size() < delimiter_.size()) return false;
  const std::size_t sure = held_.size() - delimiter_.size() + 1;
  on_bytes(std::string_view(held_).substr(0, sure));
  held_.erase(0, sure);
  return false;
}

}  // namespace pharos::http
