#include "sandbox/mail/mailbox.h"

#include <algorithm>
#include <chrono>

#include "common/calendar/calendar.h"

namespace q2o::sandbox::mail {
namespace {

/// Without it an endless test would fill the memory.
constexpr std::size_t kKeptMost = 10'000;

std::string header(const Message& message, const std::string& name) {
  const auto found = message.headers.find(name);
  return found == message.headers.end() ? std::string() : found->second;
}

Node array_of(const std::vector<std::string>& texts) {
  Node out = Node::array();
  for (const auto& text : texts) out.push(text);
  return out;
}

}  // namespace

void Mailbox::add(Received mail) {
  auto message = read_message(mail.raw);
  const auto id = header(message, "message-id");
  const std::lock_guard lock(mutex_);
  const auto same = std::ranges::find_if(kept_, [&](const Kept& kept) { return !id.empty() && header(kept.message, "message-id") == id; });
  if (same != kept_.end()) {
    ++same->copies;
    return;
  }
  if (kept_.size() >= kKeptMost) kept_.erase(kept_.begin());
  kept_.push_back({std::move(mail), std::move(message), calendar::rfc3339_milliseconds(std::chrono::system_clock::now())});
}

void Mailbox::clear() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
}

Node Mailbox::describe(const std::string& to) const {
  const std::lock_guard lock(mutex_);
  Node mails = Node::array();
  for (const auto& kept : kept_) {
    if (!to.empty() && std::ranges::find(kept.mail.to, to) == kept.mail.to.end()) continue;
    Node headers = Node::object();
    for (const auto& [name, value] : kept.message.headers) headers.set(name, value);
    mails.push(Node::object({{"from", kept.mail.from},
                             {"to", array_of(kept.mail.to)},
                             {"subject", header(kept.message, "subject")},
                             {"message_id", header(kept.message, "message-id")},
                             {"text", kept.message.text},
                             {"html", kept.message.html},
                             {"links", array_of(kept.message.links)},
                             {"headers", headers},
                             {"received_at", kept.received_at},
                             {"tls", kept.mail.tls},
                             {"answered", kept.mail.answered},
                             {"copies", kept.copies}}));
  }
  return Node::object({{"mails", mails}});
}

}  // namespace q2o::sandbox::mail
