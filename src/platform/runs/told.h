// What clients are told of a run, in the words that they know: events of the runtime become events of
// streams.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/graph/stream.h"
#include "platform/runs/run.h"

namespace pharos::runs {

/// One event of a stream: `updates`, `values|inner:task`, `messages/partial`, ...
struct ToldEvent {
  std::string name;
  json::value data;

  friend bool operator==(const ToldEvent&, const ToldEvent&) = default;
};

/// The names of streams that clients may ask for.
const std::vector<std::string>& stream_names();
/// What the runtime is to tell for them. Throws base::Error (kInvalidInput) that lists the names there are.
graph::StreamModes modes_of(const StreamWish& wish);

/// Turns a run's events into what its clients asked for. One of it for each run; used by one coroutine.
class Teller {
 public:
  /// `about` goes with each message: who made it.
  Teller(const StreamWish& wish, json::object about);

  std::vector<ToldEvent> tell(graph::StreamEvent event);

 private:
  struct Message {
    json::object so_far;
    bool is_complete = false;
  };

  void tell_values(const std::string& suffix, json::value data, std::vector<ToldEvent>& told);
  void tell_message(const std::string& suffix, json::value data, std::vector<ToldEvent>& told);
  void tell_piece(const std::string& suffix, const json::object& piece, const json::value& about,
                  std::vector<ToldEvent>& told);
  void tell_complete(const std::string& suffix, const json::value& values, std::vector<ToldEvent>& told);
  bool wants(const char* name) const { return wanted_.contains(name); }

  std::set<std::string, std::less<>> wanted_;
  json::object about_;
  std::map<std::string, json::object> values_;  ///< the last ones, by suffix
  std::map<std::string, Message> messages_;     ///< by id
};

}  // namespace pharos::runs
