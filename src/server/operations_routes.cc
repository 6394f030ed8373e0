#include "server/operations_routes.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "platform/http/openapi.h"
#include "server/api_page.h"
#include "server/version.h"

namespace pharos::embedded {
extern const std::string_view api_page_css;
}

namespace pharos::server {
namespace {

http::Response text_response(std::string type, std::string body) {
  return {
      .status = 200, .headers = {{"Content-Type", std::move(type)}}, .body = std::move(body), .stream = {}};
}

}  // namespace

OperationsRoutes::OperationsRoutes(http::Routes& table, storage::Database& database,
                                   telemetry::Metrics& metrics)
    : table_(table), database_(database), metrics_(metrics) {
  auto routes = table.of(*this);
  const auto operating = [](http::Route& route) -> http::Route& {
    return route.open().limited(http::Limit::kNone).tag("operations");
  };
  operating(routes.get("/healthz", &OperationsRoutes::alive).summary("Is the server alive"));
  operating(routes.get("/readyz", &OperationsRoutes::ready).summary("Can the server work"));
  operating(routes.get("/ok", &OperationsRoutes::ok).summary("Is all well"));
  operating(routes.get("/info", &OperationsRoutes::info).summary("What server is this"));
  operating(routes.get("/api/v1/utils/health-check", &OperationsRoutes::ok).summary("Check the health"));
  operating(routes.get("/metrics", &OperationsRoutes::metrics).summary("Count for Prometheus")).hidden();
  operating(routes.get("/openapi.json", &OperationsRoutes::openapi).summary("Describe the API")).hidden();
  operating(routes.get("/", &OperationsRoutes::home).summary("Begin")).hidden();
  operating(routes.get("/docs", &OperationsRoutes::docs).summary("Read about the API")).hidden();
  operating(routes.get("/docs/style.css", &OperationsRoutes::docs_style).summary("Style the page")).hidden();
}

base::Task<Health> OperationsRoutes::alive() {
  co_return Health{};
}

base::Task<Health> OperationsRoutes::ready() {
  auto ask = [](storage::Session& session) { session.run("SELECT 1"); };
  co_await database_.read(storage::Scope::system(), std::move(ask));
  co_return Health{};
}

base::Task<OkAnswer> OperationsRoutes::ok() {
  co_return OkAnswer{};
}

base::Task<ServerInfo> OperationsRoutes::info() {
  co_return ServerInfo{.name = "pharos", .version = std::string(kVersion)};
}

base::Task<http::Response> OperationsRoutes::metrics() {
  co_return text_response("text/plain; version=0.0.4; charset=utf-8", metrics_.text());
}

base::Task<http::Response> OperationsRoutes::openapi() {
  std::call_once(documented_, [this] {
    const boost::json::object document = http::openapi_of(
        table_,
        {.title = "Pharos", .version = std::string(kVersion), .description = "A server for LLM agents."});
    openapi_ = base::compact_json(document);
    docs_ = api_page(document);
  });
  co_return text_response("application/json", openapi_);
}

/// Whoever opens the printed address in a browser finds something to read.
base::Task<http::Response> OperationsRoutes::home() {
  co_return http::Response{.status = 307, .headers = {{"Location", "/docs"}}, .body = {}, .stream = {}};
}

base::Task<http::Response> OperationsRoutes::docs() {
  static_cast<void>(co_await openapi());
  http::Response page = text_response("text/html; charset=utf-8", docs_);
  page.headers.add("Content-Security-Policy",
                   "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'");
  co_return page;
}

base::Task<http::Response> OperationsRoutes::docs_style() {
  co_return text_response("text/css; charset=utf-8", std::string(embedded::api_page_css));
}

}  // namespace pharos::server
