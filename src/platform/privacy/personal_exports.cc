#include "platform/privacy/personal_exports.h"

#include <map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/privacy/erasure.h"
#include "platform/privacy/zip_writer.h"
#include "platform/security/crypto.h"
#include "platform/security/tables/audit_log.h"
#include "platform/security/tables/users.h"
#include "platform/storage/time.h"

namespace pharos::privacy {
namespace {
namespace json = boost::json;
using base::Code;
using base::Error;
using storage::Row;
using storage::Scope;
using storage::Session;

constexpr const char* kJobKind = "privacy.export";

/// What is to be written: tables as texts, blobs by their names.
struct Contents {
  std::vector<std::pair<std::string, std::string>> tables;
  std::vector<std::string> blobs;
};

json::value json_of(const storage::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(*text);
  if (const auto* bytes = std::get_if<storage::Bytes>(&value))
    return json::value(security::base64(bytes->content, security::Base64::kStandard));
  return nullptr;
}

/// A person's rows of a table, without secrets.
json::array rows_of(Session& session, const TableRule& rule, const Person& person,
                    std::vector<std::string>& blobs) {
  const BoundCondition theirs = bind_person(rule.rows, person);
  const std::string sql =
      fmt::format("SELECT {} FROM {} WHERE {}", fmt::join(rule.deleted, ", "), rule.table, theirs.sql);
  json::array rows;
  for (const Row& row : session.run_values(sql, theirs.values)) {
    json::object each;
    for (const std::string& name : row.names()) each[name] = json_of(row.value(std::string_view(name)));
    rows.push_back(std::move(each));
    if (rule.blob) blobs.push_back(row.text(std::string_view(*rule.blob)));
  }
  return rows;
}

Contents contents_of(Session& session, const Inventory& inventory, const std::string& user_id) {
  const auto user = security::find_user(session, user_id);
  if (!user) throw Error(Code::kNotFound, "this account was deleted");
  const Person person{.user_id = user->id, .email = user->email, .personal_team = user->personal_team};
  Contents contents;
  for (const TableRule& rule : inventory.tables) {
    if (!rule.is_exported) continue;
    json::array rows = rows_of(session, rule, person, contents.blobs);
    contents.tables.emplace_back("data/" + rule.table + ".json", base::pretty_json(rows));
  }
  return contents;
}

/// Tells what each file's sum is.
class Archive {
 public:
  explicit Archive(storage::BlobWriter& blob)
      : zip_([&blob](std::string bytes) { return blob.write(std::move(bytes)); }) {}

  base::Task<void> add(std::string name, std::string content) {
    files_.push_back(
        json::object{{"name", name},
                     {"bytes", content.size()},
                     {"sha256", security::hex(security::bytes_of(security::sha256_of(content)))}});
    co_await zip_.add(std::move(name), std::move(content));
  }
  base::Task<void> finish(json::object manifest) {
    manifest["files"] = files_;
    co_await zip_.add("manifest.json", base::pretty_json(manifest));
    co_await zip_.finish();
  }

