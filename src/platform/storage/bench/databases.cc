#include "platform/storage/bench/databases.h"

#include <filesystem>

#include <fmt/format.h>

#include "platform/storage/postgres/postgres_saver.h"
#include "platform/storage/postgres/private_server.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/temporary_folder.h"

namespace pharos::storage::bench {
namespace {

/// Each in a folder of its own, with its log.
class SqliteFiles final : public Databases {
 public:
  std::string make() override {
    const auto folder = home_.path() / std::to_string(++made_);
    std::filesystem::create_directory(folder);
    return (folder / "threads.db").string();
  }
  std::shared_ptr<graph::Saver> open(const std::string& place, base::Pool& disk,
                                     base::Clock&) const override {
    return std::make_shared<SqliteSaver>(place, disk);
  }
  std::uintmax_t bytes(const std::string& place) const override {
    std::uintmax_t sum = 0;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(place).parent_path())) {
      sum += file.file_size();
    }
    return sum;
  }
  void drop(const std::string& place) override {
    std::filesystem::remove_all(std::filesystem::path(place).parent_path());
  }

 private:
  TemporaryFolder home_;
  int made_ = 0;
};

class PostgresDatabases final : public Databases {
 public:
  std::string make() override { return server_.make_database(); }
  std::shared_ptr<graph::Saver> open(const std::string& place, base::Pool& disk,
                                     base::Clock& clock) const override {
    return std::make_shared<PostgresSaver>(postgres::Settings{.url = place}, disk, clock);
  }
  std::uintmax_t bytes(const std::string& place) const override {
    const auto rows = postgres::Connection(place).execute(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')");
    return std::stoull(*rows.at(0).at(0));
  }
  void drop(const std::string& place) override { server_.drop_database(place); }

 private:
  postgres::PrivateServer server_{postgres::PrivateServer::Disk::kSafe};
};

}  // namespace

std::unique_ptr<Databases> sqlite_files() {
  return std::make_unique<SqliteFiles>();
}

std::unique_ptr<Databases> postgres_databases() {
  return std::make_unique<PostgresDatabases>();
}

}  // namespace pharos::storage::bench
