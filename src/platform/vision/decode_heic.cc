// HEIC by libheif, looked for when the first such photo comes: Pharos runs without it.
#include <cstddef>
#include <memory>
#include <new>

#include <dlfcn.h>
#include <fmt/format.h>
#include <libheif/heif.h>

#include "core/base/error.h"
#include "platform/vision/bytes.h"
#include "platform/vision/decode.h"

namespace pharos::vision {
namespace {

using base::Code;
using base::Error;

/// The functions of libheif that are used, named as there.
class Heif {
 public:
  explicit Heif(const char* library)
      // Stays loaded: its decoders are set up once.
      : library_(dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
    if (library_ == nullptr) fail_missing();
    load(context_alloc, "heif_context_alloc");
    load(context_free, "heif_context_free");
    load(context_read, "heif_context_read_from_memory_without_copy");
    load(context_set_max_decoding_threads, "heif_context_set_max_decoding_threads");
    load(context_get_primary_image_handle, "heif_context_get_primary_image_handle");
    load(handle_release, "heif_image_handle_release");
    load(handle_get_width, "heif_image_handle_get_width");
    load(handle_get_height, "heif_image_handle_get_height");
    load(decoding_options_alloc, "heif_decoding_options_alloc");
    load(decoding_options_free, "heif_decoding_options_free");
    load(decode_image, "heif_decode_image");
    load(image_release, "heif_image_release");
    load(image_get_primary_width, "heif_image_get_primary_width");
    load(image_get_primary_height, "heif_image_get_primary_height");
    load(image_get_plane_readonly, "heif_image_get_plane_readonly");
  }
  ~Heif() { dlclose(library_); }
  Heif(const Heif&) = delete;
  Heif& operator=(const Heif&) = delete;

  decltype(&heif_context_alloc) context_alloc = nullptr;
  decltype(&heif_context_free) context_free = nullptr;
  decltype(&heif_context_read_from_memory_without_copy) context_read = nullptr;
  decltype(&heif_context_set_max_decoding_threads) context_set_max_decoding_threads = nullptr;
  decltype(&heif_context_get_primary_image_handle) context_get_primary_image_handle = nullptr;
  decltype(&heif_image_handle_release) handle_release = nullptr;
  decltype(&heif_image_handle_get_width) handle_get_width = nullptr;
  decltype(&heif_image_handle_get_height) handle_get_height = nullptr;
  decltype(&heif_decoding_options_alloc) decoding_options_alloc = nullptr;
  decltype(&heif_decoding_options_free) decoding_options_free = nullptr;
  decltype(&heif_decode_image) decode_image = nullptr;
  decltype(&heif_image_release) image_release = nullptr;
  decltype(&heif_image_get_primary_width) image_get_primary_width = nullptr;
  decltype(&heif_image_get_primary_height) image_get_primary_height = nullptr;
  decltype(&heif_image_get_plane_readonly) image_get_plane_readonly = nullptr;

 private:
  template <class Function>
  void load(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    if (function != nullptr) return;
    dlclose(library_);
    fail_missing();
  }

  [[noreturn]] static void fail_missing() {
    throw Error(
        Code::kUnsupported,
        "HEIC photos need the library libheif, version 1.13 or newer: install the package libheif1, or "
        "save the photo as JPEG.");
  }

  void* library_;
};

/// Throws what libheif complained of.
void check(const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  if (error.subcode == heif_suberror_End_of_data) fail_cut_off();
  if (error.code == heif_error_Memory_allocation_error) throw std::bad_alloc();
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature) {
    throw Error(
        Code::kUnsupported,
        fmt::format("This kind of HEIC is not readable here ({}): save the photo as JPEG.", error.message));
  }
  fail_broken("HEIC", error.message);
}

/// A pointer of libheif with its own release function.
template <class Object, class Release>
auto owned(Object* object, Release release) {
  if (object == nullptr) throw std::bad_alloc();
  return std::unique_ptr<Object, Release>(object, release);
}

Size upright_size(const Heif& heif, const heif_image_handle* handle, const DecodeLimits& limits) {
  const int width = heif.handle_get_width(handle);
  const int height = heif.handle_get_height(handle);
  check_size(static_cast<std::uint64_t>(std::max(width, 0)), static_cast<std::uint64_t>(std::max(height, 0)),
             limits);
  return {width, height};
}

}  // namespace

Image decode_heic(std::string_view file, int max_side, const DecodeLimits& limits, Size& original,
                  const char* library) {
  const Heif heif(library);
  const auto context = owned(heif.context_alloc(), heif.context_free);
  heif.context_set_max_decoding_threads(context.get(), 0);  // the caller's own thread
  check(heif.context_read(context.get(), file.data(), file.size(), nullptr));

  heif_image_handle* primary = nullptr;
  check(heif.context_get_primary_image_handle(context.get(), &primary));
  const auto handle = owned(primary, heif.handle_release);
  original = upright_size(heif, handle.get(), limits);

  const auto options = owned(heif.decoding_options_alloc(), heif.decoding_options_free);
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  check(heif.decode_image(handle.get(), &decoded, heif_colorspace_RGB, heif_chroma_interleaved_RGBA,
                          options.get()));
  const auto image = owned(decoded, heif.image_release);
  if (Size{heif.image_get_primary_width(decoded), heif.image_get_primary_height(decoded)} != original) {
    fail_broken("HEIC", "it states two sizes");
  }
  int stride = 0;
  const std::uint8_t* row = heif.image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
  if (row == nullptr) fail_broken("HEIC", "it has no colours");

  const auto width = static_cast<std::size_t>(original.width);
  AreaShrinker shrinker(original, fit(original, max_side));
  std::vector<std::uint8_t> rgb(width * 3);
  for (int y = 0; y < original.height; ++y, row += stride) {
    lay_on_white(row, rgb.data(), width);
    shrinker.push(rgb.data());
  }
  return shrinker.take();
}

}  // namespace pharos::vision
