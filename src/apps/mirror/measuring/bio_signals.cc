#include "apps/mirror/measuring/bio_signals.h"

#include <array>
#include <memory>
#include <string>

#include <unicode/regex.h>
#include <unicode/unistr.h>

#include "apps/mirror/measuring/words.h"
#include "core/base/error.h"

namespace pharos::mirror {

namespace {

/// Steps of about a microsecond; enough for 5,000 characters, a stop for anything that runs away.
constexpr std::int32_t kMatchSteps = 20'000;

/// A compiled pattern: immutable, thread-safe.
class Pattern {
 public:
  explicit Pattern(const std::string& expression) {
    UErrorCode status = U_ZERO_ERROR;
    UParseError place{};
    pattern_.reset(icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(expression),
                                              UREGEX_CASE_INSENSITIVE | UREGEX_MULTILINE, place, status));
    if (U_FAILURE(status)) {
      throw base::Error(base::Code::kInternal,
                        "a pattern of the bio's signals is wrong at " + std::to_string(place.offset));
    }
  }

  /// The number in the first group of the first match, 0 for a match without one, −1 without a match.
  int first_number(const icu::UnicodeString& text) const {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher(pattern_->matcher(text, status));
    if (U_SUCCESS(status)) matcher->setTimeLimit(kMatchSteps, status);
    if (U_FAILURE(status) || !matcher->find(status) || U_FAILURE(status)) return -1;
    if (matcher->groupCount() == 0 || matcher->start(1, status) < 0) return 0;
    std::string digits;
    matcher->group(1, status).toUTF8String(digits);
    return std::atoi(digits.c_str());
  }

  bool found_in(const icu::UnicodeString& text) const { return first_number(text) >= 0; }

 private:
  std::unique_ptr<icu::RegexPattern> pattern_;
};

icu::UnicodeString prepared(std::string_view text) {
  return icu::UnicodeString::fromUTF8(lower_case(text));
}

const std::string kTeens = "(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)";
const std::string kUnder18 = "(?:1[0-7]|[1-9])";
const std::string kBareAge = "(?:1[0-7]|[89]|" + kTeens + ")";
const std::string kIAm =
    "\\b(?:i am|i'm|im|i just turned|i(?: will|'ll) be|i turn|i'm turning|turning)\\s+"
    "(?:now |only |just |almost |nearly |about |currently |turning )*";
const std::string kYearsOld = "[\\s-]*(?:(?:years?|yrs?)(?:[\\s-]*(?:old|young)|\\s+of\\s+age)|y/?o\\b)";

bool says_own_years(const icu::UnicodeString& text) {
  static const Pattern kBare(kIAm + kBareAge +
                             "(?=\\s*(?:$|[!?;,)(]|\\.(?!\\d)|[-–—]\\s|(?:years?|yrs?)\\s*(?:$|[.,!;)]))"
                             "|\\s+(?:and|but|from|lol|f|i|now|here|atm|this|next)\\b)");
  static const Pattern kOld("(?:" + kIAm + "|\\b(?:i am|i'm|im|as)\\s+an?\\s+|(?:^|[.!?]\\s+))(?:" +
                            kUnder18 + "|" + kTeens + ")" + kYearsOld);
  static const Pattern kForm("(?:^|[,;|/]\\s*)(?:age|aged)\\s*[:=]?\\s*" + kBareAge +
                             "\\b(?!\\s*(?:[-–%\\d]|to\\b|and\\b))");
  static const Pattern kUnder(
      "\\b(?:i am|i'm|im)\\s+(?:(?:still|not)\\s+)*(?:underage|under\\s+(?:18|eighteen)|not\\s+"
      "(?:yet\\s+)?(?:18|eighteen)|(?:yet\\s+)?18\\s+yet)\\b");
  return kBare.found_in(text) || kOld.found_in(text) || kForm.found_in(text) || kUnder.found_in(text);
}

/// Looked for sentence by sentence, because teachers and memories speak of school too.
bool says_at_school(const icu::UnicodeString& sentence) {
  static const Pattern kOthers(
      "\\b(?:teach|teacher|teaching|taught|tutor|coach|was|were|used to|back in|since|when i|"
      "my (?:daughter|son|kid|kids|child|children|students|brother|sister)|work|working)\\b");
  static const Pattern kGrade(
      "\\b(?:in|start|starting|entering|finishing)\\s+(?:the\\s+)?(?:(?:1st|2nd|3rd|[4-9]th|1[0-2]th|first|"
      "second|third|fourth|"
      "fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)\\s+grade|grade\\s+(?:1[0-2]|[1-9])|"
      "year\\s+(?:1[0-3]|[1-9])\\b(?!\\s+of))\\b");
  static const Pattern kSchool(
      "\\b(?:i am|i'm|im|i go|i attend|i still go)\\s+(?:still\\s+|currently\\s+|now\\s+)*"
      "(?:in|at|to)?\\s*(?:a\\s+|the\\s+)?(?:middle|elementary|primary|junior high|high|secondary)\\s+school"
      "(?!\\s+(?:librar|princip|nurse|counsel|admin|board))");
  static const Pattern kPupil(
      "\\b(?:i "
      "am|i'm|im|as)\\s+(?:just\\s+|still\\s+|only\\s+)?an?\\s+(?:[\\w-]+\\s+){0,2}(?:minor|teenager|teen|"
      "middle "
      "schooler|high schooler|(?:[5-9]th|1[0-2]th|sixth|seventh|eighth|ninth|tenth|eleventh) "
      "grader|schoolboy|"
      "schoolgirl|school kid|(?:middle|high|secondary) school "
      "(?:student|kid|freshman|sophomore|junior|senior)|kid)\\b"
      "(?!\\s+(?:leagues?|at heart|counsel\\w*|coach|worker|in\\b|varsity))");
  if (kOthers.found_in(sentence)) return false;
  return kGrade.found_in(sentence) || kSchool.found_in(sentence) || kPupil.found_in(sentence);
}

bool says_birth_year(const icu::UnicodeString& text, int year) {
  static const Pattern kBorn("(?:\\bi was born|(?:^|[.!?,]\\s+)born)\\b[^.!?]{0,24}?\\b((?:19|20)\\d\\d)\\b");
  const int born = kBorn.first_number(text);
  return born > 0 && year - born < 18;
}

bool says_so_in_another_language(const icu::UnicodeString& text) {
  static const Pattern kPlain("\\btengo\\s+" + kUnder18 + "\\s+años\\b|\\bj'ai\\s+" + kUnder18 +
                              "\\s+ans\\b|\\bich bin\\s+(?:erst\\s+)?" + kUnder18 + "\\s+jahre\\b|\\bho\\s+" +
                              kUnder18 + "\\s+anni\\b|\\btenho\\s+" + kUnder18 + "\\s+anos\\b|\\bik ben\\s+" +
                              kUnder18 + "\\s+jaar\\b|\\bmam\\s+" + kUnder18 + "\\s+lat\\b|\\bмне\\s+" +
                              kUnder18 + "\\s+(?:лет|год)|عمري\\s*" + kUnder18 + "\\b|\\b" + kUnder18 +
                              "\\s+yaşındayım|我(?:今年)?" + kUnder18 + "岁");
  return kPlain.found_in(text);
}

}  // namespace

