// Where a Redis is and how to sign in there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pharos::storage::redis {

struct Address {
  std::string host;  ///< empty when there is a socket's path
  std::string port = "6379";
  std::string path;
  std::string user;
  std::string password;
  std::string database;  ///< its number, or empty

  /// For messages: without user and password.
  std::string describe() const;
  /// The commands that come first on a new connection.
  std::vector<std::vector<std::string>> greetings() const;
};

/// `redis://[[user]:password@]host[:port][/database]` or `unix:[user:password@]PATH`. Throws base::Error
/// (kInvalidInput).
Address parse_address(std::string_view url);

}  // namespace pharos::storage::redis
