#include "services/billing/app/aggregate.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/billing/app/run_order.h"

namespace q2o::billing {

void Aggregate::record(const std::string& kind, State from, const std::string& actor, const std::string& reason, const std::string& now) {
  migration_.set_version(migration_.version() + 1);
  migration_.set_updated_at(now);
  auto& event = events_.emplace_back();
  event.set_version(migration_.version());
  event.set_from(static_cast<v1::State>(from));
  event.set_to(migration_.state());
  event.set_kind(kind);
  event.set_actor(actor);
  event.set_reason(reason);
  event.set_at(now);
}

bool Aggregate::touched_run() const {
  const auto in_run = [](v1::State state) { return state == v1::STATE_RUNNING || state == v1::STATE_VALIDATING; };
  return std::ranges::any_of(events_, [&](const v1::Event& event) { return in_run(event.from()) || in_run(event.to()); });
}

Status Aggregate::step(Trigger trigger, const std::string& actor, const std::string& reason, const std::string& now) {
  const auto from = state();
  const auto to = next(from, trigger);
  if (!to) {
    return fail(Code::failed_precondition, fmt::format("the migration is {}; {} is not possible now", name(from), name(trigger)),
                "WRONG_STATE", std::string(what_is_missing(from, trigger)));
  }
  migration_.set_state(static_cast<v1::State>(*to));
  if (*to == State::failed) {
    migration_.set_directive(v1::DIRECTIVE_STOP);
    migration_.set_reason(reason);
  }
  if (*to == State::completed) migration_.clear_reason();
  record(std::string(name(trigger)), from, actor, reason, now);
  return {};
}

void Aggregate::direct(v1::Directive directive, const std::string& actor, const std::string& reason, const std::string& now) {
  if (migration_.directive() == directive && migration_.reason() == reason) return;
  migration_.set_directive(directive);
  migration_.set_directed_by(actor);
  migration_.set_reason(reason);
  static constexpr std::string_view names[] = {"DIRECTIVE_UNSPECIFIED", "RESUMED", "PAUSED", "STOPPED"};
  record(std::string(names[directive]), state(), actor, reason, now);
}

Status Aggregate::may_run() const {
  if (migration_.payment_hold().empty()) return {};
  return fail(Code::failed_precondition, "no run is possible now: " + migration_.payment_hold(), "PAYMENT_HELD",
              "Settle the payment, or ask an operator.");
}

Status Aggregate::start_run(v1::RunOrder order, const std::string& actor, const std::string& reason, const std::string& now) {
  if (order.mapping_version().empty()) {
    return fail(Code::failed_precondition, "there is no mapping for this platform", "MAPPING_MISSING",
                fmt::format("Store a mapping for '{}' first.", migration_.platform()));
  }
  if (auto held = may_run(); !held) return held;
  const auto run = migration_.run() + 1;
  std::string words = fmt::format("run {}: {}", run, in_words(order));
  if (!reason.empty()) words += "; " + reason;
  if (auto done = step(Trigger::run_started, actor, words, now); !done) return done;
  migration_.set_run(run);
  migration_.set_mapping_version(order.mapping_version());
  migration_.set_directive(v1::DIRECTIVE_GO);
  migration_.clear_reason();
  // A dry run says nothing about the books.
  if (!order.dry_run()) {
    migration_.clear_verdict();
    migration_.clear_report_id();
  }
  *migration_.mutable_order() = std::move(order);
  return {};
}

}  // namespace q2o::billing
