// The words that must not leave Pharos in a text about a person, and what to say instead.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/enum.hpp>

namespace pharos::mirror {

/// Why a word is listed.
enum class Concern {
  kInsult,
  kBody,  ///< weight and build
  kSelfHarm,
  kProtected,  ///< origin, gender, age, belief, orientation
  kMedical,
  kLooks,  ///< attractiveness
};
BOOST_DESCRIBE_ENUM(Concern, kInsult, kBody, kSelfHarm, kProtected, kMedical, kLooks)

struct ListedWord {
  std::string_view phrase;  ///< lower case, words separated by one space
  Concern concern = Concern::kInsult;
};

/// The whole list.
const std::vector<ListedWord>& listed_words();

/// One place where a text uses a listed phrase.
struct Finding {
  Concern concern = Concern::kInsult;
  std::size_t begin = 0;  ///< bytes
  std::size_t end = 0;
};

/// Every listed phrase in `text`, in order, the longest at each place. Case and hyphens do not matter.
std::vector<Finding> find_listed(std::string_view text);

/// What a listed word is replaced with.
std::string_view milder(Concern concern);

}  // namespace pharos::mirror
