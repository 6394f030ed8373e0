// What Pharos is told from outside: the only place that reads the environment.
#pragma once

#include <filesystem>
#include <string>

#include "apps/mirror/report.h"

namespace pharos::server {

struct Settings {
  std::filesystem::path models;   ///< PHAROS_MODELS, else beside the program: folder with the model files
  std::filesystem::path samples;  ///< PHAROS_SAMPLES, else beside the models: folder with the sample photo
  std::filesystem::path peer;     ///< PHAROS_PEER, else in the source tree: starts the engine to compare with
  std::filesystem::path data;     ///< PHAROS_DATA, else XDG_STATE_HOME/pharos or ~/.local/state/pharos: what
                                  ///< is kept between runs; empty when none of these is set
  mirror::Mode mode = mirror::Mode::kProd;  ///< PHAROS_MODE or LIFEMIRROR_MODE: prod, dev or mock
  int workers = 1;  ///< PHAROS_WORKERS, else the number of cores: threads of the `cpu` pool
};

/// Throws base::Error (kInvalidInput) that names the variable and what it may be.
Settings settings_from_environment();

}  // namespace pharos::server
