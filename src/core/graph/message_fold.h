// How a conversation takes in messages, for every form in which messages are kept.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace pharos::graph {

/// The id of a removal that empties a conversation; what follows it in the same write is kept.
inline constexpr std::string_view kRemoveAll = "__remove_all__";

/// What add_messages must know of a form of messages.
template <class Form>
concept MessageForm = requires(typename Form::Item& item, const typename Form::Item& read) {
  { Form::id_of(read) } -> std::convertible_to<std::string>;  ///< empty: it has none
  { Form::is_removal(read) } -> std::convertible_to<bool>;
  { Form::content_of(read) } -> std::convertible_to<std::string>;  ///< as text, whatever it is
  Form::give_id(item, std::string());
};

namespace detail {

/// An id for a message that has none, shaped like a UUID. The same for the same message at the same place of
/// the same conversation, so that a state that is made again from its writes is the same state.
std::string message_id(std::string_view previous_id, std::size_t place, std::string_view content);

[[noreturn]] void throw_unknown_message(std::string_view id);

/// Where the messages of a list are, by id; of two with one id, the later. Looks through the list when it is
/// asked a few times only, as by a turn of a chat.
template <MessageForm Form, class List>
class MessagePlaces {
 public:
  MessagePlaces(const List& list, std::size_t questions) : list_(list), indexed_(questions > kFew) {
    if (!indexed_) return;
    for (std::size_t i = 0; i < list.size(); ++i) added(i);
  }

  /// list.size() when there is none.
  std::size_t find(const std::string& id) const {
    if (indexed_) {
      const auto known = places_.find(id);
      return known == places_.end() ? list_.size() : known->second;
    }
    for (std::size_t i = list_.size(); i-- > 0;) {
      if (Form::id_of(list_[i]) == id) return i;
    }
    return list_.size();
  }
  void added(std::size_t place) {
    if (indexed_) places_.insert_or_assign(std::string(Form::id_of(list_[place])), place);
  }

 private:
  static constexpr std::size_t kFew = 8;

  const List& list_;
  bool indexed_;
  std::unordered_map<std::string, std::size_t> places_;
};

template <MessageForm Form, class List>
std::string free_id(const List& current, const MessagePlaces<Form, List>& places, std::string_view content) {
  std::string id(current.empty() ? "" : Form::id_of(current[current.size() - 1]));
  do {
    id = message_id(id, current.size(), content);
  } while (places.find(id) != current.size());
  return id;
}

/// Adds one message, or notes a removal. Removals are carried out at the end, so that a message that is
/// removed and added again keeps its place.
template <MessageForm Form, class List>
void fold_one(List& current, typename Form::Item message, MessagePlaces<Form, List>& places,
              std::unordered_set<std::string>& removed) {
  std::string id(Form::id_of(message));
  const std::size_t place = id.empty() ? current.size() : places.find(id);
  if (Form::is_removal(message)) {
    if (place == current.size()) throw_unknown_message(id);
    removed.insert(std::move(id));
    return;
  }
  if (place < current.size()) {
    removed.erase(id);
    current[place] = std::move(message);
    return;
  }
  if (id.empty()) Form::give_id(message, free_id<Form>(current, places, Form::content_of(message)));
  current.push_back(std::move(message));
  places.added(place);
}

/// What add_messages does, to a list of any form.
template <MessageForm Form, class List>
void fold_messages(List& current, List added) {
  const auto empties = [](const auto& message) {
    return Form::is_removal(message) && Form::id_of(message) == kRemoveAll;
  };
  const auto last = std::find_if(added.rbegin(), added.rend(), empties);
  if (last != added.rend()) current.clear();
  MessagePlaces<Form, List> places(current, added.size());
  std::unordered_set<std::string> removed;
  for (auto next = last == added.rend() ? added.begin() : last.base(); next != added.end(); ++next) {
    fold_one<Form>(current, std::move(*next), places, removed);
  }
  if (removed.empty()) return;
  const auto kept = std::remove_if(current.begin(), current.end(), [&](const auto& message) {
    return removed.contains(std::string(Form::id_of(message)));
  });
  current.erase(kept, current.end());
}

/// Gives an id to messages that have none, before they are part of a conversation.
template <MessageForm Form, class List>
void name_messages(List& messages, std::string_view origin) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (std::string(Form::id_of(messages[i])).empty()) {
      Form::give_id(messages[i], message_id(origin, i, Form::content_of(messages[i])));
    }
  }
}

}  // namespace detail
}  // namespace pharos::graph
