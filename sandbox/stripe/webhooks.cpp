#include "sandbox/stripe/webhooks.h"

#include <algorithm>

#include "common/crypto/hmac.h"

namespace q2o::sandbox::stripe {
namespace {

using std::chrono::steady_clock;

std::string signature(const std::string& body, const std::vector<std::string>& secrets) {
  const auto t =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  std::string out = "t=" + t;
  for (const auto& secret : secrets) out += ",v1=" + crypto::hmac_sha256_hex(config::Secret(secret), t + "." + body);
  return out;
}

}  // namespace

Webhooks::Webhooks(Options options)
    : options_(std::move(options)),
      client_(http::Options{.ca_file = options_.ca_file}),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Webhooks::~Webhooks() = default;

void Webhooks::configure(const std::function<void(Options&)>& change) {
  const std::lock_guard lock(mutex_);
  change(options_);
  wake_.notify_all();
}

void Webhooks::queue(std::size_t event) {
  if (options_.url.empty()) return;
  for (int i = 0; i < options_.copies; ++i) sendings_.push_back({event, 0, steady_clock::now()});
  wake_.notify_all();
}

void Webhooks::add(Node event) {
  const std::lock_guard lock(mutex_);
  events_.push_back({event["id"].text(), event["type"].text(), event.dump(2), 0, 0});
  if (options_.hold)
    held_.push_back(events_.size() - 1);
  else
    queue(events_.size() - 1);
}

void Webhooks::release(bool backwards) {
  const std::lock_guard lock(mutex_);
  options_.hold = false;
  if (backwards) std::ranges::reverse(held_);
  for (const auto event : held_) queue(event);
  held_.clear();
}

bool Webhooks::resend(const std::string& event_id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(events_, event_id, &Event::id);
  if (found == events_.end()) return false;
  queue(static_cast<std::size_t>(found - events_.begin()));
  return true;
}

Node Webhooks::describe() const {
  const std::lock_guard lock(mutex_);
  Node out = Node::array();
  for (const auto& event : events_)
    out.push(Node::object({{"id", event.id}, {"type", event.type}, {"tries", event.tries}, {"delivered", event.delivered}}));
  return out;
}

bool Webhooks::send(const std::string& body, const Options& options) {
  http::Request request{"POST", options.url, {}, body, 1u << 16};
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Stripe-Signature", signature(body, options.secrets)}};
  const auto answer = client_.send(request, std::chrono::seconds(10));
  return answer && answer->status >= 200 && answer->status < 300;
}

void Webhooks::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    // One after another, in order of their time: that of adding where they are new.
    const auto next = std::ranges::min_element(sendings_, {}, &Sending::due);
    if (next == sendings_.end()) {
      wake_.wait(lock, stop, [this] { return !sendings_.empty(); });
      continue;
    }
    if (next->due > steady_clock::now()) {
      const auto due = next->due;
      wake_.wait_until(lock, stop, due, [&] { return std::ranges::any_of(sendings_, [&](const Sending& s) { return s.due < due; }); });
      continue;
    }
    auto sending = *next;
    sendings_.erase(next);
    const auto options = options_;
    const auto body = events_[sending.event].body;
    lock.unlock();
    const bool good = send(body, options);
    lock.lock();
    ++events_[sending.event].tries;
    if (good) {
      ++events_[sending.event].delivered;
    } else if (++sending.tries < options.tries_max) {
      sending.due = steady_clock::now() + options.first_pause * (1 << std::min(sending.tries - 1, 6));
      sendings_.push_back(sending);
    }
  }
}

}  // namespace q2o::sandbox::stripe
