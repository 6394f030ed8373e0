// The one shape of everything that waits.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace pharos::base {

/// A coroutine that yields a T. Runs on the executor it was spawned on; never blocks it: blocking or heavy
/// work goes to a Pool.
///
/// A lambda that is a coroutine must outlive it: name it and keep it, or pass what it needs by parameter.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace pharos::base
