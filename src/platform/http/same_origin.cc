#include "platform/http/same_origin.h"

#include <string>

namespace pharos::http {
namespace {

/// `https://host:8443/path` → `https://host:8443`
std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? std::string_view() : url.substr(0, url.find('/', scheme + 3));
}

}  // namespace

bool is_from_own_page(const Request& request, std::string_view public_url) {
  if (const auto site = request.headers.find("Sec-Fetch-Site"))
    return *site == "same-origin" || *site == "none";
  const auto origin = request.headers.find("Origin");
  if (!origin || *origin == "null") return false;
  const std::string asked =
      (request.is_secure ? "https://" : "http://") + std::string(request.headers.get("Host"));
  return equal_ignoring_case(*origin, asked) ||
         (!public_url.empty() && equal_ignoring_case(*origin, origin_of(public_url)));
}

}  // namespace pharos::http
