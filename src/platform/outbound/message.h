// What is asked of others' servers, and what they answer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/deadline.h"

namespace pharos::outbound {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name, in whatever case; nothing when there is none.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers = {};
  std::string body = {};
  base::Deadline deadline = {};  ///< for the whole of it, with redirects and retries
  int redirects = 0;        ///< how many are followed, at most 3; with 0 they are an answer like any other
  bool may_repeat = false;  ///< asking twice does no harm although the method is not one that says so
};

struct Response {
  int status = 0;
  Headers headers;   ///< in the order they came, names in lower case
  std::string body;  ///< decoded
  std::string url;   ///< where it came from, after redirects
  bool on_new_connection = false;
  bool is_http2 = false;
};

/// Whether asking twice is the same as asking once (RFC 9110, 9.2.2).
bool is_idempotent(std::string_view method);

/// Throws base::Error (kInvalidInput) for a method or headers that would be more than they say, and for
/// headers that are the connection's own business.
void check_message(const Request& request);

}  // namespace pharos::outbound
