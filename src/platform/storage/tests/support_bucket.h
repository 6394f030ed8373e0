// A bucket in memory that speaks as much of S3 as blobs need, and looks at every signature.
#pragma once

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/sha256.h"
#include "platform/storage/s3/signature.h"

namespace pharos::storage::testing_support {

/// One connection at a time, one request a connection.
class Bucket {
 public:
  Bucket() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place = {};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    void* raw = &place;
    bind(listener_, static_cast<const sockaddr*>(raw), size);
    getsockname(listener_, static_cast<sockaddr*>(raw), &size);
    listen(listener_, 16);
    port_ = ntohs(place.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Bucket() {
    is_stopped_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  Bucket(const Bucket&) = delete;
  Bucket& operator=(const Bucket&) = delete;

  std::string endpoint() const { return fmt::format("http://127.0.0.1:{}", port_); }
  const s3::Keys& keys() const { return keys_; }

 private:
  struct Asked {
    s3::Request request;
    std::string time;
    std::string authorization;
    std::string body;
  };

  void serve() {
    while (!is_stopped_) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      std::string answer = answer_to(read(connection));
      answer.insert(answer.find("\r\n") + 2, "connection: close\r\n");
      for (std::string_view rest = answer; !rest.empty();) {
        const ssize_t sent = send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      close(connection);
    }
  }

  static Asked read(int connection) {
    std::string bytes;
    const auto more = [&] {
      char piece[16384];
      const ssize_t got = recv(connection, piece, sizeof piece, 0);
      if (got > 0) bytes.append(piece, static_cast<std::size_t>(got));
      return got > 0;
    };
    while (bytes.find("\r\n\r\n") == std::string::npos && more()) {
    }
    const std::size_t end = bytes.find("\r\n\r\n");
    Asked asked = parse(bytes.substr(0, end));
    const auto length = asked.request.headers.find("content-length");
    const std::size_t wanted =
        end + 4 + (length == asked.request.headers.end() ? 0 : std::stoull(length->second));
    while (bytes.size() < wanted && more()) {
    }
    asked.body = bytes.substr(end + 4);
    return asked;
  }

  /// Names in these tests need no percents, but for the slashes of a query.
  static std::string decode(std::string text) {
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 1)) {
      text.replace(at, 3, 1, static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16)));
    }
    return text;
  }

  static Asked parse(const std::string& head) {
    Asked asked;
    std::istringstream lines(head);
    std::string target;
    lines >> asked.request.method >> target;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      if (line.ends_with('\r')) line.pop_back();
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) continue;
      std::string name = line.substr(0, colon);
      std::ranges::transform(name, name.begin(), [](unsigned char letter) { return std::tolower(letter); });
      asked.request.headers[name] = line.substr(colon + 2);
    }
    asked.request.path = decode(target.substr(0, target.find('?')));
    std::istringstream query(target.find('?') == std::string::npos ? ""
                                                                   : target.substr(target.find('?') + 1));
    for (std::string pair; std::getline(query, pair, '&');) {
      const std::size_t equals = pair.find('=');
      asked.request.query[decode(pair.substr(0, equals))] = decode(pair.substr(equals + 1));
    }
    auto& headers = asked.request.headers;
    asked.time = headers["x-amz-date"];
    asked.authorization = headers["authorization"];
    asked.request.payload_sha256 = headers["x-amz-content-sha256"];
    return asked;
  }

  /// Signed are the host, the range and what every request has.
  bool is_signed(const Asked& asked) const {
    s3::Request request = asked.request;
    std::erase_if(request.headers,
                  [](const auto& header) { return header.first != "host" && header.first != "range"; });
    return s3::sign(request, keys_, asked.time).at("authorization") == asked.authorization &&
           base::sha256(asked.body) == request.payload_sha256;
  }

  static std::string answer(const std::string& status, const std::string& body = {}) {
    return fmt::format("HTTP/1.1 {}\r\ncontent-length: {}\r\n\r\n{}", status, body.size(), body);
  }

  std::string answer_to(const Asked& asked) {
    const s3::Request& request = asked.request;
    if (!is_signed(asked)) {
      return answer("403 Forbidden", "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    }
    if (!request.path.starts_with("/photos")) {
      return answer("404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>");
    }
    if (!request.query.empty()) return list(request.query);
    if (request.method == "PUT") {
      objects_[request.path] = asked.body;
      return answer("200 OK");
    }
    const auto found = objects_.find(request.path);
    if (request.method == "DELETE") {
      if (found != objects_.end()) objects_.erase(found);
      return answer("204 No Content");
    }
    if (found == objects_.end()) return answer("404 Not Found");
    if (request.method == "HEAD") {
      return fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", found->second.size());
    }
    const std::string range = request.headers.at("range");  // bytes=1-2
    const std::size_t first = std::stoull(range.substr(6));
    const std::size_t last = std::stoull(range.substr(range.find('-') + 1));
    return answer("206 Partial Content", found->second.substr(first, last - first + 1));
  }

  std::string list(const std::map<std::string, std::string>& query) const {
    std::string keys;
    std::size_t left = std::stoull(query.at("max-keys"));
    for (const auto& [path, content] : objects_) {
      const std::string key = path.substr(path.find('/', 1) + 1);
      if (!key.starts_with(query.at("prefix")) || key <= query.at("start-after") || left == 0) continue;
      keys += fmt::format("<Contents><Key>{}</Key><Size>{}</Size></Contents>", key, content.size());
      --left;
    }
    return answer("200 OK", "<ListBucketResult>" + keys + "</ListBucketResult>");
  }

  s3::Keys keys_{.access_key = "lamp", .secret_key = "light"};
  std::map<std::string, std::string> objects_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_stopped_ = false;
  std::thread thread_;
};

}  // namespace pharos::storage::testing_support
