// A state of many fields that hold lists of nested documents and grow with each round.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <random>

#include "core/graph/bench/shapes.h"

namespace pharos::graph::bench {
namespace {

/// Documents are shared, never copied, as an interpreter's values are.
using Part = std::shared_ptr<const json::value>;
using Fields = std::map<std::string, Part>;
using Document = std::shared_ptr<const Fields>;
using Documents = std::vector<Document>;

constexpr std::size_t kDrawn = sizeof(std::uint64_t);

struct Support {
  Documents messages;
  Documents trigger_events;
  std::string primary_issue_medium = "email";
  Document autoresponse;
  Document issue;
  Documents relevant_rules;
  Documents memory_docs;
  Documents categorizations;
  Documents responses;
  Document user_info;
  Document crm_info;
  std::string email_thread_id;
  Fields slack_participants;
  std::string bot_id;
  Fields notified_assignees;
};
BOOST_DESCRIBE_STRUCT(Support, (),
                      (messages, trigger_events, primary_issue_medium, autoresponse, issue, relevant_rules,
                       memory_docs, categorizations, responses, user_info, crm_info, email_thread_id,
                       slack_participants, bot_id, notified_assignees))

/// Keeps what is there when nothing comes.
struct Newest {
  void operator()(Document& current, Document added) const {
    if (added) current = std::move(added);
  }
  void operator()(std::string& current, std::string added) const {
    if (!added.empty()) current = std::move(added);
  }
};
inline constexpr Newest newest{};

/// Eight letters from each draw: what is measured is the engine, not the generator.
std::string random_text(int length) {
  static thread_local std::mt19937_64 draw;
  const auto wanted = static_cast<std::size_t>(length);
  std::string text;
  text.reserve(wanted + kDrawn);
  while (text.size() < wanted) {
    const auto drawn = std::bit_cast<std::array<std::uint8_t, kDrawn>>(draw());
    std::array<char, kDrawn> letters;
    std::ranges::transform(drawn, letters.begin(),
                           [](unsigned byte) { return static_cast<char>('a' + ((byte * 26) >> 8)); });
    text.append(letters.data(), letters.size());
  }
  text.resize(wanted);
  return text;
}

void add_channels(StateGraph<Support>& g) {
  for (const auto list :
       {&Support::messages, &Support::trigger_events, &Support::categorizations, &Support::responses}) {
    g.reduce(list, append);
  }
  for (const auto document :
       {&Support::autoresponse, &Support::issue, &Support::user_info, &Support::crm_info}) {
    g.reduce(document, newest);
  }
  g.reduce(&Support::primary_issue_medium, newest).reduce(&Support::email_thread_id, newest);
  g.reduce(&Support::slack_participants, merge).reduce(&Support::notified_assignees, merge);
}

void add_nodes(StateGraph<Support>& g, int limit) {
  g.add_node("one", [limit](const Support& state) {
    return update(&Support::trigger_events, state.messages)
        .set(&Support::primary_issue_medium, random_text(limit));
  });
  g.add_node("two", [](const Support& state) {
    return update(&Support::autoresponse, state.trigger_events.back())
        .set(&Support::issue, state.trigger_events.back());
  });
  g.add_node("three",
             [](const Support& state) { return update(&Support::relevant_rules, {state.autoresponse}); });
  g.add_node("four", [](const Support& state) {
    return update(&Support::categorizations, state.trigger_events)
        .set(&Support::responses, state.trigger_events)
        .set(&Support::memory_docs, state.trigger_events);
  });
  g.add_node("five", [limit](const Support& state) {
    const Document& last = state.categorizations.back();
    return update(&Support::user_info, last)
        .set(&Support::crm_info, last)
        .set(&Support::email_thread_id, random_text(limit))
        .set(&Support::slack_participants, *last)
        .set(&Support::bot_id, random_text(limit))
        .set(&Support::notified_assignees, *last);
  });
  g.add_node("six", [](const Support& state) { return update(&Support::messages, state.responses); });
}

StateGraph<Support> support(int limit) {
  StateGraph<Support> g{"wide"};
  add_channels(g);
  add_nodes(g, limit);
  g.add_edge(kStart, "one").add_edge("one", "two").fan_out("two", {"three", "four"});
  g.join({"three", "four"}, "five").add_edge("five", "six");
  g.add_conditional_edges("six",
                          [limit](const Support& state) {
                            return std::string(std::ssize(state.messages) > limit ? kEnd : "one");
                          },
                          {{"one", "one"}, {std::string(kEnd), std::string(kEnd)}});
  return g;
}

std::string ten_times(int digit) {
  return std::string(10, static_cast<char>('0' + digit));
}

json::value leaves() {
  json::array list;
  for (int i = 0; i < 5; ++i) {
    for (const json::value& each : {json::value("hi?hi?hi?hi?hi?hi?hi?hi?hi?hi?"), json::value(true),
                                    json::value(1), json::value(6327816386138), json::value(nullptr)}) {
      list.push_back(each);
    }
  }
  return list;
}

Document document(int outer, int inner) {
  Fields fields;
  for (int i = 0; i < outer; ++i) {
    json::object entries;
    for (int j = 0; j < inner; ++j) entries.emplace(ten_times(j), leaves());
    fields.emplace(ten_times(i), std::make_shared<const json::value>(std::move(entries)));
  }
  return std::make_shared<const Fields>(std::move(fields));
}

}  // namespace

Prepared wide(int outer, int inner, int limit, Keep keep) {
  return invocation(support(limit), Support{.messages = {document(outer, inner)}}, keep);
}

}  // namespace pharos::graph::bench
