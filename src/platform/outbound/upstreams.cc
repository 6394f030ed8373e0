#include "platform/outbound/upstreams.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::outbound {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::Code::kUnavailable, why);
}

}  // namespace

std::shared_ptr<Upstreams::Upstream> Upstreams::find(const std::string& origin) {
  const auto found = upstreams_.find(origin);
  if (found != upstreams_.end()) return found->second;
  if (upstreams_.size() >= settings_.remembered) forget_some();
  auto made = std::make_shared<Upstream>();
  made->repeats = settings_.free_repeats;
  return upstreams_.emplace(origin, std::move(made)).first->second;
}

/// First who is well; when that does not help, whoever is not called just now.
void Upstreams::forget_some() {
  std::erase_if(upstreams_,
                [](const auto& each) { return each.second->under_way == 0 && each.second->failures == 0; });
  if (upstreams_.size() < settings_.remembered) return;
  std::erase_if(upstreams_, [](const auto& each) { return each.second->under_way == 0; });
}

Upstreams::Call Upstreams::begin(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Upstream> upstream = find(origin);
  if (upstream->failures >= settings_.failures_in_a_row) {
    if (upstream->is_tried || clock_.now() < upstream->closed_until) {
      refuse(fmt::format("'{}' has failed {} times in a row and is left alone for {} seconds; try again then",
                         origin, upstream->failures,
                         std::chrono::ceil<std::chrono::seconds>(settings_.pause).count()));
    }
    upstream->is_tried = true;
  } else if (upstream->under_way >= settings_.at_once) {
    refuse(fmt::format("'{}' is being asked {} things already; try again when some are answered", origin,
                       upstream->under_way));
  }
  ++upstream->under_way;
  upstream->repeats = std::min(upstream->repeats + settings_.extra_load,
                               std::max(settings_.free_repeats, 100 * settings_.extra_load));
  return {*this, std::move(upstream)};
}

bool Upstreams::may_repeat(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<Upstream> upstream = find(origin);
  if (upstream->repeats < 1) return false;
  // The repeated call is a call too, but earns no other.
  upstream->repeats -= 1 + settings_.extra_load;
  return true;
}

Upstreams::Call::~Call() {
  if (!upstream_) return;
  const std::lock_guard lock(owner_->mutex_);
  --upstream_->under_way;
  // Whoever tried has given up: the next may.
  if (upstream_->under_way == 0) upstream_->is_tried = false;
}

void Upstreams::Call::succeeded() {
  const std::lock_guard lock(owner_->mutex_);
  upstream_->failures = 0;
  upstream_->is_tried = false;
}

void Upstreams::Call::failed() {
  const std::lock_guard lock(owner_->mutex_);
  ++upstream_->failures;
  upstream_->is_tried = false;
  upstream_->closed_until = owner_->clock_.now() + owner_->settings_.pause;
}

}  // namespace pharos::outbound
