// The form that carries files (RFC 7578), read piece by piece.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pharos::http {

/// The head of one part.
struct PartHead {
  std::string field;
  std::string file_name;
  bool is_file = false;
  std::string content_type;
};

/// The boundary in `multipart/form-data; boundary=...`, or an empty text.
std::string multipart_boundary(std::string_view content_type);

/// Takes bytes as they come and tells of parts. Needs no more memory than a part's head.
class MultipartParser {
 public:
  explicit MultipartParser(std::string_view boundary);

  std::function<void(PartHead)> on_part;
  std::function<void(std::string_view)> on_bytes;  ///< of the part that was told of last
  std::function<void()> on_part_end;

  /// Throws base::Error (kInvalidInput) when it is no such form. What the callbacks throw goes through.
  void feed(std::string_view bytes);
  /// Throws base::Error (kInvalidInput) when the form has not ended.
  void finish() const;

 private:
  enum class Step { kPreamble, kAfterBoundary, kHead, kBody, kEnd };

  bool step();
  bool skip_preamble();
  bool after_boundary();
  bool read_head();
  bool read_body();

  std::string delimiter_;  ///< line end, dashes, boundary
  std::string held_;       ///< bytes not yet understood
  Step step_ = Step::kPreamble;
};

}  // namespace pharos::http
