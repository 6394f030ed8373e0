#include "apps/mirror/wording/guard_words.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/base/ascii.h"

namespace pharos::mirror {

namespace {

constexpr std::size_t kLongestPhrase = 3;

constexpr std::string_view kInsults =
    "arse,arsehole,asshole,assholes,bastard,bastards,bitch,bitches,bullshit,clown,coward,crap,crappy,creep,"
    "cretin,"
    "cunt,dick,dickhead,disgusting,douche,douchebag,dumb,dumbass,failure,fool,foolish,freak,fuck,fucked,"
    "fucker,"
    "fucking,garbage,hate,hated,hateful,idiot,idiotic,idiots,imbecile,jerk,lame,loser,losers,lunatic,moron,"
    "moronic,"
    "morons,motherfucker,nasty,nitwit,nobody "
    "likes,pathetic,pig,prick,psycho,retard,retarded,scum,scumbag,shit,"
    "shitty,slut,sluts,stupid,stupidity,trash,twat,useless,wanker,whore,worthless";

constexpr std::string_view kBodyWords =
    "anorexic,big "
    "boned,bmi,bodyweight,bony,chubby,chunky,curvy,fat,fatness,fatter,flabby,heavyset,lanky,lean "
    "body,muscular,obese,obesity,overweight,petite,plump,plus size,pot "
    "belly,pudgy,scrawny,skinny,slender,slim,"
    "slimmer,slimming,stocky,stout,thin,thinner,tubby,underweight,weigh,weighs,weight,double "
    "chin,belly,kilos,"
    "pounds";

constexpr std::string_view kSelfHarmWords =
    "end my life,harm myself,harming yourself,hurt myself,hurting myself,kill myself,kill yourself,killing "
    "myself,"
    "self harm,self injury,suicidal,suicide,want to die,end it all,better off dead,cut myself";

constexpr std::string_view kProtectedWords =
    "aboriginal,african,age,aged,ageing,ages,aging,arab,arabs,asian,asians,atheist,baby face,bisexual,black "
    "man,"
    "black men,black people,black person,black woman,black women,boomer,boy,boyish,boys,brown skin,buddhist,"
    "catholic,caucasian,caucasians,christian,christians,dark skin,dark skinned,elderly,ethnic,ethnicity,fair "
    "skin,"
    "female,females,feminine,femininity,gay,gays,gender,genders,gentleman,girl,girlish,girls,gypsy,"
    "heterosexual,"
    "hindu,hispanic,homosexual,immigrant,indigenous,islamic,jew,jewish,jews,ladies,lady,latina,latino,"
    "lesbian,"
    "lesbians,light skinned,male,males,man,manly,masculine,masculinity,men,middle "
    "aged,millennial,muslim,muslims,"
    "nationality,native american,nonbinary,old,older,olive skin,oriental,pensioner,queer,race,races,racial,"
    "religion,religious,senior citizen,sexual,sexuality,sikh,skin colour,skin color,skin tone,teen,teenage,"
    "teenager,teens,tomboy,trans,transgender,transsexual,underage,white man,white men,white people,white "
    "person,"
    "white woman,white women,woman,womanly,women,years old,year old,young,younger,youngster,youth,youthful";

constexpr std::string_view kMedicalWords =
    "adhd,aids,alcoholic,allergic,anxiety,asthma,autism,autistic,bipolar,blind,cancer,clinical,clinically,"
    "cripple,"
    "crippled,cure,deaf,deformed,deformity,dementia,depressed,depression,diabetes,diabetic,diagnose,"
    "diagnosed,"
    "diagnoses,diagnosis,disabilities,disability,disabled,disease,diseased,diseases,disorder,disorders,"
    "epilepsy,"
    "handicapped,health,healthier,healthy,hiv,ill,illness,illnesses,injured,injury,insane,kyphosis,lordosis,"
    "medical,medically,medication,mental,mentally,neurotic,ocd,pathology,patient,pregnant,pregnancy,"
    "prescription,"
    "psychiatric,psychotic,ptsd,schizophrenia,schizophrenic,scoliosis,sick,sickly,sickness,symptom,symptoms,"
    "syndrome,therapy,treatment,unhealthy,unwell,wheelchair";

constexpr std::string_view kLooksWords =
    "attractive,attractiveness,average looking,bad looking,beautiful,beautifully,beauty,cute,cuter,dashing,"
    "good looking,good "
    "looks,gorgeous,handsome,hideous,homely,hottie,kissable,looker,pretty,prettier,seductive,"
    "sexy,stunning,ugliest,ugly,unattractive,wrinkle,wrinkled,wrinkles,bald,balding,big nose,acne,pimples";

void add(std::vector<ListedWord>& list, std::string_view words, Concern concern) {
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(',', begin), words.size());
    list.push_back({words.substr(begin, end - begin), concern});
    begin = end + 1;
  }
}

std::vector<ListedWord> make_list() {
  std::vector<ListedWord> list;
  add(list, kInsults, Concern::kInsult);
  add(list, kBodyWords, Concern::kBody);
  add(list, kSelfHarmWords, Concern::kSelfHarm);
  add(list, kProtectedWords, Concern::kProtected);
  add(list, kMedicalWords, Concern::kMedical);
  add(list, kLooksWords, Concern::kLooks);
  return list;
}

const std::unordered_map<std::string_view, Concern>& index() {
  static const std::unordered_map<std::string_view, Concern> kIndex = [] {
    std::unordered_map<std::string_view, Concern> made;
    for (const ListedWord& word : listed_words()) made.emplace(word.phrase, word.concern);
    return made;
  }();
  return kIndex;
}

struct Token {
  std::string lower;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The list is ASCII, so everything else separates words; that finds them in any kind of quotation marks.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char small = base::lower(text[i]);
    const bool letter = base::is_letter_or_digit(small);
    if (letter && !inside) tokens.push_back({"", i, i});
    inside = letter;
    if (!letter) continue;
    tokens.back().lower += small;
    tokens.back().end = i + 1;
  }
  return tokens;
}

}  // namespace

const std::vector<ListedWord>& listed_words() {
  static const std::vector<ListedWord> kList = make_list();
  return kList;
}

std::vector<Finding> find_listed(std::string_view text) {
  std::vector<Finding> found;
  const std::vector<Token> words = tokens_of(text);
  for (std::size_t first = 0; first < words.size(); ++first) {
    std::string phrase;
    std::size_t used = 0;
    Finding longest;
    for (std::size_t count = 1; count <= kLongestPhrase && first + count <= words.size(); ++count) {
      if (count > 1) phrase += ' ';
      phrase += words[first + count - 1].lower;
      const auto listed = index().find(phrase);
      if (listed == index().end()) continue;
      used = count;
      longest = {listed->second, words[first].begin, words[first + count - 1].end};
    }
    if (used == 0) continue;
    found.push_back(longest);
    first += used - 1;
  }
  return found;
}

std::string_view milder(Concern concern) {
  switch (concern) {
    case Concern::kInsult:
      return "[unkind word left out]";
    case Concern::kLooks:
      return "[not judged]";
    case Concern::kSelfHarm:
      return "[please talk to someone you trust]";
    case Concern::kMedical:
      return "[not assessed]";
    case Concern::kBody:
    case Concern::kProtected:
      break;
  }
  return "[not described]";
}

}  // namespace pharos::mirror
