#include "apps/mirror/serving/media.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "platform/http/own_listing.h"
#include "platform/privacy/erasure.h"
#include "platform/storage/time.h"
#include "platform/vision/image.h"

namespace pharos::mirror {
namespace {

constexpr int kSmallSide = 256;

Medium medium_of(const storage::Row& row) {
  return {.id = row.text("id"),
          .name = row.text("name"),
          .format = row.text("format"),
          .width = row.number("width"),
          .height = row.number("height"),
          .bytes = row.number("bytes"),
          .created_at = storage::time_text(row.number("created_at"))};
}

storage::Row only_row(storage::Rows rows) {
  return storage::first_row(std::move(rows), "there is no such photo");
}

storage::Row row_of(storage::Session& session, const std::string& id) {
  return only_row(session.run("SELECT * FROM media WHERE id = $1 AND team_id = $2 AND owner_id = $3", id,
                              session.scope().team_id, session.scope().user_id));
}

}  // namespace

base::Task<Medium> Media::add(security::Caller caller, http::UploadedFile file) {
  auto read = [path = file.file.path()] { return base::read_file(path); };
  std::string content = co_await base::run_on(disk_, std::move(read));
  co_return co_await add(std::move(caller), file.name, std::move(content));
}

base::Task<Medium> Media::add(security::Caller caller, std::string name, std::string content) {
  const auto bytes = static_cast<std::int64_t>(content.size());
  // A photo that breaks off is told now, not when its report is wanted.
  auto try_out = [content = std::make_shared<const std::string>(content)] {
    vision::Photo photo = vision::decode(*content, kSmallSide);
    photo.image = {};
    return photo;
  };
  const vision::Photo photo = co_await base::run_on(cpu_, std::move(try_out));
  const storage::Blob blob = co_await blobs_.put(std::move(content));
  auto work = [=, id = ids_.next(), now = storage::time_number(clock_)](storage::Session& session) {
    return medium_of(only_row(session.run(
        "INSERT INTO media (id, team_id, owner_id, name, format, width, height, bytes, blob, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *",
        id, caller.team_id, caller.user_id, base::shorten(name, 255), photo.format, photo.original_width,
        photo.original_height, bytes, blob.name, now)));
  };
  co_return co_await database_.write(caller.scope(), std::move(work));
}

base::Task<http::Listing<Medium>> Media::list(security::Caller caller, http::Page page) {
  auto work = [page](storage::Session& session) {
    return http::list_own<Medium>(session, page,
                                  "SELECT count(*) FROM media WHERE team_id = $1 AND owner_id = $2",
                                  "SELECT * FROM media WHERE team_id = $1 AND owner_id = $2 "
                                  "ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4",
                                  medium_of);
  };
  return database_.read(caller.scope(), std::move(work));
}

base::Task<Medium> Media::read(storage::Scope owner, std::string id) {
  auto work = [id](storage::Session& session) { return medium_of(row_of(session, id)); };
  return database_.read(std::move(owner), std::move(work));
}

base::Task<Photo> Media::read_whole(storage::Scope owner, std::string id) {
  auto work = [id](storage::Session& session) { return row_of(session, id); };
  const storage::Row row = co_await database_.read(std::move(owner), std::move(work));
  std::string content = co_await blobs_.read(row.text("blob"));
  co_return Photo{.medium = medium_of(row), .content = std::move(content)};
}

base::Task<void> Media::remove(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    std::string blob =
        only_row(
            session.run("DELETE FROM media WHERE id = $1 AND team_id = $2 AND owner_id = $3 RETURNING blob",
                        id, caller.team_id, caller.user_id))
            .text("blob");
    privacy::doom_blob(session, blob);
    return blob;
  };
  // The row goes first: a row without a blob would be a broken photo.
  std::string blob = co_await database_.write(caller.scope(), std::move(work));
  try {
    co_await blobs_.remove(std::move(blob));
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kUnavailable) throw;  // else housekeeping removes it: it is doomed
  }
}

}  // namespace pharos::mirror
