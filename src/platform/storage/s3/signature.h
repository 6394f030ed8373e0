// Signatures of requests to S3 (AWS Signature Version 4).
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pharos::storage::s3 {

struct Keys {
  std::string access_key;
  std::string secret_key;
  std::string region = "us-east-1";
};

/// What is signed of a request, nothing of it encoded yet.
struct Request {
  std::string method;
  std::string path;  ///< `/bucket/key`
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  ///< names in lower case, `host` among them
  std::string payload_sha256;
};

/// The headers to send beside those of the request: `authorization`, `x-amz-date`, `x-amz-content-sha256`.
/// `time` is `20130524T000000Z`.
std::map<std::string, std::string> sign(const Request& request, const Keys& keys, std::string_view time);

/// As a URL has it: everything but letters, digits and `-._~` (and `/` in a path) in percents.
std::string encode(std::string_view text, bool is_path);
/// `a=1&b=2`, sorted and encoded.
std::string encode_query(const std::map<std::string, std::string>& query);

}  // namespace pharos::storage::s3
