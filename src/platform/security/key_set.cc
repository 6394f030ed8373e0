#include "platform/security/key_set.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/security/crypto.h"
#include "platform/security/strict_json.h"

namespace pharos::security {
namespace json = boost::json;
namespace {

[[noreturn]] void throw_cannot_write(const std::filesystem::path& file) {
  throw base::Error(base::Code::kUnavailable, fmt::format("the keys of tokens cannot be written to {}: {}",
                                                          file.string(), std::strerror(errno)));
}

/// Readable by its owner alone from its first moment.
void write_private(const std::filesystem::path& file, std::string_view text) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw_cannot_write(file);
  const bool whole = write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool kept = whole && fsync(descriptor) == 0;
  close(descriptor);
  if (!kept) throw_cannot_write(file);
}

/// Puts the text at `file` unless something is there already: whoever links first wins.
void publish(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path draft = fmt::format("{}.{}", file.string(), hex(random_bytes(8)));
  write_private(draft, text);
  const bool linked = link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  const int failure = errno;
  unlink(draft.c_str());
  errno = failure;
  if (!linked) throw_cannot_write(file);
}

}  // namespace

KeySet::KeySet(std::vector<SigningKey> keys) : keys_(std::move(keys)) {
  if (keys_.empty() || !keys_.front().can_sign()) {
    throw base::Error(base::Code::kInvalidInput,
                      "the first key of a set signs tokens: put one with its private part first");
  }
  std::set<std::string_view> ids;
  for (const SigningKey& key : keys_) {
    if (!ids.insert(key.id()).second) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("two keys of a set have the id '{}'", key.id()));
    }
  }
}

KeySet KeySet::from_json(std::string_view text) {
  const json::value value = parse_strict_json(text, "the set of token keys", 8);
  const json::value* keys = value.is_object() ? value.get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) {
    throw base::Error(base::Code::kInvalidInput, "a set of token keys is {\"keys\": […]}");
  }
  std::vector<SigningKey> read;
  for (const json::value& key : keys->get_array()) {
    if (!key.is_object()) throw base::Error(base::Code::kInvalidInput, "a key of a set is an object");
    read.push_back(SigningKey::from_jwk(key.get_object()));
  }
  return KeySet(std::move(read));
}

const SigningKey* KeySet::find(std::string_view id) const {
  const auto found = std::ranges::find(keys_, id, &SigningKey::id);
  return found == keys_.end() ? nullptr : &*found;
}

KeySet KeySet::rotated(Algorithm algorithm, std::size_t kept) const {
  std::vector<SigningKey> keys{SigningKey::generate(algorithm)};
  keys.insert(keys.end(), keys_.begin(),
              keys_.begin() + static_cast<std::ptrdiff_t>(std::min(kept, keys_.size())));
  return KeySet(std::move(keys));
}

json::object KeySet::public_jwks() const {
  json::array keys;
  for (const SigningKey& key : keys_) {
    if (key.algorithm() != Algorithm::kHs256) keys.push_back(key.public_jwk());
  }
  return {{"keys", std::move(keys)}};
}

std::string KeySet::to_private_json() const {
  json::array keys;
  for (const SigningKey& key : keys_) keys.push_back(key.private_jwk());
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

KeySet load_or_make_keys(const std::filesystem::path& file, Algorithm algorithm) {
  if (!std::filesystem::exists(file))
    publish(file, KeySet({SigningKey::generate(algorithm)}).to_private_json());
  return KeySet::from_json(base::read_file(file, 1 << 20));
}

}  // namespace pharos::security
