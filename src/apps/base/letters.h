// What people are sent outside the API: links that only they may have.
#pragma once

#include <functional>
#include <string>

#include <boost/describe/class.hpp>

namespace pharos::base_api {

struct Letter {
  std::string about;  ///< `invitation`, `password recovery`
  std::string to;     ///< an address
  std::string path;   ///< where the token is to be sent
  std::string token;
};
BOOST_DESCRIBE_STRUCT(Letter, (), (about, to, path, token))

/// What the letter says; `address` is how people reach this server.
std::string text_of(const Letter& letter, const std::string& address);

/// Brings a letter to whom it is for, or sees to it; does not wait. Called on any thread.
using Post = std::function<void(const Letter&)>;

}  // namespace pharos::base_api
