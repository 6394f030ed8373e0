// `mirror` among the graphs that are served: a photo that was sent before in, a report out.
#pragma once

#include "apps/mirror/serving/analyses.h"
#include "platform/runs/served_graph.h"

namespace pharos::mirror {

/// Its one node makes the report, and keeps it, for whoever's run it is: the person whose store the run was
/// given. The seven agents are a graph inside it, for readers who ask for those. Both outlive it.
runs::ServedGraph served_mirror(Analyses& analyses, base::Clock& clock);

}  // namespace pharos::mirror
