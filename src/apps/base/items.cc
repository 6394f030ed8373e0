#include "apps/base/items.h"

#include "apps/base/tables.h"
#include "core/base/error.h"
#include "platform/http/own_listing.h"
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

Item item_of(storage::Rows rows) {
  return item_of(storage::first_row(std::move(rows), "there is no such item"));
}

}  // namespace

storage::RoomTables tables() {
  return {.room = "base", .migrations = {{1, "items", embedded::_0001_items_sql}}};
}

base::Task<Item> Items::create(security::Caller caller, NewItem item) {
  auto work = [caller, item, id = ids_.next(),
               now = storage::time_number(clock_)](storage::Session& session) {
    return item_of(
        session.run("INSERT INTO items (id, team_id, owner_id, title, description, created_at) "
                    "VALUES ($1, $2, $3, $4, $5, $6) RETURNING *",
                    id, caller.team_id, caller.user_id, item.title, item.description, now));
  };
  return database_.write(caller.scope(), std::move(work));
}

base::Task<http::Listing<Item>> Items::list(security::Caller caller, http::Page page) {
  auto work = [page](storage::Session& session) {
    return http::list_own<Item>(session, page,
                                "SELECT count(*) FROM items WHERE team_id = $1 AND owner_id = $2",
                                "SELECT * FROM items WHERE team_id = $1 AND owner_id = $2 "
                                "ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4",
                                item_of);
  };
  return database_.read(caller.scope(), std::move(work));
}

base::Task<Item> Items::read(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    return item_of(session.run("SELECT * FROM items WHERE id = $1 AND team_id = $2 AND owner_id = $3", id,
                               caller.team_id, caller.user_id));
  };
  return database_.read(caller.scope(), std::move(work));
}

base::Task<Item> Items::change(security::Caller caller, std::string id, ItemChange change) {
  auto work = [caller, id, change](storage::Session& session) {
    return item_of(
        session.run("UPDATE items SET title = coalesce($4, title), description = coalesce($5, description) "
                    "WHERE id = $1 AND team_id = $2 AND owner_id = $3 RETURNING *",
                    id, caller.team_id, caller.user_id, change.title, change.description));
  };
  return database_.write(caller.scope(), std::move(work));
}

base::Task<void> Items::remove(security::Caller caller, std::string id) {
  auto work = [caller, id](storage::Session& session) {
    item_of(session.run("DELETE FROM items WHERE id = $1 AND team_id = $2 AND owner_id = $3 RETURNING *", id,
                        caller.team_id, caller.user_id));
  };
  return database_.write(caller.scope(), std::move(work));
}

}  // namespace pharos::base_api
