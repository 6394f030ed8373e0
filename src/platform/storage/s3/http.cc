#include "platform/storage/s3/http.h"

#include <chrono>
#include <ctime>

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::storage::s3 {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kSilenceSeconds = 30;
constexpr std::size_t kMostBody = std::size_t{64} << 20;

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* answer) {
  std::string& body = static_cast<Answer*>(answer)->body;
  if (body.size() + size * count > kMostBody) return 0;
  body.append(data, size * count);
  return size * count;
}

std::size_t give_body(char* data, std::size_t size, std::size_t count, void* file) {
  return std::fread(data, size, count, static_cast<std::FILE*>(file)) * size;
}

std::string time_of(base::WallTime time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// The list of headers that libcurl takes.
class Headers {
 public:
  ~Headers() { curl_slist_free_all(list_); }
  Headers() = default;
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;

  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* list() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace

struct Http::Handle {
  Handle() : curl(curl_easy_init()) {}
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  template <class Value>
  void set(CURLoption option, Value value) const {
    curl_easy_setopt(curl, option, value);  // NOLINT(cppcoreguidelines-pro-type-vararg): libcurl's interface
  }

  CURL* curl;
};

Http::Http(std::string endpoint, Keys keys, base::Clock& clock)
    : endpoint_(std::move(endpoint)), keys_(std::move(keys)), clock_(clock) {
  while (endpoint_.ends_with('/')) endpoint_.pop_back();
  const std::size_t start = endpoint_.find("://");
  if (!endpoint_.starts_with("http") || start == std::string::npos ||
      endpoint_.find('/', start + 3) != std::string::npos || endpoint_.size() == start + 3) {
    throw base::Error(base::Code::kInvalidInput,
                      "this is no address of an S3 store: write https://host[:port]");
  }
  host_ = endpoint_.substr(start + 3);
}

Http::~Http() = default;

std::unique_ptr<Http::Handle> Http::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  return std::make_unique<Handle>();
}

void Http::give_back(std::unique_ptr<Handle> handle) {
  curl_easy_reset(handle->curl);  // its connections stay
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(handle));
}

Answer Http::ask(Request request, const FileBody& body) {
  request.headers["host"] = host_;
  Headers headers;
  for (const auto& [name, value] : request.headers) headers.add(fmt::format("{}: {}", name, value));
  for (const auto& [name, value] : sign(request, keys_, time_of(clock_.wall_now()))) {
    headers.add(fmt::format("{}: {}", name, value));
  }
  headers.add("expect:");  // nobody waits for leave to send a body
  std::string url = endpoint_ + encode(request.path, true);
  if (!request.query.empty()) url += "?" + encode_query(request.query);

  std::unique_ptr<Handle> handle = take();
  Answer answer;
  handle->set(CURLOPT_URL, url.c_str());
  handle->set(CURLOPT_HTTPHEADER, headers.list());
  handle->set(CURLOPT_NOSIGNAL, 1L);
  handle->set(CURLOPT_PROXY, "");
  handle->set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle->set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  handle->set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  handle->set(CURLOPT_LOW_SPEED_TIME, kSilenceSeconds);
  handle->set(CURLOPT_WRITEFUNCTION, &take_body);
  handle->set(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  if (request.method == "HEAD") handle->set(CURLOPT_NOBODY, 1L);
  if (body.file != nullptr) {
    handle->set(CURLOPT_UPLOAD, 1L);
    handle->set(CURLOPT_READFUNCTION, &give_body);
    handle->set(CURLOPT_READDATA, static_cast<void*>(body.file));
    handle->set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body.bytes));
  } else {
    handle->set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const CURLcode result = curl_easy_perform(handle->curl);
  curl_off_t length = 0;
  curl_easy_getinfo(handle->curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(handle->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0) answer.content_length = static_cast<std::uintmax_t>(length);
  give_back(std::move(handle));
  if (result != CURLE_OK) {
    throw base::Error(base::Code::kUnavailable, fmt::format("the S3 store at {} does not answer: {}", host_,
                                                            curl_easy_strerror(result)));
  }
  return answer;
}

}  // namespace pharos::storage::s3
