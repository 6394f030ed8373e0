// `pharos bench users`: a thousand people at once, who log in, upload, ask for reports and read, and think in
// between.
#include <charconv>
#include <random>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "platform/http/bench/visitors.h"
#include "platform/storage/temporary_folder.h"
#include "server/commands/bench_server_process.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

namespace json = boost::json;
using http::bench::VisitFigures;

constexpr const char* kPassword = "four words about the sea";

struct ActionFigures {
  std::string name;
  double count = 0;
  double errors = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
};
BOOST_DESCRIBE_STRUCT(ActionFigures, (), (name, count, errors, p50_ms, p95_ms, p99_ms))

struct UsersReport {
  int users = 0;
  std::vector<ActionFigures> actions;
  double errors_percent = 0;
  double database_statements = 0;
  double database_p95_ms_at_most = 0;
  std::string first_error;
};
BOOST_DESCRIBE_STRUCT(UsersReport, (),
                      (users, actions, errors_percent, database_statements, database_p95_ms_at_most,
                       first_error))

std::string address_of(int number) {
  return fmt::format("person{}@example.org", number);
}

std::string log_in_of(int number) {
  return base::compact_json(json::object{{"email", address_of(number)}, {"password", kPassword}});
}

/// Logs in once and uploads once, then does this and that.
class Person final : public http::bench::Visitor {
 public:
  Person(int number, const std::string& photo) : number_(number), photo_(photo), random_(unsigned(number)) {}

  http::bench::Visit next() override {
    if (token_.empty()) return {"log in", request_text("/api/v1/auth/login", "", log_in_of(number_))};
    if (medium_.empty()) return {"upload", upload()};
    const auto dice = random_() % 100;
    if (dice < 5) {
      const std::string wanted = base::compact_json(json::object{{"media_id", medium_}});
      return {"analyse", request_text("/api/v1/analysis/analyze", token_, wanted)};
    }
    if (dice < 30) {
      return {"make an item",
              request_text("/api/v1/items", token_, R"({"title": "Rope", "description": "20 m"})")};
    }
    if (dice < 55) return {"list items", request_text("/api/v1/items?limit=20", token_)};
    if (dice < 70) return {"list photos", request_text("/api/v1/media", token_)};
    if (dice < 85) return {"list reports", request_text("/api/v1/analysis", token_)};
    return {"read account", request_text("/api/v1/users/me", token_)};
  }

  void is_told(std::string_view name, std::string_view body) override {
    if (name == "log in") token_ = base::parse_json(body, "login").at("access_token").as_string();
    if (name == "upload") medium_ = base::parse_json(body, "medium").at("id").as_string();
  }

 private:
  std::string upload() const {
    const std::string body =
        "--sea\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.png\"\r\n"
        "Content-Type: image/png\r\n\r\n" +
        photo_ + "\r\n--sea--\r\n";
    return fmt::format(
               "POST /api/v1/media HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
               "Content-Type: multipart/form-data; boundary=sea\r\nContent-Length: {}\r\n\r\n",
               token_, body.size()) +
           body;
  }

  int number_;
  const std::string& photo_;
  std::mt19937 random_;
  std::string token_;
  std::string medium_;
};

/// The number after `text` in the line of the metrics that begins so.
double metric(std::string_view metrics, std::string_view beginning) {
  const std::size_t line = metrics.find(beginning);
  if (line == std::string_view::npos) return 0;
  const std::string_view rest = metrics.substr(line, metrics.find('\n', line) - line);
  double number = 0;
  const std::string_view digits = rest.substr(rest.rfind(' ') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// The end of the first bucket that holds 95 % of the statements and those below.
void read_database_time(std::uint16_t port, UsersReport& report) {
  const std::string metrics =
      ask_server(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string name = "database_statement_duration_seconds";
  report.database_statements = metric(metrics, name + "_count");
  for (const char* bound : {"0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "+Inf"}) {
    const double below = metric(metrics, fmt::format("{}_bucket{{le=\"{}\"}}", name, bound));
    if (below < 0.95 * report.database_statements) continue;
    report.database_p95_ms_at_most = std::string_view(bound) == "+Inf" ? -1 : std::stod(bound) * 1000;
    return;
  }
}

std::uint16_t port_of(ServerProcess& server) {
  std::uint16_t port = 0;
  constexpr std::string_view kBefore = "localhost:";
  for (std::string line = server.line(); !line.starts_with("Stop with"); line = server.line()) {
    const std::size_t at = line.find(kBefore);
    if (at != std::string::npos)
      std::from_chars(line.data() + at + kBefore.size(), line.data() + line.size(), port);
  }
  return port;
}

std::string in_words(const UsersReport& report) {
  std::string text = fmt::format("{:<14}{:>9}{:>9}{:>10}{:>10}{:>10}\n", "", "count", "errors", "p50 ms",
                                 "p95 ms", "p99 ms");
  for (const ActionFigures& each : report.actions) {
    text += fmt::format("{:<14}{:>9.0f}{:>9.0f}{:>10.1f}{:>10.1f}{:>10.1f}\n", each.name, each.count,
                        each.errors, each.p50_ms, each.p95_ms, each.p99_ms);
  }
  text += fmt::format("{} users, {:.3f} % errors; {:.0f} statements of the database, 95 % within {} ms\n",
                      report.users, report.errors_percent, report.database_statements,
                      report.database_p95_ms_at_most);
  if (!report.first_error.empty()) text += "the first error:\n" + report.first_error + "\n";
  return text;
}

}  // namespace

int bench_users(Composition& parts, const Console& console, const UserBenchOptions& options) {
  const storage::TemporaryFolder folder;
  const std::string photo = base::read_file(parts.settings().samples / "astronaut.png");
  ServerProcess server({std::filesystem::read_symlink("/proc/self/exe").string(), "serve", "--port", "0",
                        "--data", (folder.path() / "data").string()},
                       {"RATE_LIMIT_ENABLED=false", "LOG_LEVEL=warning"});
  const std::uint16_t port = port_of(server);
  std::vector<std::unique_ptr<http::bench::Visitor>> people;
  for (int number = 0; number < options.users; ++number) {
    std::string request = request_text("/api/v1/auth/register", "", log_in_of(number));
    ask_server(port, request.insert(request.find("\r\n") + 2, "Connection: close\r\n"));
    people.push_back(std::make_unique<Person>(number, photo));
  }
  const auto figures = http::bench::visit(
      {.port = port, .arrive_within = options.users / 25.0, .seconds = options.seconds}, std::move(people));
  UsersReport report{.users = options.users};
  for (const VisitFigures& each : figures) {
    report.actions.push_back({.name = each.name,
                              .count = double(each.count),
                              .errors = double(each.errors),
                              .p50_ms = each.p50_ms,
                              .p95_ms = each.p95_ms,
                              .p99_ms = each.p99_ms});
  }
  report.first_error = figures.back().first_error;
  report.errors_percent = 100.0 * double(figures.back().errors) / std::max(1.0, double(figures.back().count));
  read_database_time(port, report);
  console.print(options.json ? base::pretty_json(base::to_json(report)) : in_words(report));
  return 0;
}

}  // namespace pharos::server
