// The pool that tests reach databases with.
#pragma once

#include <openssl/crypto.h>

#include "core/base/pool.h"

namespace pharos::storage::testing_support {

/// OpenSSL is there before the threads that use it, so that it tidies up after them.
inline base::Pool& disk() {
  static const int openssl = OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);
  static base::Pool pool("disk", openssl == 1 ? 4 : 1);
  return pool;
}

}  // namespace pharos::storage::testing_support
