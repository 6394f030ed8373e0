// Small English word lists for measuring a text about oneself; our own, chosen for bios.
#pragma once

#include <string_view>

namespace pharos::mirror {

/// Valence of a word in lower case: −1 to 1; 0 when it is not listed.
double valence_of(std::string_view word);
/// "not", "never", "n't" and their kin: they turn the next few words round.
bool is_negation(std::string_view word);
/// "very", "really": they strengthen the next word.
bool is_intensifier(std::string_view word);

/// Things that can be seen, touched or done with hands, and kinds of places and people one can meet.
bool is_concrete(std::string_view word);
/// Words that fit anybody: "passionate", "things", "stuff", "easygoing".
bool is_vague(std::string_view word);
/// Prepositions that place something: "in", "near", "across".
bool is_place_preposition(std::string_view word);
/// "twelve", "dozen", "hundred", "once".
bool is_number_word(std::string_view word);
/// "built", "won", "taught": what was done and is over.
bool is_result_verb(std::string_view word);
/// I, me, my, mine, myself and their contractions.
bool is_first_person(std::string_view word);
/// You, we and their kin.
bool is_towards_others(std::string_view word);
/// Looks for what comes next: "looking", "hope", "next", "want", "plan".
bool is_wish(std::string_view word);

/// The commonest English words.
bool is_english_stop_word(std::string_view word);
/// The commonest words of other languages in Latin letters, those that English shares left out.
bool is_foreign_stop_word(std::string_view word);

}  // namespace pharos::mirror
