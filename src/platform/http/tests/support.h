// A small application behind a real server, and a client that sends bytes as they are written.
#pragma once

#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "platform/http/dispatcher.h"
#include "platform/http/server.h"

namespace pharos::http::testing_support {

using namespace std::chrono_literals;

struct NewBoat {
  Text<1, 20> name;
  std::optional<Text<0, 50>> remark;
  Whole<1, 99, 4> oars;
  std::vector<Email> crew;
};
BOOST_DESCRIBE_STRUCT(NewBoat, (), (name, remark, oars, crew))

struct Boat {
  std::string id;
  std::string name;
  std::optional<std::string> remark;
  std::int64_t oars = 0;
  std::string owner;
};
BOOST_DESCRIBE_STRUCT(Boat, (), (id, name, remark, oars, owner))

struct Receipt {
  std::string name;
  std::uint64_t size = 0;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(Receipt, (), (name, size, note))

struct Search {
  Text<0, 20> word;
  Whole<1, 100, 10> limit;
  bool deep = false;
};
BOOST_DESCRIBE_STRUCT(Search, (), (word, limit, deep))

/// Handlers that say what they were given.
class Harbour {
 public:
  explicit Harbour(Routes& table) {
    auto routes = table.of(*this, "/api/v1");
    routes.get("/boats/{id}", &Harbour::read).summary("Read a boat");
    routes.get("/boats", &Harbour::search).open().summary("Search boats");
    routes.post("/boats", &Harbour::create)
        .needs(security::Permission::kItemsWrite)
        .summary("Create a boat")
        .status(201)
        .raises(base::Code::kConflict);
    routes.remove("/boats/{id}", &Harbour::sink)
        .needs(security::Permission::kTeamManage)
        .summary("Sink a boat");
    routes.post("/cargo", &Harbour::load).open().summary("Load cargo").max_body(4096);
    routes.get("/waves", &Harbour::waves).open().summary("Watch waves");
    routes.get("/storm", &Harbour::storm).open().summary("Break down");
    routes.get("/chart", &Harbour::chart).open().summary("Read the chart");
    routes.get("/calm", &Harbour::calm).open().summary("Watch nothing happen");
    routes.get("/sea", &Harbour::sea).open().summary("Take more than anybody can");
    routes.get("/radio", &Harbour::radio).open().summary("Talk by radio");
    routes.get("/radio/late", &Harbour::late_radio).open().summary("Wait for the radio");
    routes.get("/radio/boats/{id}", &Harbour::answer_boat).summary("Talk to a boat");
    routes.get("/beacon", &Harbour::beacon).open().summary("Listen to the beacon");
    routes.get("/distress", &Harbour::distress).open().summary("Call for help");
    routes.get("/flood", &Harbour::flood).open().summary("Be told more than anybody takes");
  }

  std::atomic<int> is_watched = 0;  ///< handlers of streams that are under way
  std::atomic<int> sent = 0;
  std::atomic<bool> is_radio_there = false;

 private:
  struct Counted {
    explicit Counted(std::atomic<int>& counter) : count(counter) { ++count; }
    ~Counted() { --count; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    std::atomic<int>& count;
  };

