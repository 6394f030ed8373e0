#include "platform/http/route.h"

namespace pharos::http {
namespace {

constexpr std::size_t kLongestJson = 10 * 1024 * 1024;
constexpr std::size_t kLongestUpload = 32 * 1024 * 1024;

/// `/api/v1/items/{id}` belongs to `items`.
std::string tag_of(std::string_view pattern) {
  if (pattern.starts_with("/api/v1/")) pattern.remove_prefix(8);
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  return std::string(pattern.substr(0, pattern.find('/')));
}

}  // namespace

Route::Route(Method method, std::string pattern, Handler handler, Description description, bool takes_upload)
    : method_(method),
      pattern_(std::move(pattern)),
      handler_(std::move(handler)),
      description_(std::move(description)),
      takes_upload_(takes_upload),
      tag_(tag_of(pattern_)),
      max_body_(takes_upload ? kLongestUpload : kLongestJson) {}

Route& Route::open() {
  is_open_ = true;
  return *this;
}

Route& Route::needs(security::Permission permission) {
  permission_ = permission;
  return *this;
}

Route& Route::limited(Limit limit) {
  limit_ = limit;
  return *this;
}

Route& Route::summary(std::string text) {
  summary_ = std::move(text);
  return *this;
}

Route& Route::tag(std::string name) {
  tag_ = std::move(name);
  return *this;
}

Route& Route::raises(base::Code code) {
  errors_.push_back(code);
  return *this;
}

Route& Route::status(int code) {
  status_ = code;
  return *this;
}

Route& Route::max_body(std::size_t bytes) {
  max_body_ = bytes;
  return *this;
}

Route& Route::hidden() {
  is_hidden_ = true;
  return *this;
}

}  // namespace pharos::http
