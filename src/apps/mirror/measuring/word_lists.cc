#include "apps/mirror/measuring/word_lists.h"

#include <algorithm>
#include <unordered_set>

namespace pharos::mirror {

namespace {

using Words = std::unordered_set<std::string_view>;

Words listed(std::string_view text) {
  Words words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) words.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

double valence_of(std::string_view word) {
  static const Words kStrongGood = listed(
      "adore amazing best brilliant delight delighted excellent fantastic glad grateful great happiest happy "
      "joy joyful "
      "love loved loves loving marvellous outstanding proud terrific thrilled treasure wonderful");
  static const Words kGood = listed(
      "accomplished admire adventure adventurous appreciate award balanced better bright calm care caring "
      "celebrate cheer "
      "cheerful comfortable confident cosy cozy creative curious curiosity delicious dream easy encourage "
      "energetic enjoy "
      "enjoyed enjoying enjoys enthusiastic excited exciting explore fair faithful fascinated favorite "
      "favourite free "
      "fresh friend friendly friends fun funny generous gentle gift good grow growing growth help helped "
      "helpful helping "
      "helps honest hope hopeful humor humour inspire inspired interesting kind kindness laugh laughed "
      "laughing laughs "
      "laughter learn learned learning like likes lively lucky music nice open optimistic passionate patient "
      "peace peaceful "
      "play playful playing pleasant pleased pleasure positive promise rewarding safe share shared sharing "
      "sincere smile "
      "smiling strong succeed success successful sunny support supportive sweet thank thankful thanks "
      "thoughtful trust "
      "useful warm welcome welcoming win won wonder");
  static const Words kBad = listed(
      "afraid alone annoyed annoying anxious argue awkward bad blame bored boring broke broken complain "
      "complained confused "
      "cynical difficult dirty disappoint disappointed dislike doubt drama dull exhausted fail failed "
      "failing fails failure "
      "fake fear fight forget guilty hard hurt impatient jealous lazy lie lies lonely lose losing lost mad "
      "mess messy miss "
      "missed nervous pain painful problem problems regret sad scared selfish sorry stress stressed "
      "stressful struggle "
      "struggling stuck tired tough trouble uncomfortable unfair unfortunately unhappy upset waste weak "
      "weird worried worry "
      "worse wrong");
  static const Words kStrongBad = listed(
      "angry awful bitter despise devastated disaster disgusting dreadful hate hated hates hating hopeless "
      "horrible idiot "
      "idiots kill liar miserable moron morons pathetic rage stupid terrible toxic ugly useless worst "
      "worthless");
  if (kStrongGood.contains(word)) return 1.0;
  if (kGood.contains(word)) return 0.5;
  if (kBad.contains(word)) return -0.5;
  if (kStrongBad.contains(word)) return -1.0;
  return 0.0;
}

bool is_negation(std::string_view word) {
  static const Words kWords =
      listed("not no never nothing nobody neither nor without hardly barely cannot aint dont");
  return kWords.contains(word) || word.ends_with("n't");
}

bool is_intensifier(std::string_view word) {
  static const Words kWords =
      listed("very really so truly extremely deeply incredibly absolutely totally most");
  return kWords.contains(word);
}

bool is_concrete(std::string_view word) {
  static const Words kWords = listed(
      "accordion airport apartment apple attic bakery ball balcony band banjo bass beach bean bear bed bee "
      "bees beer bench "
      "bicycle bike bikes bird birds boat boats book books boots bottle bowl bread brick bridge brush bus "
      "cabin cactus cafe "
      "cake camera camp canoe car cards carpenter castle cat cats cellar cello chair cheese chef chess "
      "chicken child children "
      "chocolate choir church cinema city clay climb clinic clock coast coat code coffee comics cook cooking "
      "couch cow crew "
      "cup dance dancer desert desk diver dog dogs door drawing dress drum drums farm farmer field film "
      "films fire fish "
      "fishing flat flower flowers flute food forest fox fruit garage garden gardens glass glue goat guitar "
      "gym hall hammer "
      "harbor harbour harp hat hill hills home horse horses hospital hotel house ice ink island jacket jazz "
      "kayak kettle "
      "kitchen kite knife lab lake laptop lawyer leather lemon letter letters library lighthouse lunch "
      "machine map marathon "
      "market mechanic metal microscope milk mill mountain mountains mug museum mushroom neighbor neighbour "
      "neighbours "
      "notebook novel nurse ocean office oil olive onion orchard orchestra oven owl paint painter painting "
      "pan paper park "
      "pasta pencil photo photos piano pianist pie pilot pizza plane plant plants plates poem poems poet "
      "pond porch pot "
      "potatoes pottery puppy puzzle rain rice river road robot robots roof room rope roses running sail "
      "sailing sails salad "
      "salt sand sauce saxophone scarf school sea seeds shed sheep ship shoes shop shore singer ski skis "
      "snow soap sofa soil "
      "song songs soup spoon stage stars steel stone stones stove street students surf swim swimmer table "
      "tea teacher team "
      "telescope tent theater theatre ticket tomato tomatoes tool tools tower town trail train trains tree "
      "trees truck "
      "trumpet tulips van vegetables vegetable village vineyard violin wall water wave waves wheel wine wood "
      "wooden wool "
      "workshop yarn");
  return kWords.contains(word);
}

bool is_vague(std::string_view word) {
  static const Words kWords = listed(
      "amazing anything awesome chill cool down-to-earth dynamic easy-going easygoing everything fun "
      "fun-loving generally "
      "good great hard-working hardworking hobbies interesting kinda life lifestyle lot lots lovely maybe "
      "motivated nice "
      "normal ok okay outgoing passion passionate people person positive quality random regular several some "
      "someone "
      "something somewhat sometimes somewhere sort stuff team-player thing things usual usually various vibe "
      "vibes whatever "
      "world");
  return kWords.contains(word);
}

bool is_place_preposition(std::string_view word) {
  static const Words kWords = listed(
      "above across along around at behind below beneath beside between by beyond from in inside into near "
      "off on onto "
      "outside over past through towards under up");
  return kWords.contains(word);
}

bool is_number_word(std::string_view word) {
  static const Words kWords = listed(
      "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
      "seventeen eighteen "
      "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
      "million half dozen "
      "dozens twice once");
  return kWords.contains(word);
}

bool is_result_verb(std::string_view word) {
  static const Words kWords = listed(
      "achieved baked became began biked bought brought built caught climbed coached completed composed "
      "cooked crossed cycled "
      "danced delivered designed discovered drew drove earned finished fixed fixed flew founded grew helped "
      "hiked knitted "
      "launched learned led lived made managed moved opened organised organized painted performed "
      "photographed planted played "
      "published raised ran read recorded repaired restored rode sailed sang saved served sewed shot sold "
      "started studied "
      "swam taught trained translated travelled traveled visited volunteered walked won worked wrote");
  return kWords.contains(word);
}

bool is_first_person(std::string_view word) {
  static const Words kWords = listed("i me my mine myself i'm im i've ive i'd i'll");
  return kWords.contains(word);
}

bool is_towards_others(std::string_view word) {
  static const Words kWords = listed(
      "you your yours yourself you're you'll you'd we our ours us we're we'll let's together others "
      "neighbours neighbors "
      "friends children students team");
  return kWords.contains(word);
}

bool is_wish(std::string_view word) {
  static const Words kWords = listed(
      "aim ask dream dreaming eager goal goals hope hoping looking meet next plan planning seek seeking "
      "someday soon "
      "tomorrow want wish would");
  return kWords.contains(word);
}

bool is_english_stop_word(std::string_view word) {
  static const Words kWords = listed(
      "a about after all also always am an and any are as at be because been before but by can could did do "
      "does every for "
      "from get go had has have he her here him his how i i'm i've if in into is it it's its just like make "
      "me more most "
      "much my never not now of on one only or other our out over people she so some than that the their "
      "them then there "
      "they this time to too up us very was we well were what when where which who will with without work "
      "would year years "
      "you your");
  return kWords.contains(word);
}

bool is_foreign_stop_word(std::string_view word) {
  static const Words kWords = listed(
      // Spanish, Portuguese, Italian, French
      "el la los las de del que y en un una por con para como pero muy soy mi mis yo tengo gusta vivo está o "
      "os da em um uma "
      "não eu sou meu minha gosto moro com il lo gli di che è sono mio mia per della nel le les des du et "
      "est je suis une "
      "dans avec pour mon ma mes qui sur pas j'aime j'habite nous au aux ce"
      // German, Dutch, Scandinavian
      " der das und ich bin ist nicht mit ein eine einen auf für von zu dem den mein meine liebe auch sehr "
      "het een ik ben "
      "niet met van voor mijn graag og jeg er det på til ikke med som min mitt och jag är inte för att ett"
      // Polish, Czech, Turkish, Indonesian, Finnish, Romanian, Hungarian, Vietnamese
      " jestem się nie jest na w z moje lubię jsem rád mám bir ve bu için çok ben saya dan yang di untuk "
      "dengan suka olen ja "
      "minun minä sunt și este îmi nu az és egy vagyok nem tôi là và của");
  return kWords.contains(word) && !is_english_stop_word(word);
}

}  // namespace pharos::mirror
