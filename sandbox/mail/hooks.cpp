#include "sandbox/mail/hooks.h"

#include <charconv>

namespace q2o::sandbox::mail {

Response Hooks::receive(const std::string& name, const Request& request) {
  const std::lock_guard lock(mutex_);
  auto& hook = hooks_[name];
  const int status = hook.statuses.empty() ? 200 : hook.statuses.front();
  if (hook.statuses.size() > 1) hook.statuses.pop_front();
  hook.calls.emplace_back(request, status);
  Response out{status, "{}"};
  if (status >= 300 && status < 400) out.headers.emplace_back("Location", "http://127.0.0.1:1/");
  if (!hook.retry_after.empty() && status != 200) out.headers.emplace_back("Retry-After", hook.retry_after);
  return out;
}

Response Hooks::script(const Request& request) {
  const auto body = json::Document::parse(request.body);
  if (!body) return {400, Node::object({{"error", body.error().message}}).dump()};
  std::deque<int> statuses;
  for (const auto& item : body->root()["statuses"].items()) {
    int status = 0;
    const auto digits = item.text();
    std::from_chars(digits.data(), digits.data() + digits.size(), status);
    if (status < 200 || status > 599) return {400, Node::object({{"error", "statuses are numbers from 200 to 599"}}).dump()};
    statuses.push_back(status);
  }
  const std::lock_guard lock(mutex_);
  auto& hook = hooks_[std::string(body->root()["name"].text())];
  hook.statuses = std::move(statuses);
  hook.retry_after = body->root()["retry_after"].text();
  return {200, "{}"};
}

Node Hooks::describe(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  Node calls = Node::array();
  if (const auto found = hooks_.find(name); found != hooks_.end()) {
    for (const auto& [request, status] : found->second.calls) {
      Node headers = Node::object();
      for (const auto& [header, value] : request.headers) headers.set(header, value);
      calls.push(Node::object({{"headers", headers}, {"body", request.body}, {"answered", status}}));
    }
  }
  return Node::object({{"calls", calls}});
}

void Hooks::clear() {
  const std::lock_guard lock(mutex_);
  hooks_.clear();
}

}  // namespace q2o::sandbox::mail
