// Signed ends of the audit's chains, outside the database.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/security/audit.h"
#include "platform/security/crypto.h"
#include "platform/security/strict_json.h"

namespace pharos::security {
namespace {
using base::Code;
using base::Error;
using storage::Scope;
using storage::Session;

/// What is signed of a line.
struct Statement {
  std::string before;  ///< sum of the line before; empty in the first
  std::string at;
  std::map<std::string, std::string> heads;  ///< team → number:link
};
BOOST_DESCRIBE_STRUCT(Statement, (), (before, at, heads))

struct Line {
  std::string statement;  ///< as JSON: what was signed, to the letter
  std::string signature;
};
BOOST_DESCRIBE_STRUCT(Line, (), (statement, signature))

[[noreturn]] void throw_damaged(const std::filesystem::path& file, std::size_t number, const char* what) {
  throw Error(Code::kInvalidInput, fmt::format("{} line {}: {}", file.string(), number, what));
}

std::string text_of(const AuditHead& head) {
  return fmt::format("{}:{}", head.number, hex(head.link));
}

void append_durably(const std::filesystem::path& file, const std::string& line) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool whole =
      descriptor >= 0 && write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const bool kept = whole && fsync(descriptor) == 0;
  const int failure = errno;
  if (descriptor >= 0) close(descriptor);
  if (!kept) {
    throw Error(Code::kUnavailable, fmt::format("the audit's checkpoint cannot be written to {}: {}",
                                                file.string(), std::strerror(failure)));
  }
}

/// What the database has where the file says that `wanted` was; nothing when that is the same.
std::optional<AuditFault> compare(Session& session, const std::string& team, const std::string& wanted) {
  const std::int64_t number = std::stoll(wanted);
  const std::optional<std::string> link = audit_link(session, team, number);
  if (link && text_of({.team_id = team, .number = number, .link = *link}) == wanted) return std::nullopt;
  return AuditFault{.team_id = team,
                    .number = number,
                    .what = link ? "the chain was made anew after this entry was signed"
                                 : "an entry that was signed is not there any more"};
}

}  // namespace

AuditCheckpoints::AuditCheckpoints(storage::Database& database, SigningKey key, std::filesystem::path file,
                                   const base::Clock& clock)
    : database_(database), key_(std::move(key)), file_(std::move(file)), clock_(clock) {}

AuditCheckpoints::Lines AuditCheckpoints::read_file() const {
  Lines lines;
  std::ifstream stream(file_);
  std::string text;
  for (std::size_t number = 1; std::getline(stream, text); ++number) {
    const Line line =
        base::from_json<Line>(parse_strict_json(text, fmt::format("{} line {}", file_.string(), number)));
    const std::optional<std::string> signature = from_base64(line.signature, Base64::kUrl);
    if (!signature || !key_.verify(line.statement, *signature))
      throw_damaged(file_, number, "it was not signed by this server");
    const auto statement = base::from_json<Statement>(parse_strict_json(line.statement, "a statement"));
    if (statement.before != lines.last_sum)
      throw_damaged(file_, number, "lines before this one were removed");
    for (const auto& [team, head] : statement.heads) lines.heads[team] = head;
    lines.last_sum = hex(bytes_of(sha256_of(text)));
    lines.bytes += text.size() + 1;
  }
  return lines;
}

base::Task<std::size_t> AuditCheckpoints::write() {
  std::error_code absent;
  const std::uintmax_t bytes = std::filesystem::file_size(file_, absent);
  if (!known_ || known_->bytes != (absent ? 0 : bytes)) known_ = read_file();
  const auto read = [](Session& session) { return audit_heads(session); };
  std::map<std::string, std::string> grown;
  for (const AuditHead& head : co_await database_.read(Scope::system(), read)) {
    const auto before = known_->heads.find(head.team_id);
    if (before == known_->heads.end() || before->second != text_of(head)) grown[head.team_id] = text_of(head);
  }
  if (!grown.empty()) append(grown);
  co_return grown.size();
}

void AuditCheckpoints::append(const std::map<std::string, std::string>& heads) {
  const Statement statement{
      .before = known_->last_sum, .at = base::iso8601(clock_.wall_now()), .heads = heads};
  Line line{.statement = base::compact_json(base::to_json(statement)), .signature = {}};
  line.signature = base64(key_.sign(line.statement), Base64::kUrl);
  const std::string text = base::compact_json(base::to_json(line));
  append_durably(file_, text + "\n");
  known_->bytes += text.size() + 1;
  known_->last_sum = hex(bytes_of(sha256_of(text)));
  for (const auto& [team, head] : heads) known_->heads[team] = head;
}

base::Task<std::vector<AuditFault>> AuditCheckpoints::verify() {
  const auto check = [heads = read_file().heads](Session& session) {
    std::vector<AuditFault> faults;
    for (const auto& [team, wanted] : heads) {
      if (std::optional<AuditFault> fault = compare(session, team, wanted))
        faults.push_back(*std::move(fault));
    }
    return faults;
  };
  co_return co_await database_.read(Scope::system(), check);
}

}  // namespace pharos::security
