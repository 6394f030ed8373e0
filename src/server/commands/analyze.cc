// `pharos analyze`: photos and a bio in, reports out: in the terminal, as JSON, as a page.
#include <chrono>
#include <exception>
#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "apps/mirror/mirror.h"
#include "apps/mirror/rendering/render_html.h"
#include "apps/mirror/rendering/render_terminal.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "platform/vision/image.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {
namespace json = boost::json;

constexpr int kWorkingSide = 1600;  ///< longest side that photos are measured at, in pixels
constexpr std::size_t kMaxBioFileBytes = 1 << 20;

std::optional<std::string> read_bio(const std::string& given) {
  if (given.empty()) return std::nullopt;
  std::string bio = given.starts_with('@')
                        ? std::string(base::trim(base::read_file(given.substr(1), kMaxBioFileBytes)))
                        : given;
  mirror::check_bio(bio);
  return bio;
}

mirror::Consent consent_without(const std::vector<std::string>& refused) {
  mirror::Consent consent;
  const std::map<std::string, bool mirror::Consent::*> switches{{"face", &mirror::Consent::face},
                                                                {"fashion", &mirror::Consent::fashion},
                                                                {"posture", &mirror::Consent::posture},
                                                                {"bio", &mirror::Consent::bio},
                                                                {"detailed", &mirror::Consent::detailed}};
  for (const std::string& name : refused) {
    const auto found = switches.find(name);
    if (found == switches.end()) {
      throw base::Error(
          base::Code::kInvalidInput,
          fmt::format("--no-consent '{}' is not one of face, fashion, posture, bio, detailed", name));
    }
    consent.*found->second = false;
  }
  return consent;
}

/// One line an agent on standard error, when someone watches.
void show_progress(const Console& console, const mirror::Progress& progress) {
  if (!console.err_is_terminal || !progress.status) return;
  console.note(fmt::format("  {:<12}{:<10}{:>6.0f} ms\n", progress.agent, base::to_name(*progress.status),
                           progress.duration_ms));
}

mirror::Report run_analysis(const mirror::MirrorParts& parts, const Console& console,
                            mirror::AnalysisRequest request) {
  boost::asio::io_context loop;
  std::optional<mirror::Report> report;
  std::exception_ptr failure;
  auto progress = [&console](const mirror::Progress& step) { show_progress(console, step); };
  boost::asio::co_spawn(loop, mirror::analyze(parts, std::move(request), progress),
                        [&](const std::exception_ptr& thrown, mirror::Report finished) {
                          failure = thrown;
                          if (!thrown) report = std::move(finished);
                        });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*report);
}

mirror::NamedReport analyze_photo(Composition& parts, const Console& console, const std::string& path,
                                  const mirror::AnalysisRequest& template_request) {
  const auto started = std::chrono::steady_clock::now();
  mirror::AnalysisRequest request = template_request;
  request.photo = vision::decode(base::read_file(path), kWorkingSide);
  request.decode_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  mirror::NamedReport analysis{.name = std::filesystem::path(path).filename().string(),
                               .report = {},
                               .photo = request.photo.image,
                               .scale = request.photo.scale};
  analysis.report = run_analysis(parts.mirror_parts(), console, std::move(request));
  return analysis;
}

void print_json(const Console& console, const std::vector<mirror::NamedReport>& analyses, bool several) {
  if (!several) {
    console.print(base::pretty_json(base::to_json(analyses.front().report)));
    return;
  }
  json::array reports;
  for (const mirror::NamedReport& analysis : analyses) {
    json::object one{{"photo", analysis.name}};
    one["report"] = base::to_json(analysis.report);
    reports.push_back(std::move(one));
  }
  console.print(base::pretty_json(reports));
}

void print_in_words(const Console& console, const std::vector<mirror::NamedReport>& analyses) {
  const mirror::TerminalStyle style{
      .width = console.width, .colour = console.colour, .unicode = console.unicode};
  if (analyses.size() > 1) console.print(mirror::render_comparison_terminal(analyses, style) + "\n");
  for (const mirror::NamedReport& analysis : analyses) {
    if (analyses.size() > 1) console.print(fmt::format("\n{}\n", analysis.name));
    console.print(mirror::render_terminal(analysis.report, style));
  }
}

void write_page(const Console& console, const std::vector<mirror::NamedReport>& analyses,
                const std::string& file) {
  const mirror::NamedReport& first = analyses.front();
  base::write_file(file, analyses.size() == 1 ? mirror::render_html(first.report, first.photo, first.scale)
                                              : mirror::render_comparison_html(analyses));
  console.note(fmt::format("wrote {}\n", file));
}

}  // namespace

int analyze(Composition& parts, const Console& console, const AnalyzeOptions& options) {
  mirror::AnalysisRequest request;
  request.bio = read_bio(options.bio);
  request.consent = consent_without(options.no_consent);
  request.mode =
      options.mode.empty() ? parts.settings().mode : base::from_name<mirror::Mode>(options.mode, "--mode");
  parts.start_loading();

  std::vector<mirror::NamedReport> analyses;
  int exit_code = 0;
  for (const std::string& photo : options.photos) {
    try {
      analyses.push_back(analyze_photo(parts, console, photo, request));
    } catch (const base::Error& error) {
      // One photo that cannot be read does not take the others with it.
      if (options.photos.size() == 1) throw;
      console.note(fmt::format("pharos: {}: {}\n", photo, error.what()));
      exit_code = std::max(exit_code, base::is_users_mistake(error.code()) ? 2 : 1);
    }
  }
  if (analyses.empty()) return exit_code;
  if (!options.html.empty()) write_page(console, analyses, options.html);
  if (options.json) {
    print_json(console, analyses, options.photos.size() > 1);
  } else {
    print_in_words(console, analyses);
  }
  return exit_code;
}

int introduce(Composition& parts, const Console& console, const std::string& help) {
  console.print(help);
  const auto sample = parts.settings().samples / "astronaut.png";
  if (!std::filesystem::exists(sample)) {
    console.print("\nThe sample photo is not here; give one of yours: pharos analyze photo.jpg\n");
    return 0;
  }
  console.print(fmt::format("\nThis is what it says of its sample photo ({}):\n\n", sample.string()));
  return analyze(
      parts, console,
      {.photos = {sample.string()},
       .bio = "I fly, test and teach. Last year I spent nine days in orbit and spoke with two hundred "
              "pupils from there. I love clear checklists, loud laughter and long evenings under the stars.",
       .json = false,
       .html = {},
       .mode = {},
       .no_consent = {}});
}

}  // namespace pharos::server
