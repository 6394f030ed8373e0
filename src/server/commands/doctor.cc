// `pharos doctor`: what is installed, whether the models are the pinned ones, and what this machine can do.
#include <algorithm>
#include <fstream>
#include <thread>

#include <dlfcn.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "platform/inference/cpu.h"
#include "platform/inference/model.h"
#include "server/commands/commands.h"
#include "server/version.h"

namespace pharos::server {
namespace json = boost::json;
namespace {

struct FileState {
  std::string path;
  std::string state;  ///< "ok", "missing" or "changed"
};
BOOST_DESCRIBE_STRUCT(FileState, (), (path, state))

struct ModelState {
  std::string name;
  std::string package;
  std::string version;
  std::string licence;
  std::vector<FileState> files;
};
BOOST_DESCRIBE_STRUCT(ModelState, (), (name, package, version, licence, files))

struct Diagnosis {
  std::string pharos;
  std::string engine;
  std::string cpu;
  int cores = 0;
  bool cpu_bf16 = false;
  double memory_gb = 0;
  std::string vision_precision;
  std::string embedder_precision;
  bool heic = false;
  std::string models_folder;
  std::vector<ModelState> models;
  std::vector<std::string> problems;
};
BOOST_DESCRIBE_STRUCT(Diagnosis, (),
                      (pharos, engine, cpu, cores, cpu_bf16, memory_gb, vision_precision, embedder_precision,
                       heic, models_folder, models, problems))

std::string sha256(std::string_view content) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(content.data(), content.size(), digest, &length, EVP_sha256(), nullptr) != 1) {
    throw base::Error(base::Code::kInternal, "OpenSSL could not compute a SHA-256");
  }
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

/// The value of `key` in a /proc file of `key : value` lines; empty when absent.
std::string proc_value(const char* file, std::string_view key) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    if (colon != std::string::npos && value != std::string::npos) return line.substr(value);
  }
  return {};
}

ModelState check_model(const json::value& manifest, const std::filesystem::path& folder) {
  const json::object& pinned = manifest.as_object();
  const auto text = [&](std::string_view key) { return std::string(pinned.at(key).as_string()); };
  ModelState model{.name = text("name"),
                   .package = text("package"),
                   .version = text("version"),
                   .licence = text("licence")};
  for (const json::value& file : pinned.at("files").as_array()) {
    const auto path = folder.parent_path() / std::string(file.at("to").as_string());
    std::string state = "missing";
    if (std::filesystem::exists(path)) {
      state = sha256(base::read_file(path)) == file.at("sha256").as_string() ? "ok" : "changed";
    }
    model.files.push_back({path.string(), state});
  }
  return model;
}

/// Reads the manifests that set-up leaves beside the models.
std::vector<ModelState> check_models(const std::filesystem::path& folder,
                                     std::vector<std::string>& problems) {
  std::vector<ModelState> models;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      const auto manifest = base::parse_json(base::read_file(entry.path()), entry.path().string());
      models.push_back(check_model(manifest, folder));
    }
  }
  std::ranges::sort(models, {}, &ModelState::name);
  if (models.empty()) {
    problems.push_back(
        fmt::format("no models in {}: run ./run --build-only, or set PHAROS_MODELS", folder.string()));
  }
  for (const ModelState& model : models) {
    for (const FileState& file : model.files) {
      if (file.state != "ok")
        problems.push_back(fmt::format("{} is {}: run ./run --build-only", file.path, file.state));
    }
  }
  return models;
}

/// The precision of a part that loads, or a problem noted.
template <class Part>
std::string precision_of(const char* what, const Part& part, std::vector<std::string>& problems) {
  try {
    return std::string(part());
  } catch (const base::Error& error) {
    problems.push_back(fmt::format("{} does not load: {}", what, error.what()));
    return "not loaded";
  }
}

/// It stays: what libraries make as they are loaded, some never give back.
bool library_is_there(const char* name) {
  void* library = dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (library != nullptr) dlclose(library);
  return library != nullptr;
}

Diagnosis diagnose(Composition& parts) {
  Diagnosis found{.pharos = std::string(kVersion), .engine = inference::engine_version()};
  found.cpu = proc_value("/proc/cpuinfo", "model name");
  found.cores = static_cast<int>(std::thread::hardware_concurrency());
  found.cpu_bf16 = inference::cpu_has_bf16();
  const std::string memory = proc_value("/proc/meminfo", "MemTotal");
  if (!memory.empty()) found.memory_gb = std::stod(memory) / 1024 / 1024;
  found.heic = library_is_there("libheif.so.1");
  found.models_folder = parts.settings().models.string();
  found.models = check_models(parts.settings().models, found.problems);
  parts.start_loading();
  found.vision_precision = precision_of("vision", [&] { return parts.vision().precision(); }, found.problems);
  found.embedder_precision =
      precision_of("the embedder", [&] { return parts.embedder().precision(); }, found.problems);
  return found;
}

std::string in_words(const Diagnosis& found) {
  std::string text = fmt::format(
      "Pharos {}\n  engine      {}\n  processor   {} ({} cores, bf16 {})\n  memory      {:.1f} GB\n"
      "  precision   vision {}, embedder {}\n  HEIC        {}\n\nModels in {}\n",
      found.pharos, found.engine, found.cpu.empty() ? "unknown" : found.cpu, found.cores,
      found.cpu_bf16 ? "native" : "not native", found.memory_gb, found.vision_precision,
      found.embedder_precision, found.heic ? "readable (libheif)" : "not readable: install libheif1",
      found.models_folder);
  for (const ModelState& model : found.models) {
    const bool ok =
        std::ranges::all_of(model.files, [](const FileState& file) { return file.state == "ok"; });
    text += fmt::format("  {:<28}{:<8}{} {} ({})\n", model.name, ok ? "ok" : "broken", model.package,
                        model.version, model.licence);
  }
  text +=
      "\nLanguage model  none: reports are written from measurements. None can be added in this version.\n";
  if (found.problems.empty()) return text + "\nEverything is in place.\n";
  text += "\nTo mend\n";
  for (const std::string& problem : found.problems) text += "  " + problem + "\n";
  return text;
}

}  // namespace

int doctor(Composition& parts, const Console& console, const ReportStyleOptions& options) {
  const Diagnosis found = diagnose(parts);
  console.print(options.json ? base::pretty_json(base::to_json(found)) : in_words(found));
  return found.problems.empty() ? 0 : 1;
}

}  // namespace pharos::server
