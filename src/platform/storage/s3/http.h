// Requests to S3: signed, blocking, on connections that are used again.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "platform/storage/s3/signature.h"

namespace pharos::storage::s3 {

struct Answer {
  long status = 0;
  std::string body;
  std::uintmax_t content_length = 0;
};

/// A body that lies in a file.
struct FileBody {
  std::FILE* file = nullptr;
  std::uintmax_t bytes = 0;
};

/// Thread-safe.
class Http {
 public:
  /// `endpoint` is `https://host[:port]`. Throws base::Error (kInvalidInput) when it is none.
  Http(std::string endpoint, Keys keys, base::Clock& clock);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// Blocks. The host is added to the request's headers. Throws base::Error (kUnavailable) when nobody
  /// answers.
  Answer ask(Request request, const FileBody& body = {});

 private:
  struct Handle;

  std::unique_ptr<Handle> take();
  void give_back(std::unique_ptr<Handle> handle);

  std::string endpoint_;
  std::string host_;
  Keys keys_;
  base::Clock& clock_;
  std::mutex mutex_;  ///< guards what follows
  std::vector<std::unique_ptr<Handle>> idle_;
};

}  // namespace pharos::storage::s3
