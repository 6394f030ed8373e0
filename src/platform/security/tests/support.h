// What the tests of this room share.
#pragma once

#include <gtest/gtest.h>

#include "core/base/tests/support.h"

namespace pharos::security::testing_support {

using base::testing_support::code_of;
using base::testing_support::wait;

}  // namespace pharos::security::testing_support
