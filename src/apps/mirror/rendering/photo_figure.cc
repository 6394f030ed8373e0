#include "apps/mirror/rendering/photo_figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pharos::mirror {
namespace {

constexpr int kJpegQuality = 84;
constexpr int kEmbeddedSide = 1024;
constexpr double kNumberSize = 0.026;  ///< of a face's number, in photo widths

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return k < bytes.size() ? static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[k])) : 0U;
    };
    const std::uint32_t group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += kDigits[group >> shift & 63U];
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  text.replace(text.size() - padding, padding, padding, '=');
  return text;
}

/// The lines between landmarks that draw a body.
constexpr auto kBones = std::to_array<std::pair<vision::Landmark, vision::Landmark>>({
    {vision::kLeftEar, vision::kRightEar},         {vision::kLeftShoulder, vision::kRightShoulder},
    {vision::kLeftShoulder, vision::kLeftElbow},   {vision::kLeftElbow, vision::kLeftWrist},
    {vision::kRightShoulder, vision::kRightElbow}, {vision::kRightElbow, vision::kRightWrist},
    {vision::kLeftWrist, vision::kLeftIndex},      {vision::kLeftWrist, vision::kLeftThumb},
    {vision::kRightWrist, vision::kRightIndex},    {vision::kRightWrist, vision::kRightThumb},
    {vision::kLeftShoulder, vision::kLeftHip},     {vision::kRightShoulder, vision::kRightHip},
    {vision::kLeftHip, vision::kRightHip},         {vision::kLeftHip, vision::kLeftKnee},
    {vision::kLeftKnee, vision::kLeftAnkle},       {vision::kRightHip, vision::kRightKnee},
    {vision::kRightKnee, vision::kRightAnkle},     {vision::kLeftAnkle, vision::kLeftHeel},
    {vision::kLeftHeel, vision::kLeftFootIndex},   {vision::kRightAnkle, vision::kRightHeel},
    {vision::kRightHeel, vision::kRightFootIndex}, {vision::kMouthLeft, vision::kMouthRight},
});

std::string at(double x, double y) {
  return fmt::format("{:.1f} {:.1f}", std::isfinite(x) ? x : 0, std::isfinite(y) ? y : 0);
}

std::string line(const vision::Point& from, const vision::Point& to) {
  return fmt::format("M{}L{}", at(from.x, from.y), at(to.x, to.y));
}

std::string polygon(std::span<const vision::Point> points) {
  std::string path;
  for (const vision::Point& point : points) path += (path.empty() ? "M" : "L") + at(point.x, point.y);
  return path.empty() ? path : path + "Z";
}

std::string rectangle(const std::array<double, 4>& box) {
  const auto [x, y, width, height] = box;
  return polygon(
      std::array<vision::Point, 4>{{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}}});
}

/// A path with a dark twin under it, so that it can be seen on any photo.
Html stroke(std::string_view kind, const std::string& path) {
  if (path.empty()) return {};
  return html(R"(<path class="halo {0}" d="{1}"/><path class="{0}" d="{1}"/>)", kind, path);
}

Html landmarks_layer(const PostureData& posture, const Size& size) {
  if (posture.keypoints.size() != vision::kLandmarkCount) return {};
  const auto usable = [&](vision::Landmark i) {
    return vision::is_usable(posture.keypoints[i], size.width, size.height);
  };
  std::string bones;
  for (const auto& [from, to] : kBones) {
    const vision::Keypoint& a = posture.keypoints[from];
    const vision::Keypoint& b = posture.keypoints[to];
    if (usable(from) && usable(to)) bones += line({a.x, a.y}, {b.x, b.y});
  }
  std::string joints;
  std::string details;
  for (std::size_t i = 0; i < vision::kLandmarkCount; ++i) {
    const auto landmark = static_cast<vision::Landmark>(i);
    if (!usable(landmark)) continue;
    std::string& dots = landmark <= vision::kMouthRight ? details : joints;
    dots += fmt::format("M{}h0", at(posture.keypoints[i].x, posture.keypoints[i].y));
  }
  return stroke("bone", bones) + stroke("detail", details) + stroke("joint", joints);
}

