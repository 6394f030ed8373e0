// What is kept of people, where, and what becomes of it: the one list that erasing, exporting and forgetting
// go by.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

namespace pharos::privacy {

/// When a person's rows of a table are deleted.
enum class GoesWith {
  kNothing,  ///< no row is anybody's, or its columns say what becomes of them
  kData,     ///< when they delete their data, and with the account
  kAccount,
};
BOOST_DESCRIBE_ENUM(GoesWith, kNothing, kData, kAccount)

/// A column that names a person in a row which is not theirs.
struct AnonymisedColumn {
  std::string column;
  std::string rows;  ///< as TableRule::rows
  std::string with;  ///< what it says from then on
};
BOOST_DESCRIBE_STRUCT(AnonymisedColumn, (), (column, rows, with))

/// A column that goes on to refer to a person who was erased.
struct RetainedColumn {
  std::string column;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(RetainedColumn, (), (column, why))

/// How long rows are kept.
struct KeptFor {
  std::string kind;   ///< which setting says how many days
  std::string since;  ///< the column with the time that counts
  std::string where;  ///< which rows; empty: all
  std::string of;     ///< the column that names whose they are: legal holds keep them
};
BOOST_DESCRIBE_STRUCT(KeptFor, (), (kind, since, where, of))

/// Every column of a table, under what becomes of it. In conditions `:user`, `:email` and `:team` (the
/// personal one) stand for the person.
struct TableRule {
  std::string table;
  std::string rows;  ///< the condition for a person's own
  GoesWith goes_with = GoesWith::kNothing;
  bool is_exported = false;
  std::vector<std::string> deleted;  ///< with the row
  std::vector<std::string> secret;   ///< deleted, too, and never exported
  std::vector<AnonymisedColumn> anonymised;
  std::vector<RetainedColumn> retained;
  std::vector<std::string> impersonal;  ///< says nothing of anybody
  std::optional<std::string> blob;      ///< the column that names one: it goes with the row
  std::vector<KeptFor> kept_for;

  std::vector<std::string> columns() const;
};
BOOST_DESCRIBE_STRUCT(TableRule, (),
                      (table, rows, goes_with, is_exported, deleted, secret, anonymised, retained, impersonal,
                       blob, kept_for))

/// What lies outside tables: blobs, keys in Redis, checkpoints, log lines, files.
struct ElsewhereRule {
  std::string kind;
  std::string name;
  std::string becomes;  ///< deleted, expires or retained
  std::string why;
};
BOOST_DESCRIBE_STRUCT(ElsewhereRule, (), (kind, name, becomes, why))

struct Inventory {
  std::vector<TableRule> tables;  ///< in the order in which rows can be deleted
  std::vector<ElsewhereRule> elsewhere;

  /// Nothing when the table is not in it.
  const TableRule* find(std::string_view table) const;
};
BOOST_DESCRIBE_STRUCT(Inventory, (), (tables, elsewhere))

/// Throws base::Error (kInvalidInput) that names the place: what is no inventory, a table or column that
/// comes twice, rows that are to be deleted and not said which.
Inventory read_inventory(std::string_view text);

}  // namespace pharos::privacy
