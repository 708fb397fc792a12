#include "services/loader/app/target_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace q2o::loader {
namespace {

/// Asks within the time that is left.
class Hurried final : public Books {
 public:
  Hurried(Books& books, std::chrono::steady_clock::time_point until) : books_(books), until_(until) {}
  Result<std::string> version(std::chrono::milliseconds deadline) override {
    const auto left = within(deadline);
    return left ? books_.version(*left) : fail(left.error());
  }
  Result<std::int64_t> user_id(std::chrono::milliseconds deadline) override {
    const auto left = within(deadline);
    return left ? books_.user_id(*left) : fail(left.error());
  }
  Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                          std::chrono::milliseconds deadline) override {
    const auto left = within(deadline);
    return left ? books_.call(model, method, args, kwargs, *left) : fail(left.error());
  }

 private:
  Result<std::chrono::milliseconds> within(std::chrono::milliseconds deadline) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
    if (left.count() > 0) return std::min(left, deadline);
    return fail(Error{Code::deadline_exceeded,
                      "Odoo takes too long to answer",
                      Retry::after_backoff,
                      Effect::none,
                      "TIMEOUT",
                      "Check that Odoo is not overloaded, then try again.",
                      {}});
  }
  Books& books_;
  const std::chrono::steady_clock::time_point until_;
};

class Steps {
 public:
  explicit Steps(TargetCheck& check) : check_(check) {
    for (const auto name : kTargetSteps) check.steps.push_back({std::string(name), StepState::not_reached, "", ""});
  }
  void set(std::string_view name, StepState state, std::string message, std::string advice = "") {
    auto& step = *std::ranges::find(check_.steps, name, &TargetStep::name);
    step = {std::string(name), state, std::move(message), std::move(advice)};
  }
  void pass(std::string_view name, std::string message) { set(name, StepState::passed, std::move(message)); }
  void failed(std::string_view name, std::string message, std::string advice) {
    set(name, StepState::failed, std::move(message), std::move(advice));
  }
  /// What of the readiness list belongs to a step; `good` where there is nothing.
  void findings(std::string_view name, const std::vector<Finding>& all, bool (*belongs)(const Finding&), std::string good);

 private:
  TargetCheck& check_;
};

void add(std::string& text, const std::string& sentence) {
  if (!sentence.empty() && text.find(sentence) == std::string::npos) text += (text.empty() ? "" : " ") + sentence;
}

void Steps::findings(std::string_view name, const std::vector<Finding>& all, bool (*belongs)(const Finding&), std::string good) {
  TargetStep step{std::string(name), StepState::passed, "", ""};
  for (const auto& finding : all) {
    if (!belongs(finding)) continue;
    if (step.state != StepState::failed) step.state = finding.blocker ? StepState::failed : StepState::warning;
    add(step.message, finding.message);
    add(step.advice, finding.remedy);
  }
  if (step.message.empty()) step.message = std::move(good);
  set(name, step.state, std::move(step.message), std::move(step.advice));
}

bool of_rights(const Finding& finding) {
  return finding.reason.starts_with("RIGHT");
}
bool of_modules(const Finding& finding) {
  return finding.reason == "MODULE_MISSING";
}
bool of_readiness(const Finding& finding) {
  return !of_rights(finding) && !of_modules(finding);
}

std::string advice_of(const Error& error, std::string otherwise) {
  return error.hint.empty() ? std::move(otherwise) : error.hint;
}