Html outline_layer(const FaceData& data) {
  std::string outlines;
  std::string features;
  for (const MeasuredFace& face : data.faces) {
    outlines += polygon(face.outline);
    for (const auto& [from, to] : face.features) features += line(from, to);
  }
  return stroke("outline", outlines) + stroke("feature", features);
}

Html face_layer(const FaceData& data, double photo_width) {
  std::string boxes;
  for (const MeasuredFace& face : data.faces) boxes += rectangle(face.bbox);
  Html layer = stroke("box", boxes);
  if (data.faces.size() < 2) return layer;
  const double size = photo_width * kNumberSize;
  for (std::size_t i = 0; i < data.faces.size(); ++i) {
    const auto [x, y, width, height] = data.faces[i].bbox;
    layer += html(R"(<circle class="badge" cx="{0:.1f}" cy="{1:.1f}" r="{2:.1f}"/>)"
                  R"(<text class="number" x="{0:.1f}" y="{3:.1f}" font-size="{4:.1f}">{5}</text>)",
                  x, y, size * 0.85, y + size * 0.36, size, i + 1);
  }
  return layer;
}

Html garment_layer(const FashionData& data) {
  std::string regions;
  std::string boxes;
  for (const FashionItem& item : data.items) {
    regions += polygon(item.outline);
    boxes += rectangle(item.bbox);
  }
  return stroke("region", regions) + stroke("frame", boxes);
}

struct Layer {
  std::string_view key;
  std::string_view label;
  Html drawing;
};

Html switches(std::span<const Layer> layers) {
  Html boxes;
  for (const Layer& layer : layers) {
    if (layer.drawing.empty()) continue;
    boxes += html(R"(<label><input type="checkbox" class="show-{}" checked><span>{}</span></label>)",
                  layer.key, layer.label);
  }
  if (boxes.empty()) return {};
  return html(R"(<fieldset class="layers"><legend class="unseen">Shown on the photo</legend>{}</fieldset>)",
              boxes);
}

}  // namespace

Html photo_address(const vision::Image& photo, int longest) {
  const double ratio = std::min(1.0, static_cast<double>(longest) / std::max(photo.width, photo.height));
  if (ratio == 1.0)
    return Html::verbatim("data:image/jpeg;base64," + base64(vision::encode_jpeg(photo, kJpegQuality)));
  const auto scaled = [&](int side) { return std::max(1, static_cast<int>(std::lround(side * ratio))); };
  const vision::Image small = vision::shrink(photo, scaled(photo.width), scaled(photo.height));
  return Html::verbatim("data:image/jpeg;base64," + base64(vision::encode_jpeg(small, kJpegQuality)));
}

Html photo_figure(const Report& report, const vision::Image& photo, double scale,
                  std::string_view description) {
  if (photo.rgb.empty())
    return html(R"(<figure class="no-photo"><p>The photo is not kept with this report.</p></figure>)");
  const Size size{.width = static_cast<int>(std::lround(photo.width * scale)),
                  .height = static_cast<int>(std::lround(photo.height * scale))};
  const std::array<Layer, 4> layers{{
      {"garment", "Garments", garment_layer(report.agents.fashion.data)},
      {"face", "Faces", face_layer(report.agents.face.data, size.width)},
      {"outline", "Face outline", outline_layer(report.agents.face.data)},
      {"pose", "Landmarks", landmarks_layer(report.agents.posture.data, size)},
  }};
  Html drawings;
  for (const Layer& layer : layers) {
    if (!layer.drawing.empty()) drawings += html(R"(<g class="layer {}">{}</g>)", layer.key, layer.drawing);
  }
  return html(R"(<figure><img alt="{}" width="{}" height="{}" src="{}">)"
              R"(<svg class="drawings" viewBox="0 0 {} {}" aria-hidden="true">{}</svg></figure>{})",
              description, photo.width, photo.height, photo_address(photo, kEmbeddedSide), size.width,
              size.height, drawings, switches(layers));
}

}  // namespace pharos::mirror
