// How many files a program may have open.
#pragma once

#include <sys/resource.h>

namespace pharos::http {

/// Every connection is an open file; the system's usual 1,024 are too few.
inline void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace pharos::http