bool indicates_minor(std::string_view bio, int year) {
  const icu::UnicodeString text = prepared(bio);
  if (says_own_years(text) || says_birth_year(text, year) || says_so_in_another_language(text)) return true;
  for (const Sentence& sentence : take_apart(bio)) {
    if (says_at_school(prepared(sentence.text))) return true;
  }
  return false;
}

bool mentions_self_harm(std::string_view bio) {
  static const Pattern kDistress(
      "\\b(?:kill|hurt|harm|hang|cut)(?:ting|ing)?\\s+myself\\b(?!\\s+(?:laughing|shaving|cooking))"
      "|\\bend(?:ing)?\\s+(?:my\\s+(?:own\\s+)?life|it\\s+all)\\b|\\btak(?:e|ing)\\s+my\\s+(?:own\\s+)?"
      "life\\b"
      "|\\bsuicid(?:e|al)\\b(?!\\s+(?:prevention|hotline|helpline|awareness|squad|line))"
      "|\\bself[\\s-]?harm(?:ing|ed)?\\b|\\b(?:want(?:ed)?|ready|wish)\\s+to\\s+die\\b(?!\\s+of\\s+laugh)"
      "|\\b(?:don't|dont|do not)\\s+want\\s+to\\s+(?:live|be alive|wake up|exist)\\b"
      "|\\bno\\s+(?:reason|point)\\s+(?:to|in)\\s+(?:live|living)\\b|\\bbetter\\s+off\\s+(?:dead|without "
      "me)\\b"
      "|\\bwish\\s+i\\s+(?:was|were)\\s+dead\\b|\\bquiero\\s+morir|\\benvie\\s+de\\s+mourir|\\bme\\s+suicider"
      "|\\bmich\\s+umbringen|\\bselbstmord");
  return kDistress.found_in(prepared(bio));
}

bool addresses_a_machine(std::string_view text) {
  static const Pattern kOrder(
      "\\b(?:ignore|disregard|forget|override|bypass)\\s+(?:(?:all|any|the|your|my|these|of|previous|prior|"
      "above|"
      "earlier|system|preceding)\\s+)*(?:instructions?|prompts?|rules?|directions?|guidelines?|guardrails)\\b"
      "|\\bsystem\\s*(?:prompt|message)\\b|\\byou\\s+are\\s+now\\s+(?:an?|the)\\b|\\bas\\s+an?\\s+(?:ai|"
      "language\\s+model)\\b"
      "|\\b(?:give|assign|rate|score|grade)\\s+(?:me|this|it|my\\s+\\w+|everything)\\b[^.!?]{0,30}\\b(?:10|"
      "ten|100|perfect|"
      "highest|maximum)\\b|<\\|?[a-z_/"
      "]*(?:system|im_start|im_end|assistant)|\\bjailbreak\\b|\\bdeveloper\\s+mode\\b"
      "|\\bdo\\s+anything\\s+now\\b|\\b(?:print|reveal|repeat|show)\\s+(?:me\\s+)?(?:your|the)\\s+(?:prompt|"
      "instructions)\\b");
  return kOrder.found_in(prepared(text));
}

}  // namespace pharos::mirror
