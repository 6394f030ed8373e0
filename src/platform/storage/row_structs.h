// Rows as described structs: each member from the column of its name.
#pragma once

#include <optional>
#include <type_traits>
#include <vector>

#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include "platform/storage/row.h"

namespace pharos::storage {

template <class Member>
void read_column(const Row& row, const char* name, Member& member) {
  if constexpr (requires {
                  typename Member::value_type;
                  requires std::is_same_v<Member, std::optional<typename Member::value_type>>;
                }) {
    if (row.is_null(name)) {
      member.reset();
    } else {
      read_column(row, name, member.emplace());
    }
  } else if constexpr (std::is_same_v<Member, bool>) {
    member = row.truth(name);
  } else if constexpr (std::is_integral_v<Member>) {
    member = static_cast<Member>(row.number(name));
  } else if constexpr (std::is_floating_point_v<Member>) {
    member = static_cast<Member>(row.real(name));
  } else if constexpr (std::is_same_v<Member, Bytes>) {
    member.content = row.bytes(name);
  } else {
    member = row.text(name);
  }
}

/// `session.find("SELECT id, title FROM items WHERE id = $1", id)` as an Item with the members id and title.
/// Throws base::Error (kInternal) when a member has no column, or one of another kind. Columns may be more.
template <class Struct>
Struct read_row(const Row& row) {
  Struct result{};
  using Members =
      boost::describe::describe_members<Struct, boost::describe::mod_public | boost::describe::mod_inherited>;
  boost::mp11::mp_for_each<Members>(
      [&](auto member) { read_column(row, member.name, result.*member.pointer); });
  return result;
}

template <class Struct>
std::vector<Struct> read_rows(const Rows& rows) {
  std::vector<Struct> result;
  result.reserve(rows.size());
  for (const Row& row : rows) result.push_back(read_row<Struct>(row));
  return result;
}

}  // namespace pharos::storage