/// No answer to the first question: how far it came says which step has failed.
void no_version(Steps& steps, const std::string& address, const Error& error) {
  const bool encrypted = address.starts_with("https://");
  const auto reached = [&] {
    steps.pass("connection", "A server answers at this address.");
    if (encrypted) steps.pass("tls", "The connection is encrypted and the certificate is good.");
  };
  if (error.reason == "ADDRESS_REFUSED" || error.reason == "URL_INVALID") return steps.failed("connection", error.message, error.hint);
  if (error.reason == "HOST_UNKNOWN")
    return steps.failed("connection", "No server has this name.",
                        "Check how the address is written: open it in a browser and copy it from there.");
  if (error.reason == "CONNECTION_REFUSED")
    return steps.failed("connection", "Nobody answers at this address.",
                        "Check that Odoo runs, and that a firewall lets connections from the internet through.");
  if (error.reason == "CONNECT_TIMEOUT")
    return steps.failed("connection", "No connection came about in time.",
                        "A firewall probably drops connections from the internet: let them through to port 443.");
  if (error.reason == "TLS_FAILED") {
    steps.pass("connection", "A server answers at this address.");
    return steps.failed(
        "tls", error.message,
        "The server needs a certificate of a public authority for exactly this name, with the intermediate ones, and TLS 1.2 or "
        "later. Whoever runs the server renews it.");
  }
  reached();
  steps.failed("odoo", error.message, advice_of(error, "Check that this is the address of the Odoo itself, not of a page before it."));
}

/// False: nothing more can be looked at.
bool first_contact(TargetCheck& check, Steps& steps, const std::string& address, Books& books) {
  const auto version = books.version(kQuickCall);
  if (!address.starts_with("https://"))
    steps.set("tls", StepState::warning, "The connection is not encrypted.", "That is for local development only: use https.");
  if (!version) {
    no_version(steps, address, version.error());
    return false;
  }
  check.version = *version;
  steps.pass("connection", "A server answers at this address.");
  if (address.starts_with("https://")) steps.pass("tls", "The connection is encrypted and the certificate is good.");
  steps.pass("odoo", "It answers like an Odoo.");
  if (!is_supported(*version)) {
    steps.failed("version", fmt::format("It is Odoo {}.", *version), "Use an Odoo 18.0 (community or enterprise).");
    return false;
  }
  steps.pass("version", fmt::format("It is Odoo {}.", *version));
  return true;
}

bool sign_in(Steps& steps, Books& books) {
  const auto user = books.user_id(kQuickCall);
  if (user) {
    steps.pass("database", "The database is there.");
    steps.pass("sign_in", "The user may sign in.");
    return true;
  }
  const Error& error = user.error();
  if (error.code == Code::not_found) {
    steps.failed("database", error.message,
                 "Check the name of the database: on Odoo's own hosting it is the part of the address before .odoo.com, else ask who runs "
                 "the server.");
    return false;
  }
  if (error.retry != Retry::never) {
    steps.failed("database", "It could not be seen whether the user may sign in: " + error.message,
                 advice_of(error, "Try again in a moment."));
    return false;
  }
  steps.pass("database", "The database is there.");
  steps.failed(
      "sign_in", error.message,
      "Check user and password. Where the user signs in with a second factor, an API key is needed: in Odoo under My Profile, Account "
      "Security, New API Key.");
  return false;
}

}  // namespace

bool TargetCheck::ready() const {
  return std::ranges::all_of(steps,
                             [](const TargetStep& step) { return step.state == StepState::passed || step.state == StepState::warning; });
}

TargetCheck check_in_steps(const Result<std::string>& address, Books& books, const std::string& home_currency,
                           std::span<const Module> modules, std::chrono::steady_clock::time_point until) {
  TargetCheck check;
  Steps steps(check);
  if (!address) {
    steps.failed("address", address.error().message, address.error().hint);
    return check;
  }
  steps.pass("address", *address);
  Hurried hurried(books, until);
  if (!first_contact(check, steps, *address, hurried) || !sign_in(steps, hurried)) return check;
  auto readiness = check_readiness(hurried, home_currency, modules);
  if (!readiness) {
    steps.failed("rights", "The rights could not be looked at: " + readiness.error().message,
                 advice_of(readiness.error(), "Try again in a moment."));
    return check;
  }
  check.readiness = std::move(*readiness);
  check.asked = true;
  const auto& all = check.readiness.findings;
  steps.findings("rights", all, of_rights, "The user may write entries, external ids and server actions.");
  steps.findings("modules", all, of_modules, "Every module that is needed is installed.");
  // The company is looked at only when nothing stood in the way before.
  const bool looked = std::ranges::none_of(all, [](const Finding& f) { return f.blocker && !of_readiness(f); });
  if (looked) steps.findings("readiness", all, of_readiness, "Nothing stands in the way.");
  return check;
}

}  // namespace q2o::loader
