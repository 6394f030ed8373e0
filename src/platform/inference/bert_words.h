// Text cut into the words that BERT's uncased models were trained on.
#pragma once

#include <functional>
#include <string_view>

namespace pharos::inference {

/// Hands out the words of `text` in order, in lower case, until `take` answers false. Control characters and
/// accents are dropped, white space separates, punctuation marks and Chinese characters stand alone.
/// `text` must be UTF-8; a word lives until `take` returns.
void for_each_bert_word(std::string_view text, const std::function<bool(std::string_view word)>& take);

}  // namespace pharos::inference
