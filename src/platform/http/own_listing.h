// Lists of what somebody owns, a part at a time.
#pragma once

#include <string_view>

#include "platform/http/values.h"
#include "platform/storage/session.h"

namespace pharos::http {

/// The part that the page asks for. Both statements get the scope's team as $1 and its user as $2; `count`
/// gives how many there are as its first column, `rows` gets how many are wanted as $3 and how many are left
/// out as $4.
template <class Entry>
Listing<Entry> list_own(storage::Session& session, const Page& page, std::string_view count,
                        std::string_view rows, Entry (*entry_of)(const storage::Row&)) {
  const storage::Scope& owner = session.scope();
  Listing<Entry> listing{.data = {}, .total = 0, .limit = page.limit, .offset = page.skip};
  listing.total = session.run(count, owner.team_id, owner.user_id).front().number(0);
  for (const storage::Row& row : session.run(rows, owner.team_id, owner.user_id, page.limit, page.skip)) {
    listing.data.push_back(entry_of(row));
  }
  return listing;
}

}  // namespace pharos::http
