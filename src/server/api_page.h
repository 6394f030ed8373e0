// The API as a page for people.
#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace pharos::server {

/// One HTML page without scripts, with the routes of an OpenAPI document by tag. Its style is at
/// docs/style.css.
std::string api_page(const boost::json::object& openapi);

}  // namespace pharos::server