  base::Task<Boat> read(security::Caller caller, Path<IdKey> key) {
    co_return Boat{.id = key.id, .name = "Ada", .remark = {}, .oars = 2, .owner = caller.user_id};
  }
  base::Task<Boat> search(Query<Search> query) {
    co_return Boat{
        .id = "", .name = query.word, .remark = {}, .oars = query.limit, .owner = query.deep ? "deep" : ""};
  }
  base::Task<Boat> create(security::Caller caller, NewBoat boat) {
    co_return Boat{.id = "1", .name = boat.name, .remark = {}, .oars = boat.oars, .owner = caller.user_id};
  }
  base::Task<void> sink(security::Caller, Path<IdKey>) { co_return; }
  base::Task<Receipt> load(Upload upload) {
    const UploadedFile& file = upload.file("file");
    co_return Receipt{.name = file.name, .size = file.size, .note = upload.fields["note"]};
  }
  base::Task<Events> waves() {
    co_return Events{.write = [](EventWriter& out) -> base::Task<void> {
      for (int i = 0; i < 3; ++i) {
        co_await out.send({.name = "wave", .data = std::to_string(i), .id = std::to_string(i + 1)});
      }
    }};
  }
  base::Task<void> storm() {
    throw std::runtime_error("the password of the mast is 'oak'");
    co_return;
  }
  /// A stream in which nothing comes, until its client leaves.
  base::Task<Events> calm() {
    co_return Events{.write = [this](EventWriter&) -> base::Task<void> {
      Counted here(is_watched);
      base::SystemClock clock;
      co_await clock.sleep_until(base::SteadyTime::max());
    }};
  }
  base::Task<Response> sea() {
    Response response;
    response.stream = [this](BodyWriter& out) -> base::Task<void> {
      for (int i = 0; i < 10'000; ++i, ++sent) co_await out.write(std::string(10'000, '~'));
    };
    co_return response;
  }
  /// Says back what it hears.
  base::Task<WebSocket> radio() {
    co_return WebSocket{.talk = [this](SocketPeer& client) -> base::Task<void> {
                          Counted here(is_watched);
                          while (auto message = co_await client.receive())
                            co_await client.send(*std::move(message));
                        },
                        .longest_message = 128 * 1024};
  }
  /// Its handshake is answered once the radio is there.
  base::Task<WebSocket> late_radio() {
    Counted here(is_watched);
    base::SystemClock clock;
    while (!is_radio_there) co_await clock.sleep_until(clock.now() + std::chrono::milliseconds(1));
    co_return co_await radio();
  }
  base::Task<WebSocket> answer_boat(security::Caller caller, Path<IdKey>) {
    co_return WebSocket{.talk = [name = caller.user_id](SocketPeer& client) -> base::Task<void> {
      co_await client.send({.bytes = "over, " + name});
    }};
  }
  base::Task<WebSocket> beacon() {
    co_return WebSocket{.talk = [](SocketPeer& client) -> base::Task<void> {
                          co_await client.send({.bytes = "."});
                          base::SystemClock clock;
                          co_await clock.sleep_until(base::SteadyTime::max());
                        },
                        .listens = false};
  }
  base::Task<WebSocket> distress() {
    co_return WebSocket{.talk = [](SocketPeer& client) -> base::Task<void> {
      const auto call = co_await client.receive();
      if (call && call->bytes == "mayday") throw base::Error(base::Code::kUnavailable, "nobody is there");
      throw std::runtime_error("the password of the mast is 'oak'");
    }};
  }
  /// Waits for its client, or does not.
  base::Task<WebSocket> flood() {
    co_return WebSocket{.talk = [this](SocketPeer& client) -> base::Task<void> {
      Counted here(is_watched);
      const auto how = co_await client.receive();
      for (int i = 0; i < 10'000; ++i, ++sent) {
        SocketMessage wave{.bytes = std::string(10'000, '~')};
        if (how->bytes == "wait") {
          co_await client.send(std::move(wave));
        } else {
          client.post(std::move(wave));
        }
      }
    }};
  }
  base::Task<Response> chart() {
    co_return Response{.status = 200,
                       .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                       .body = std::string(20'000, 'x'),
                       .stream = {}};
  }
};

/// Knows one person by one word, and lets everybody call as often as they like.
class OpenGate final : public Gate {
 public:
  base::Task<std::optional<security::Caller>> identify(const Request& request) override {
    const std::string_view given = request.headers.get("Authorization");
    if (given.empty()) co_return std::nullopt;
    if (given != "Bearer ada")
      throw base::Error(base::Code::kUnauthenticated, "that token is not known here");
    co_return security::Caller{.user_id = "ada",
                               .email = "ada@example.org",
                               .team_id = "t",
                               .role = security::Role::kUser,
                               .session_id = "s"};
  }
  base::Task<Headers> count(const Route&, const Request&, const std::optional<security::Caller>&) override {
    co_return Headers{{"RateLimit", "\"general\";r=99;t=60"}};
  }
  std::shared_ptr<void> hold_stream(const Request&, const std::optional<security::Caller>&) override {
    return nullptr;
  }
};

/// What came back, head and body.
struct Answer {
  int status = 0;
  std::string head;
  std::string body;

  std::string header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
      const std::string_view line = std::string_view(head).substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const std::size_t colon = line.find(':');
      if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
        return std::string(line.substr(colon + 2));
      }
    }
    return {};
  }
};

/// One connection that says what it is told to say.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  }

