// SHA-256 of what comes in pieces.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace pharos::storage {

/// Used by one thread at a time.
class Digest {
 public:
  Digest();

  void add(std::string_view piece);
  /// 64 hexadecimal digits of everything that was added. Called once, at the end.
  std::string finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

/// Blocks. Throws base::Error (kUnavailable) when the file cannot be read.
std::string digest_of_file(const std::filesystem::path& file);

}  // namespace pharos::storage
