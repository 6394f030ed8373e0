// A described struct's field that is called `namespace` on the wire, which no member of C++ can be.
#pragma once

#include <vector>

#include <boost/describe/class.hpp>

#include "platform/http/values.h"

namespace pharos::agent_server {

namespace json = boost::json;

using Labels = std::vector<http::Text<1, 256>>;

/// A base of structs that are described with it.
template <class T>
struct InNamespace {
  T space;
};

// What BOOST_DESCRIBE_STRUCT would write, with another name.
template <class T>
auto boost_base_descriptor_fn(InNamespace<T>**) {
  return boost::describe::detail::list<>();
}
template <class T>
auto boost_public_member_descriptor_fn(InNamespace<T>**) {
  struct Description {
    static constexpr auto pointer() noexcept { return &InNamespace<T>::space; }
    static constexpr auto name() noexcept { return "namespace"; }
  };
  return boost::describe::detail::member_descriptor_fn_impl<boost::describe::mod_public>(0, Description());
}
template <class T>
auto boost_protected_member_descriptor_fn(InNamespace<T>**) {
  return boost::describe::detail::list<>();
}
template <class T>
auto boost_private_member_descriptor_fn(InNamespace<T>**) {
  return boost::describe::detail::list<>();
}

}  // namespace pharos::agent_server