  Wire& say(std::string_view bytes) {
    boost::asio::write(socket_, boost::asio::buffer(bytes));
    return *this;
  }
  void leave() { socket_.close(); }
  void say_no_more() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  /// One answer with a length or in chunks.
  Answer hear(bool is_head = false) {
    Answer answer;
    const std::size_t end = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(read_), "\r\n\r\n");
    answer.head = read_.substr(0, end - 2);
    read_.erase(0, end);
    answer.status = std::stoi(answer.head.substr(9, 3));
    if (is_head || answer.status < 200) return answer;
    if (answer.header("Transfer-Encoding") == "chunked") {
      while (true) {
        const std::size_t line = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(read_), "\r\n");
        const std::size_t size = std::stoul(read_.substr(0, line), nullptr, 16);
        read_.erase(0, line);
        fill(size + 2);
        answer.body += read_.substr(0, size);
        read_.erase(0, size + 2);
        if (size == 0) return answer;
      }
    }
    const std::string length = answer.header("Content-Length");
    if (length.empty()) return answer;
    fill(std::stoul(length));
    answer.body = read_.substr(0, std::stoul(length));
    read_.erase(0, answer.body.size());
    return answer;
  }
  /// So many bytes as they come; fewer when the connection ends before.
  std::string take(std::size_t size) {
    boost::system::error_code ended;
    if (read_.size() < size) {
      boost::asio::read(socket_, boost::asio::dynamic_buffer(read_),
                        boost::asio::transfer_at_least(size - read_.size()), ended);
    }
    std::string taken = read_.substr(0, size);
    read_.erase(0, taken.size());
    return taken;
  }
  /// True when the server has said something, or left.
  bool has_something_within(std::chrono::milliseconds time) {
    pollfd readable{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
    return ::poll(&readable, 1, static_cast<int>(time.count())) > 0;
  }
  /// True when the server has ended the connection.
  bool is_closed() {
    boost::system::error_code failure;
    std::array<char, 1> byte{};
    boost::asio::read(socket_, boost::asio::buffer(byte), failure);
    return failure == boost::asio::error::eof || failure == boost::asio::error::connection_reset;
  }

 private:
  void fill(std::size_t size) {
    if (read_.size() < size) {
      boost::asio::read(socket_, boost::asio::dynamic_buffer(read_),
                        boost::asio::transfer_at_least(size - read_.size()));
    }
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string read_;
};

/// The application on a free port.
class HttpTest : public ::testing::Test {
 public:
  ~HttpTest() override { server_->stop(1s); }

 protected:
  HttpTest() : HttpTest(ServerSettings{}) {}
  explicit HttpTest(ServerSettings settings) : harbour_(routes_) {
    dispatcher_.emplace(routes_, gate_, clock_, disk_,
                        DispatcherSettings{.allowed_origins = {"https://pages.example"},
                                           .uploads = {.folder = ::testing::TempDir() + "pharos-uploads"}});
    settings.port = 0;
    server_.emplace(*dispatcher_, ids_, std::move(settings));
    server_->start();
  }

  Wire wire() const { return Wire(server_->port()); }
  Answer ask(std::string_view first_line, std::string_view headers = "", std::string_view body = "") {
    const std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
    return wire()
        .say(fmt::format("{} HTTP/1.1\r\nHost: here\r\n{}{}\r\n{}", first_line, headers, length, body))
        .hear(first_line.starts_with("HEAD"));
  }

  Routes routes_;
  Harbour harbour_;
  OpenGate gate_;
  base::SystemClock clock_;
  base::Ids ids_{clock_};
  base::Pool disk_{"disk", 1};
  std::optional<Dispatcher> dispatcher_;
  std::optional<Server> server_;
};

inline constexpr std::string_view kAda = "Authorization: Bearer ada\r\n";
inline constexpr std::string_view kJson = "Authorization: Bearer ada\r\nContent-Type: application/json\r\n";

}  // namespace pharos::http::testing_support
