// The databases that are measured on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/pool.h"
#include "core/graph/saver.h"

namespace pharos::storage::bench {

/// Makes databases, each empty, as a person gets them who installs and does not tune.
class Databases {
 public:
  virtual ~Databases() = default;
  virtual std::string make() = 0;
  /// What opens it must be gone before it is measured or dropped.
  virtual std::shared_ptr<graph::Saver> open(const std::string& place, base::Pool& disk,
                                             base::Clock& clock) const = 0;
  /// On disk, the tables of whoever made them and their indices.
  virtual std::uintmax_t bytes(const std::string& place) const = 0;
  virtual void drop(const std::string& place) = 0;
};

std::unique_ptr<Databases> sqlite_files();
/// A server of our own. Throws base::Error (kNotFound) when PostgreSQL is not installed.
std::unique_ptr<Databases> postgres_databases();

}  // namespace pharos::storage::bench
