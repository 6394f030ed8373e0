// What is done later, and following it: /api/v1/jobs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/http/routes.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/watch.h"

namespace pharos::base_api {

struct JobList {
  std::vector<jobs::Job> data;
};
BOOST_DESCRIBE_STRUCT(JobList, (), (data))

struct JobSearch {
  std::optional<jobs::JobStatus> status;
  std::optional<http::Text<1, 100>> kind;
  std::optional<http::Id> before;  ///< the last of the page before
  http::Whole<1, 200, 50> limit;
};
BOOST_DESCRIBE_STRUCT(JobSearch, (), (status, kind, before, limit))

struct EventsFrom {
  std::optional<http::Whole<0, 1'000'000'000>> after;  ///< the number of the last event that is known
};
BOOST_DESCRIBE_STRUCT(EventsFrom, (), (after))

/// One event, as a message.
struct EventMessage {
  std::int64_t number = 0;
  std::string event;
  boost::json::value data;
};
BOOST_DESCRIBE_STRUCT(EventMessage, (), (number, event, data))

class JobRoutes {
 public:
  /// All outlive it, and it the table's use.
  JobRoutes(http::Routes& table, jobs::Jobs& jobs, jobs::Watch& watch);

 private:
  base::Task<JobList> list(security::Caller caller, http::Query<JobSearch> search);
  base::Task<jobs::Job> read(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<jobs::Job> cancel(security::Caller caller, http::Path<http::IdKey> key);
  base::Task<jobs::Job> replay(security::Caller caller, http::Path<http::IdKey> key);
  /// Every event from the first, or after the one that the client knows: as `Last-Event-ID` says, or `after`.
  base::Task<http::Events> follow(const http::Request& request, security::Caller caller,
                                  http::Path<http::IdKey> key, http::Query<EventsFrom> from);

  /// The same, over a WebSocket: a message each, closed after the last.
  base::Task<http::WebSocket> follow_by_socket(security::Caller caller, http::Path<http::IdKey> key,
                                               http::Query<EventsFrom> from);

  jobs::Jobs& jobs_;
  jobs::Watch& watch_;
};

}  // namespace pharos::base_api
