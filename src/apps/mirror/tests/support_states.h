// Every state a report can be shown in, by name.
#pragma once

#include <map>
#include <string>

#include "apps/mirror/tests/support_sample_report.h"

namespace pharos::mirror {

inline std::map<std::string, Report> every_state() {
  return {{"full", sample_report()},
          {"nobody", nobody_report()},
          {"mock", mock_report()},
          {"refused", refused_report()},
          {"group", group_report()},
          {"unscored", unscored_report()},
          {"troubled", troubled_report()},
          {"foreign", foreign_report()},
          {"empty", Report{}},
          {"hostile", filled_report("<script>\"' & /* */ </style>")}};
}

/// Words about a person that no output may hold.
inline constexpr const char* kForbiddenWords =
    R"(\b(race|racial|gender|male|female|man|woman|age|aged|years? old|health|healthy|weight|fat|thin|slim|attractive|attractiveness|beautiful|beauty|ugly|handsome|pretty)\b)";

}  // namespace pharos::mirror