 private:
  ZipWriter zip_;
  json::array files_;
};

json::array left_out(const Inventory& inventory) {
  json::array tables;
  for (const TableRule& rule : inventory.tables) {
    for (const RetainedColumn& column : rule.retained) {
      tables.push_back({{"what", rule.table + "." + column.column}, {"why", column.why}});
    }
  }
  return tables;
}

PersonalExport export_of(const Row& row) {
  return {.id = row.text("id"),
          .bytes = row.number("bytes"),
          .created_at = storage::time_text(row.number("created_at")),
          .expires_at = storage::time_text(row.number("expires_at"))};
}

/// What is waiting or under way already.
std::optional<jobs::JobId> unfinished_job(Session& session) {
  const auto row = session.find(
      "SELECT id FROM jobs WHERE team_id = $1 AND user_id = $2 AND kind = $3 AND status IN ('queued', "
      "'running')"
      " ORDER BY id DESC LIMIT 1",
      session.scope().team_id, session.scope().user_id, kJobKind);
  return row ? std::optional(row->text(0)) : std::nullopt;
}

}  // namespace

base::Task<jobs::Job> PersonalExports::make_later(security::Caller caller) {
  const auto ask = [this, caller, now = storage::time_number(parts_.clock)](Session& session) {
    if (const auto known = unfinished_job(session)) return *known;
    security::append_audit(session,
                           {.team_id = caller.team_id,
                            .actor_id = caller.user_id,
                            .action = "export_requested",
                            .subject = caller.user_id},
                           now);
    return parts_.jobs.enqueue(session, {.kind = kJobKind});
  };
  const jobs::JobId id = co_await parts_.jobs.database().write(caller.scope(), ask);
  co_return co_await parts_.jobs.get(caller.scope(), id);
}

void PersonalExports::work_in(jobs::Worker& worker) {
  worker.handle(kJobKind,
                [this](jobs::Job job, jobs::JobContext& context) { return do_job(std::move(job), context); });
}

base::Task<storage::Blob> PersonalExports::write_archive(std::string user_id) {
  // In the system's name: a person's things may lie in several teams.
  const auto read = [user_id, inventory = &parts_.inventory](Session& session) {
    return contents_of(session, *inventory, user_id);
  };
  Contents contents = co_await parts_.jobs.database().read(Scope::system(), read);
  const std::unique_ptr<storage::BlobWriter> blob = co_await parts_.blobs.create();
  Archive archive(*blob);
  for (auto& [name, text] : contents.tables) co_await archive.add(name, std::move(text));
  for (const std::string& name : contents.blobs) {
    co_await archive.add("blobs/" + name, co_await parts_.blobs.read(name));
  }
  co_await archive.finish({{"made_at", base::iso8601(parts_.clock.wall_now())},
                           {"user_id", user_id},
                           {"not_in_it", left_out(parts_.inventory)}});
  co_return co_await blob->finish();
}

base::Task<boost::json::value> PersonalExports::do_job(jobs::Job job, jobs::JobContext& context) {
  const storage::Blob blob = co_await write_archive(job.user_id);
  const auto keep = [blob, user_id = job.user_id, id = parts_.ids.next(),
                     now = storage::time_number(parts_.clock)](Session& session) {
    session.run(
        "INSERT INTO personal_exports (id, user_id, blob, bytes, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        id, user_id, blob.name, blob.bytes, now, now + storage::micros(kGoodFor));
    return json::value{{"export_id", id}};
  };
  std::exception_ptr failure;
  try {
    co_await context.finish(keep);
    co_return nullptr;
  } catch (const Error&) {
    failure = std::current_exception();
  }
  co_await parts_.blobs.remove(blob.name);  // no row names it
  std::rethrow_exception(failure);
}

base::Task<std::vector<PersonalExport>> PersonalExports::list(security::Caller caller) {
  const auto read = [id = caller.user_id, now = storage::time_number(parts_.clock)](Session& session) {
    std::vector<PersonalExport> exports;
    for (const Row& row : session.run("SELECT id, bytes, created_at, expires_at FROM personal_exports"
                                      " WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC",
                                      id, now)) {
      exports.push_back(export_of(row));
    }
    return exports;
  };
  co_return co_await parts_.jobs.database().read(caller.scope(), read);
}

base::Task<std::unique_ptr<storage::BlobReader>> PersonalExports::open(security::Caller caller,
                                                                       std::string id) {
  const auto read = [caller, id, now = storage::time_number(parts_.clock)](Session& session) {
    const auto row =
        session.find("SELECT blob FROM personal_exports WHERE id = $1 AND user_id = $2 AND expires_at > $3",
                     id, caller.user_id, now);
    if (!row) throw Error(Code::kNotFound, "there is no such export, or not any more; ask for a new one");
    return row->text(0);
  };
  co_return co_await parts_.blobs.open(co_await parts_.jobs.database().read(caller.scope(), read));
}

void forget_exports(Session& session, std::int64_t now) {
  for (const Row& row :
       session.run("DELETE FROM personal_exports WHERE expires_at <= $1 RETURNING blob", now)) {
    doom_blob(session, row.text(0));
  }
}

}  // namespace pharos::privacy
