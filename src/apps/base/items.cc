#include "apps/base/items.h"

#include "apps/base/tables.h"
#include "core/base/error.h"
#include "platform/storage/time.h"

namespace pharos::embedded {
extern const std::string_view _0001_items_sql;
}

namespace pharos::base_api {
namespace {

Item item_of(const storage::Row& row) {
  return {.id = row.text("id"),
          .title = row.text("title"),
          .description = row.optional_text("description"),
          .owner_id = row.text("owner_id"),
          .created_at = storage::time_text(row.number("created_at"))};
}

Item one_of(const storage::Rows& rows) {
  if (rows.empty()) throw base::Error(base::Code::kNotFound, "there is no such item");
  return item_of(rows.front());
}

}  // namespace

storage::RoomTables tables() {
  return {.room = "base", .migrations = {{1, "items", embedded::_0001_items_sql}}};
}

base::Task<Item> Items::create(security::Caller caller, NewItem item) {
  auto work = [caller, item, id = ids_.next(),
               now = storage::time_number(clock_)](storage::Session& session) {
    return one_of(
        session.run("INSERT INTO items (id, team_id, owner_id, title, description, created_at) "
                    "VALUES ($1, $2, $3, $4, $5, $6) RETURNING *",
                    id, caller.team_id, caller.user_id, item.title, item.description, now));
  };
  return database_.write(caller.scope(), std::move(work));
}

base::Task<http::Listing<Item>> Items::list(security::Caller caller, http::Page page) {
  auto work = [caller, page](storage::Session& session) {
    http::Listing<Item> listing{.data = {}, .total = 0, .limit = page.limit, .offset = page.skip};
    listing.total = session
                        .run("SELECT count(*) AS total FROM items WHERE team_id = $1 AND owner_id = $2",
                             caller.team_id, caller.user_id)
                        .front()
                        .number("total");
    for (const storage::Row& row : session.run("SELECT * FROM items WHERE team_id = $1 AND owner_id = $2 "
                                               "ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4",
                                               caller.team_id, caller.user_id, page.limit, page.skip)) {
      listing.data.push_back(item_of(row));
    }
    return listing;
  };
  return database_.read(caller.scope(), std::move(work));
}

base::Task<Item> Items::read(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    return one_of(session.run("SELECT * FROM items WHERE id = $1 AND team_id = $2 AND owner_id = $3", id,
                              caller.team_id, caller.user_id));
  };
  return database_.read(caller.scope(), std::move(work));
}

base::Task<Item> Items::change(security::Caller caller, std::string id, ItemChange change) {
  auto work = [caller, id, change](storage::Session& session) {
    return one_of(
        session.run("UPDATE items SET title = coalesce($4, title), description = coalesce($5, description) "
                    "WHERE id = $1 AND team_id = $2 AND owner_id = $3 RETURNING *",
                    id, caller.team_id, caller.user_id, change.title, change.description));
  };
  return database_.write(caller.scope(), std::move(work));
}

base::Task<void> Items::remove(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    one_of(session.run("DELETE FROM items WHERE id = $1 AND team_id = $2 AND owner_id = $3 RETURNING *", id,
                       caller.team_id, caller.user_id));
  };
  return database_.write(caller.scope(), std::move(work));
}

}  // namespace pharos::base_api
