#include "platform/storage/s3/s3_blobs.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "platform/storage/digest.h"
#include "platform/storage/s3/http.h"

namespace pharos::storage {
namespace {

using s3::Answer;
using s3::Request;

constexpr long kOk = 200;
constexpr long kNoContent = 204;
constexpr long kPartial = 206;
constexpr long kNotThere = 404;

/// What stands between `<Name>` and `</Name>` for the first time from `from` on; `from` moves behind it.
std::optional<std::string> element(std::string_view xml, std::string_view name, std::size_t& from) {
  const std::string opening = fmt::format("<{}>", name);
  const std::size_t start = xml.find(opening, from);
  const std::size_t end = start == std::string_view::npos ? start : xml.find("</", start);
  if (end == std::string_view::npos) return std::nullopt;
  from = end;
  return std::string(xml.substr(start + opening.size(), end - start - opening.size()));
}

[[noreturn]] void throw_refused(const Answer& answer) {
  std::size_t from = 0;
  const std::string code = element(answer.body, "Code", from).value_or("");
  const char* advice = "";
  if (answer.status == 403) advice = "; are the keys, the bucket and this machine's clock right?";
  if (answer.status == kNotThere) advice = "; is there that bucket?";
  throw base::Error(base::Code::kUnavailable, fmt::format("the S3 store answers {}{}{}{}", answer.status,
                                                          code.empty() ? "" : " ", code, advice));
}

/// A file without a name, gone when it is closed.
class Spool {
 public:
  Spool() : file_(std::tmpfile()) {
    if (file_ == nullptr) fail();
  }
  ~Spool() { std::fclose(file_); }
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void append(std::string_view piece) {
    if (std::fwrite(piece.data(), 1, piece.size(), file_) != piece.size()) fail();
    bytes_ += piece.size();
  }
  s3::FileBody body() {
    if (std::fflush(file_) != 0) fail();
    std::rewind(file_);
    return {.file = file_, .bytes = bytes_};
  }

 private:
  [[noreturn]] static void fail() {
    throw base::Error(base::Code::kUnavailable,
                      "a temporary file cannot be written: make room where temporary files lie");
  }

  std::FILE* file_;
  std::uintmax_t bytes_ = 0;
};

}  // namespace

struct S3Blobs::Store {
  std::string key(const std::string& name) const { return fmt::format("/{}/{}{}", bucket, prefix, name); }
  Request request(std::string method, std::string path) const {
    return {.method = std::move(method),
            .path = std::move(path),
            .query = {},
            .headers = {},
            .payload_sha256 = base::sha256("")};
  }

  std::string bucket;
  std::string prefix;
  s3::Http http;
};

namespace {

template <class Store>
class S3Writer final : public BlobWriter {
 public:
  S3Writer(std::shared_ptr<Store> store, base::Pool& disk, std::string id)
      : coming_(std::make_shared<Coming>(std::move(store), std::move(id))), disk_(disk) {}

  base::Task<void> write(std::string piece) override {
    auto append = [coming = coming_, piece = std::move(piece)] {
      coming->spool.append(piece);
      coming->digest.add(piece);
    };
    return base::run_on(disk_, std::move(append));
  }
  base::Task<Blob> finish() override {
    auto finish = [coming = coming_] { return coming->finish(); };
    return base::run_on(disk_, std::move(finish));
  }

 private:
  struct Coming {
    Coming(std::shared_ptr<Store> to, std::string the_id) : store(std::move(to)), id(std::move(the_id)) {}

    Blob finish() {
      const s3::FileBody body = spool.body();
      Blob blob{.name = {}, .sha256 = digest.finish(), .bytes = body.bytes};
      blob.name = blob_name(blob.sha256, id);
      Request request = store->request("PUT", store->key(blob.name));
      request.payload_sha256 = blob.sha256;
      const Answer answer = store->http.ask(std::move(request), body);
      if (answer.status != kOk) throw_refused(answer);
      return blob;
    }

    std::shared_ptr<Store> store;
    std::string id;
    Spool spool;
    Digest digest;
  };

