// Formatter: the report in words, from what was measured.
#pragma once

#include "apps/mirror/subject.h"

namespace pharos::mirror {

ReportText format_report(const MirrorState& state);

base::Task<AgentResult<ReportText>> formatter_agent(const MirrorState& state);
/// The scores in one sentence.
base::Task<AgentResult<ReportText>> formatter_fallback(const MirrorState& state);
/// Fixed words that are true of any report.
ReportText emergency_text(const Subject& subject);

/// What a reader must know of how the report came about: doubt, failures, several people, distress, a mock.
/// Holds also when the formatter failed.
std::vector<std::string> warnings_of(const MirrorState& state);

/// The two fixed ones, a third with biometrics.
std::vector<std::string> disclaimers_for(const Consent& consent);

}  // namespace pharos::mirror
