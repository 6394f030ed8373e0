// What people are sent outside the API: links that only they may have.
#pragma once

#include <functional>
#include <string>

namespace pharos::base_api {

struct Letter {
  std::string about;  ///< `invitation`, `password recovery`
  std::string to;     ///< an address
  std::string path;   ///< where the token is to be sent
  std::string token;
};

/// Brings a letter to whom it is for, or sees to it; does not wait. Called on any thread.
using Post = std::function<void(const Letter&)>;

}  // namespace pharos::base_api