  std::shared_ptr<Coming> coming_;
  base::Pool& disk_;
};

template <class Store>
class S3Reader final : public BlobReader {
 public:
  S3Reader(std::shared_ptr<Store> store, base::Pool& disk, std::string name, std::uintmax_t bytes)
      : store_(std::move(store)), disk_(disk), name_(std::move(name)), bytes_(bytes) {}

  std::uintmax_t bytes() const override { return bytes_; }
  base::Task<std::string> read(std::uintmax_t offset, std::size_t most) override {
    auto read = [store = store_, name = name_, bytes = bytes_, offset, most]() -> std::string {
      if (offset >= bytes || most == 0) return {};
      Request request = store->request("GET", store->key(name));
      request.headers["range"] =
          fmt::format("bytes={}-{}", offset, std::min<std::uintmax_t>(bytes, offset + most) - 1);
      Answer answer = store->http.ask(std::move(request));
      if (answer.status == kNotThere) {
        throw base::Error(base::Code::kNotFound, fmt::format("the blob '{}' was removed meanwhile", name));
      }
      if (answer.status != kPartial) throw_refused(answer);
      return std::move(answer.body);
    };
    return base::run_on(disk_, std::move(read));
  }

 private:
  std::shared_ptr<Store> store_;
  base::Pool& disk_;
  std::string name_;
  std::uintmax_t bytes_;
};

}  // namespace

S3Blobs::S3Blobs(S3BlobsSettings settings, base::Pool& disk, base::Ids& ids, base::Clock& clock)
    : store_(new Store{.bucket = std::move(settings.bucket),
                       .prefix = std::move(settings.prefix),
                       .http = s3::Http(std::move(settings.endpoint), std::move(settings.keys), clock)}),
      disk_(disk),
      ids_(ids) {}

base::Task<std::unique_ptr<BlobWriter>> S3Blobs::create() {
  co_return std::make_unique<S3Writer<Store>>(store_, disk_, ids_.next());
}

base::Task<std::unique_ptr<BlobReader>> S3Blobs::open(std::string name) {
  check_blob_name(name);
  auto open = [store = store_, &disk = disk_, name = std::move(name)]() -> std::unique_ptr<BlobReader> {
    const Answer answer = store->http.ask(store->request("HEAD", store->key(name)));
    if (answer.status == kNotThere) {
      throw base::Error(base::Code::kNotFound, fmt::format("there is no blob '{}'", name));
    }
    if (answer.status != kOk) throw_refused(answer);
    return std::make_unique<S3Reader<Store>>(store, disk, name, answer.content_length);
  };
  return base::run_on(disk_, std::move(open));
}

base::Task<void> S3Blobs::remove(std::string name) {
  check_blob_name(name);
  auto remove = [store = store_, name = std::move(name)] {
    const Answer answer = store->http.ask(store->request("DELETE", store->key(name)));
    if (answer.status != kNoContent && answer.status != kOk && answer.status != kNotThere)
      throw_refused(answer);
  };
  return base::run_on(disk_, std::move(remove));
}

/// A store gives at most 1,000 names at a time.
base::Task<std::vector<std::string>> S3Blobs::list(std::string after, std::size_t most) {
  auto list = [store = store_, after = std::move(after), most]() mutable {
    std::vector<std::string> names;
    while (names.size() < most) {
      Request request = store->request("GET", "/" + store->bucket);
      request.query = {{"list-type", "2"},
                       {"prefix", store->prefix},
                       {"start-after", store->prefix + after},
                       {"max-keys", std::to_string(std::min<std::size_t>(most - names.size(), 1000))}};
      const Answer answer = store->http.ask(std::move(request));
      if (answer.status != kOk) throw_refused(answer);
      const std::size_t before = names.size();
      std::size_t from = 0;
      while (auto key = element(answer.body, "Key", from)) names.push_back(key->substr(store->prefix.size()));
      if (names.size() == before) break;
      after = names.back();
    }
    return names;
  };
  return base::run_on(disk_, std::move(list));
}

}  // namespace pharos::storage
