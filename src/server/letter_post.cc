#include "server/letter_post.h"

#include <vector>

#include "core/base/json.h"

namespace pharos::server {
namespace {

using namespace std::chrono_literals;

constexpr const char* kKind = "letter";

/// What a letter's job is given: the letter itself is not to be read in a table.
struct SealedLetter {
  std::string letter;
  std::string address;
};
BOOST_DESCRIBE_STRUCT(SealedLetter, (), (letter, address))

const std::vector<base::Duration>& waits() {
  static const std::vector<base::Duration> list{2s, 10s, 1min, 5min, 20min, 1h, 3h};
  return list;
}

}  // namespace

base::Task<void> LetterPost::queue(base_api::Letter letter) {
  const SealedLetter sealed{.letter = sealing_.seal(base::compact_json(base::to_json(letter)), kKind),
                            .address = address_()};
  co_await jobs_.enqueue(storage::Scope::system(), {.kind = kKind,
                                                    .input = base::to_json(sealed),
                                                    .priority = jobs::Priority::kHigh,
                                                    .max_attempts = static_cast<int>(waits().size()) + 1});
}

void LetterPost::handle_with(jobs::Worker& worker) {
  worker.handle(kKind,
                [this](jobs::Job job, jobs::JobContext& context) { return send(std::move(job), context); },
                {.time_limit = 2min, .backoff = jobs::on_schedule(waits())});
}

base::Task<boost::json::value> LetterPost::send(jobs::Job job, jobs::JobContext&) {
  const auto sealed = base::from_json<SealedLetter>(job.input, "letter");
  const auto letter = base::from_json<base_api::Letter>(
      base::parse_json(sealing_.open(sealed.letter, kKind), "letter"), "letter");
  mail::Mail mail{
      .to = letter.to, .subject = letter.about, .text = base_api::text_of(letter, sealed.address)};
  co_await smtp_.send(std::move(mail), job.id, clock_.wall_now());
  co_return nullptr;
}

}  // namespace pharos::server
