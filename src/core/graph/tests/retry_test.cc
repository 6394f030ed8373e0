// Which failures are worth another attempt, and when it comes.
#include "core/graph/retry.h"

#include <set>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include "core/base/status_error.h"
#include "core/graph/tests/support.h"

namespace pharos::graph {
namespace {

using namespace testing_support;

template <class Failure>
bool transient(Failure failure) {
  return is_transient(std::make_exception_ptr(std::move(failure)));
}

TEST(IsTransient, TakesWhatMayPass) {
  EXPECT_TRUE(transient(base::Error(base::Code::kUnavailable, "")));
  EXPECT_TRUE(transient(base::Error(base::Code::kTimeout, "")));
  EXPECT_TRUE(transient(TimeLimitError(TimeLimitError::Limit::kRun, 1s)));
  for (const int status : {408, 429, 500, 502, 503, 504, 599}) {
    EXPECT_TRUE(transient(base::StatusError(status, ""))) << status;
  }
  for (const boost::system::error_code code :
       {boost::system::error_code(boost::asio::error::connection_refused),
        boost::system::error_code(boost::asio::error::connection_reset),
        boost::system::error_code(boost::asio::error::eof),
        boost::system::error_code(boost::asio::error::host_not_found_try_again),
        boost::system::error_code(boost::asio::error::timed_out)}) {
    EXPECT_TRUE(transient(boost::system::system_error(code))) << code.message();
  }
  EXPECT_TRUE(transient(std::system_error(std::make_error_code(std::errc::connection_reset))));
  EXPECT_TRUE(transient(std::runtime_error("something went wrong")));
}

TEST(IsTransient, RefusesMistakesAndCancellation) {
  for (const base::Code code :
       {base::Code::kInvalidInput, base::Code::kNotFound, base::Code::kConflict, base::Code::kTooLarge,
        base::Code::kUnsupported, base::Code::kCancelled, base::Code::kInternal}) {
    EXPECT_FALSE(transient(base::Error(code, ""))) << base::code_name(code);
  }
  for (const int status : {400, 401, 403, 404, 409, 413, 422, 501, 505, 600}) {
    EXPECT_FALSE(transient(base::StatusError(status, ""))) << status;
  }
  EXPECT_FALSE(transient(GraphError(Fault::kUnknownNode, base::Code::kInvalidInput, "")));
  EXPECT_FALSE(transient(boost::system::system_error(boost::asio::error::operation_aborted)));
  EXPECT_FALSE(transient(boost::system::system_error(boost::asio::error::access_denied)));
  EXPECT_FALSE(transient(std::system_error(std::make_error_code(std::errc::no_such_file_or_directory))));
  EXPECT_FALSE(transient(std::logic_error("")));
  EXPECT_FALSE(transient(std::out_of_range("")));
  EXPECT_FALSE(transient(std::overflow_error("")));
  EXPECT_FALSE(transient(std::bad_alloc()));
  EXPECT_FALSE(transient(42));
}

TEST(IsTransient, LooksIntoASubgraphsFailure) {
  const auto inside = [](const auto& cause) {
    return NodeError("g", "n", 1, std::make_exception_ptr(cause));
  };
  EXPECT_TRUE(transient(inside(std::runtime_error("no answer"))));
  EXPECT_FALSE(transient(inside(std::logic_error("a mistake"))));
}

TEST(Retry, TheFirstPolicyThatTakesAFailureCounts) {
  const auto tries = [](base::Code code) {
    auto calls = std::make_shared<int>();
    const auto of_code = [](base::Code wanted) {
      return [wanted](const std::exception_ptr& failure) { return code_of(failure) == wanted; };
    };
    auto g = trail_graph();
    g.add_node("lamp", fail_with(code, calls))
        .retry({.max_attempts = 2, .initial_wait = 0s, .retries = of_code(base::Code::kTimeout)})
        .retry({.max_attempts = 5, .initial_wait = 0s});
    g.add_edge(kStart, "lamp");
    EXPECT_THROW(run(g.compile().invoke(Trail{})), NodeError);
    return *calls;
  };
  EXPECT_EQ(tries(base::Code::kTimeout), 2) << "the second policy would take it too";
  EXPECT_EQ(tries(base::Code::kUnavailable), 5);
  EXPECT_EQ(tries(base::Code::kInternal), 1);
}

TEST(Retry, AnAttemptsWritesAndSendsDoNotOutliveIt) {
  /// A body that writes before it fails, which a plain function cannot.
  class Halfway final : public NodeBody {
   public:
    base::Task<void> run(const void*, Context& context, NodeOutput& output) const override {
      output.writes.push_back({.channel = 0, .value = Value::of<Items>({std::to_string(context.attempt())})});
      output.targets.push_back(Target("b"));
      if (context.attempt() < 3) throw base::Error(base::Code::kUnavailable, "halfway");
      output.targets.clear();
      co_return;
    }
  };
  for (const bool limited : {false, true}) {
    auto g = trail_graph();
    g.add_node("a", visit("a")).retry({.initial_wait = 0s});
    g.add_node("b", visit("b")).add_edge(kStart, "a").add_conditional_edges("a", [](const Trail&) {
      return std::string(kEnd);
    });
    GraphDefinition definition = g.definition();
    definition.nodes.at(0).body = std::make_shared<Halfway>();
    if (limited) definition.nodes.at(0).options.timeout = 1h;
    const Graph<Trail> graph(std::make_shared<const CompiledGraph>(std::move(definition), CompileOptions{}));
    EXPECT_EQ(run(graph.invoke(Trail{})).items, Items{"3"});
  }
}

TEST(Retry, WaitsARandomShareOfTheInterval) {
  const RetryPolicy policy;
  EXPECT_EQ(wait_before(policy, 2, 0.0), base::Duration(0s));
  EXPECT_EQ(wait_before(policy, 2, 0.5), base::Duration(250ms));
  EXPECT_EQ(wait_before(policy, 4, 0.5), base::Duration(1s));
  EXPECT_EQ(wait_before(policy, 40, 0.5), base::Duration(64s)) << "never more than the longest";
}

TEST(Retry, SpreadsRunsThatFailTogether) {
  base::ManualClock clock;
  auto g = trail_graph();
  std::set<base::SteadyTime> again;
  g.add_node("lamp", [&](const Trail&, Context& context) {
     if (context.attempt() == 1) throw base::Error(base::Code::kUnavailable, "out");
     again.insert(context.clock().now());
   }).retry(2);
  g.add_edge(kStart, "lamp");
  const auto graph = g.compile({.clock = &clock, .seed = 7});
  Loop loop;
  for (int i = 0; i < 20; ++i) loop.start(graph.invoke(Trail{}));
  for (int i = 0; i < 500; ++i) loop.advance(clock, 1ms);
  EXPECT_GT(again.size(), 15U);
  EXPECT_LE(*again.rbegin(), base::SteadyTime(500ms));
}

}  // namespace
}  // namespace pharos::graph
