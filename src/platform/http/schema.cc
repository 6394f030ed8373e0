#include "platform/http/schema.h"

namespace pharos::http {
namespace detail {

std::string schema_name(const std::string& type_name) {
  const std::size_t inner = type_name.find('<');
  std::string outer = type_name.substr(0, inner);
  if (const std::size_t colon = outer.rfind(':'); colon != std::string::npos) outer.erase(0, colon + 1);
  if (inner == std::string::npos) return outer;
  return outer + "Of" + schema_name(type_name.substr(inner + 1, type_name.rfind('>') - inner - 1));
}

}  // namespace detail

boost::json::object Schemas::reference_to(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

}  // namespace pharos::http
