// JSON from strangers who might want two readers of it to see different things.
#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/value.hpp>

namespace pharos::security {

/// Parses one JSON text. Throws base::Error (kInvalidInput) that names `what`: not JSON, not UTF-8, deeper
/// than `max_depth`, or with the same name twice in an object, of which other readers take one or the other.
boost::json::value parse_strict_json(std::string_view text, std::string_view what,
                                     std::size_t max_depth = 64);

}  // namespace pharos::security
