#include "platform/http/upload.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/error.h"
#include "platform/http/multipart.h"
#include "platform/http/problem.h"

namespace pharos::http {
namespace {

/// A file under a name that nobody else has, readable by nobody else.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::string name = (folder / "upload-XXXXXX").string();
    descriptor_ = ::mkstemp(name.data());
    if (descriptor_ < 0) fail();
    file_ = TemporaryFile(name);
  }
  ~NewFile() { ::close(descriptor_); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  TemporaryFile take() { return std::move(file_); }

 private:
  [[noreturn]] static void fail() {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("the file cannot be kept: {}", std::generic_category().message(errno)));
  }

  int descriptor_ = -1;
  TemporaryFile file_;
};

/// Parts on their way into an Upload. Runs on the disk pool.
class Receiver {
 public:
  Receiver(std::string_view boundary, const UploadSettings& settings)
      : settings_(settings), parser_(boundary) {
    parser_.on_part = [this](PartHead head) { begin(std::move(head)); };
    parser_.on_bytes = [this](std::string_view bytes) { take(bytes); };
    parser_.on_part_end = [this] { end(); };
  }

  void feed(std::string_view bytes) { parser_.feed(bytes); }
  Upload finish() {
    parser_.finish();
    return std::move(upload_);
  }

 private:
  void begin(PartHead head) {
    head_ = std::move(head);
    text_.clear();
    if (!head_.is_file) {
      if (upload_.fields.size() >= settings_.max_fields) refuse("fields", settings_.max_fields);
      return;
    }
    if (upload_.files.size() >= settings_.max_files) refuse("files", settings_.max_files);
    file_ = std::make_unique<NewFile>(settings_.folder);
    size_ = 0;
  }
  void take(std::string_view bytes) {
    if (head_.is_file) {
      file_->write(bytes);
      size_ += bytes.size();
    } else {
      text_ += bytes;
      if (text_.size() > settings_.max_field_bytes) refuse("bytes in one field", settings_.max_field_bytes);
    }
  }
  void end() {
    if (head_.is_file) {
      upload_.files.push_back({.field = head_.field,
                               .name = head_.file_name,
                               .content_type = head_.content_type,
                               .size = size_,
                               .file = file_->take()});
      file_.reset();
    } else {
      upload_.fields[head_.field] = text_;
    }
  }
  [[noreturn]] static void refuse(std::string_view what, std::size_t limit) {
    throw base::Error(base::Code::kTooLarge, fmt::format("the form has more than {} {}", limit, what));
  }

  const UploadSettings& settings_;
  MultipartParser parser_;
  Upload upload_;
  PartHead head_;
  std::string text_;
  std::unique_ptr<NewFile> file_;
  std::uint64_t size_ = 0;
};

}  // namespace

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryFile::~TemporaryFile() {
  std::error_code gone_already;
  if (!path_.empty()) std::filesystem::remove(path_, gone_already);
}

UploadedFile& Upload::file(std::string_view field) {
  UploadedFile* found = nullptr;
  for (UploadedFile& each : files) {
    if (each.field != field) continue;
    if (found != nullptr) {
      throw InputError(
          {{.place = fmt::format("body.{}", field), .message = "is given twice; send one file"}});
    }
    found = &each;
  }
  if (found == nullptr) {
    throw InputError(
        {{.place = fmt::format("body.{}", field), .message = "is missing: send a file under that name"}});
  }
  return *found;
}

base::Task<Upload> receive_upload(const Request& request, BodyReader& body, const UploadSettings& settings,
                                  base::Pool& disk) {
  const std::string boundary = multipart_boundary(request.headers.get("Content-Type"));
  if (boundary.empty()) {
    throw base::Error(base::Code::kUnsupported,
                      "send the file as a form: Content-Type: multipart/form-data with its boundary");
  }
  const auto receiver = std::make_shared<Receiver>(boundary, settings);
  while (true) {
    const std::string_view bytes = co_await body.read_some();
    if (bytes.empty()) break;
    auto save = [receiver, bytes] { receiver->feed(bytes); };
    co_await base::run_on(disk, std::move(save));
  }
  co_return receiver->finish();
}

}  // namespace pharos::http
