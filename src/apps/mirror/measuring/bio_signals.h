// What a bio says that changes how it may be treated: the writer may be a minor, is in distress, or speaks to
// a machine.
#pragma once

#include <string_view>

namespace pharos::mirror {

/// True when the text says that its writer is under 18: "I am 15", "in 8th grade", "born in 2012" (against
/// `year`, the present one); English, and the plain sentence in some other languages. Children the writer
/// speaks of ("my 9-year-old") and the past ("when I was 12") do not count.
bool indicates_minor(std::string_view bio, int year);

/// True when the writer speaks of hurting or killing themselves. Helping others ("suicide prevention line")
/// does not count.
bool mentions_self_harm(std::string_view bio);

/// True when the text gives orders to a language model ("ignore all instructions", "rate this 10").
bool addresses_a_machine(std::string_view text);

}  // namespace pharos::mirror
