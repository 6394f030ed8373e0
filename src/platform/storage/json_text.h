// JSON as it is kept in a database: what is written comes back the same, to the last bit of a double.
#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"

namespace pharos::storage {

namespace json = boost::json;

/// Compact text. Throws base::Error (kInvalidInput) that names `what` when a string in it is not UTF-8 or a
/// number is not finite: it could not be read back.
std::string write_json(const json::value& value, std::string_view what);

/// What write_json has written. Throws base::Error (kInvalidInput) that names `what` when it is not JSON.
///
/// Unlike boost::json::parse it does not lose the last bit of one double in ten, and takes values as deep as
/// a state may be.
json::value read_json(std::string_view text, std::string_view what);

}  // namespace pharos::storage
