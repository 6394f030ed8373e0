// Refuses an agent's answer that cannot be: what throws here goes the way of any other failure.
#pragma once

#include "apps/mirror/subject.h"

namespace pharos::mirror {

// Each throws base::Error (kInternal) that says what is wrong: scores outside 0 to 10, confidence outside 0
// to 1, numbers that are not, texts that are empty where the report needs them.

void check_answer(const AgentResult<EmbedderData>& answer);
void check_answer(const AgentResult<FaceData>& answer);
void check_answer(const AgentResult<FashionData>& answer);
void check_answer(const AgentResult<PostureData>& answer);
void check_answer(const AgentResult<BioData>& answer);
void check_answer(const AgentResult<AggregatorData>& answer);
void check_answer(const AgentResult<ReportText>& answer);

}  // namespace pharos::mirror
