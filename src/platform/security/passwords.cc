#include "platform/security/passwords.h"

#include <atomic>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::security {
namespace {

constexpr std::size_t kShortest = 8;
constexpr std::size_t kLongest = 1024;

void check_length(std::string_view password) {
  if (password.size() > kLongest) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("a password has at most {} bytes, this one {}", kLongest, password.size()));
  }
}

}  // namespace

/// One of the places in the queue, held until the hash is made, even when nobody waits for it any more.
class Passwords::Place {
 public:
  Place(std::shared_ptr<std::atomic<int>> waiting, int longest) : waiting_(std::move(waiting)) {
    if (waiting_->fetch_add(1) < longest) return;
    waiting_->fetch_sub(1);
    throw base::Error(base::Code::kUnavailable,
                      "too many people are signing in at this moment; try again in a few seconds");
  }
  ~Place() {
    if (waiting_) waiting_->fetch_sub(1);
  }
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<std::atomic<int>> waiting_;
};

Passwords::Passwords(PasswordSettings settings, CommonPasswords common, base::Pool& pool)
    : settings_(std::move(settings)),
      common_(std::move(common)),
      pool_(pool),
      nobody_(nobodys_hash(settings_.hash)),
      waiting_(std::make_shared<std::atomic<int>>(0)) {}

void Passwords::check_choice(std::string_view password, std::string_view email) const {
  check_length(password);
  if (password.size() < kShortest) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("choose a password of at least {} characters", kShortest));
  }
  if (common_.contains(password) || password == email || password == email.substr(0, email.find('@'))) {
    throw base::Error(base::Code::kInvalidInput,
                      "this password is among the first that anybody would try; choose another, such as "
                      "four words that have nothing to do with each other");
  }
}

base::Task<std::string> Passwords::hash(std::string password) const {
  check_length(password);
  auto work = [password = std::move(password), settings = settings_.hash,
               place = Place(waiting_, settings_.longest_queue)] {
    return hash_password(password, settings);
  };
  co_return co_await base::run_on(pool_, std::move(work));
}

base::Task<PasswordVerdict> Passwords::verify(std::string password, std::optional<std::string> stored) const {
  check_length(password);
  auto work = [password = std::move(password), stored = std::move(stored), nobody = nobody_,
               settings = settings_.hash, place = Place(waiting_, settings_.longest_queue)] {
    const bool same = password_matches(password, stored.value_or(nobody), settings);
    const bool right = same && stored.has_value();
    return PasswordVerdict{.right = right,
                           .needs_rehash = right && security::needs_rehash(*stored, settings)};
  };
  co_return co_await base::run_on(pool_, std::move(work));
}

}  // namespace pharos::security
