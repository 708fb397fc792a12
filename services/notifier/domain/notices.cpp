#include "services/notifier/domain/notices.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/ids/ids.h"

namespace q2o::notifier {
namespace {

using billing::v1::Migration;

std::string name_of(const Migration& migration) {
  return migration.name().empty() ? migration.migration_id().substr(0, 8) : migration.name();
}

Notice about(const Migration& migration, const std::string& event, const std::string& which) {
  Notice out;
  out.id = ids::uuid_v5({migration.migration_id(), event, which});
  out.event = event;
  out.tenant = migration.tenant_id();
  out.migration = migration.migration_id();
  out.values = {{"migration", name_of(migration)}, {"migration_id", migration.migration_id()}, {"run", std::to_string(migration.run())}};
  return out;
}

std::string screen(const Migration& migration, const std::string& public_url) {
  return fmt::format("{}/?migration={}", public_url, migration.migration_id());
}

bool is_over_run(const v1::Progress& progress) {
  return progress.migration().state() == billing::v1::STATE_COMPLETED && progress.migration().run() > 0 &&
         progress.last_result_run() == progress.migration().run() && progress.migration().order().kind() != billing::v1::RUN_KIND_UNDO;
}

/// A service has paused the run: it goes on when a person has done something. What people pause themselves is no news for them.
bool needs_somebody(const Migration& migration) {
  static const std::vector<std::string> services{"billing", "connector", "mapper", "loader", "stripe", "validator"};
  const bool in_run = migration.state() == billing::v1::STATE_RUNNING || migration.state() == billing::v1::STATE_VALIDATING;
  return in_run && migration.directive() == billing::v1::DIRECTIVE_PAUSE &&
         std::ranges::find(services, migration.directed_by()) != services.end();
}

/// Its payment is disputed, or was given back.
bool is_about_money(const Migration& migration) {
  return migration.directed_by() == "stripe";
}

/// "run 3: MATCHED. The books match: …" -> "The books match: …"
std::string sentence_of(const v1::Progress& progress) {
  const auto& words = progress.last_result();
  const auto dot = words.find(". ");
  return dot == std::string::npos ? words : words.substr(dot + 2);
}

/// One line per thing that was paid for.
std::string lines_of(const google::protobuf::RepeatedPtrField<billing::v1::PaidItem>& items, const std::string& currency) {
  std::string out;
  for (const auto& item : items) out += fmt::format("{}{}: {} {}", out.empty() ? "" : "\n", item.name(), item.amount(), currency);
  return out;
}

void started(const v1::Progress& before, const v1::Progress& after, std::vector<Notice>& out) {
  const auto& now = after.migration();
  if (now.state() != billing::v1::STATE_RUNNING || now.run() == 0) return;
  if (before.migration().state() == billing::v1::STATE_RUNNING && before.migration().run() == now.run()) return;
  out.push_back(about(now, "job.started", std::to_string(now.run())));
}

void needs_you(const v1::Progress& before, const v1::Progress& after, const std::string& public_url, std::vector<Notice>& out) {
  const auto& now = after.migration();
  if (!needs_somebody(now)) return;
  if (needs_somebody(before.migration()) && before.migration().reason() == now.reason()) return;
  auto notice = about(now, "job.needs_you", std::to_string(now.version()));
  notice.values["reason"] = now.reason();
  notice.values["differences"] = now.verdict() == "DIFFERENT" && !is_about_money(now) ? "yes" : "";
  notice.values["link"] = screen(now, public_url);
  notice.problem = now.reason();
  notice.values["money"] = is_about_money(now) ? "yes" : "";
  notice.hint = is_about_money(now)            ? "Settle the payment with us, then resume the run."
                : now.verdict() == "DIFFERENT" ? "Read the report; then repair, accept the differences with a reason, or stop."
                                               : "Do what the reason says, then resume the run.";
  out.push_back(std::move(notice));
}

void completed(const v1::Progress& before, const v1::Progress& after, const std::string& public_url, std::vector<Notice>& out) {
  if (!is_over_run(after) || (is_over_run(before) && before.migration().run() == after.migration().run())) return;
  const auto& now = after.migration();
  auto notice = about(now, "job.completed", std::to_string(now.run()));
  notice.values["verdict"] = now.verdict();
  notice.values["sentence"] = sentence_of(after);
  notice.values["link"] = fmt::format("{}/api/v1/migrations/{}/report/html", public_url, now.migration_id());
  notice.values["exceptions"] = now.verdict() == "MATCHED" ? "" : "yes";
  out.push_back(std::move(notice));
}

void failed(const v1::Progress& before, const v1::Progress& after, const std::string& public_url, std::vector<Notice>& out) {
  const auto& now = after.migration();
  if (now.state() != billing::v1::STATE_FAILED || now.reason().starts_with("CANCELLED")) return;
  if (before.migration().state() == billing::v1::STATE_FAILED && before.migration().run() == now.run()) return;
  auto notice = about(now, "job.failed", std::to_string(now.run()));
  notice.values["reason"] = now.reason();
  notice.values["link"] = screen(now, public_url);
  notice.problem = now.reason();
  notice.hint = "Mend what the reason says and start a new run; what is in Odoo already is not written twice.";
  out.push_back(std::move(notice));
}

}  // namespace

std::vector<Notice> notices_of(const v1::Progress& before, const v1::Progress& after, const std::string& public_url) {
  std::vector<Notice> out;
  if (!after.has_migration()) return out;
  started(before, after, out);
  needs_you(before, after, public_url, out);
  completed(before, after, public_url, out);
  failed(before, after, public_url, out);
  return out;
}

std::vector<Notice> notices_of(const connector::v1::StatusFact& fact, const std::string& fact_id, const std::string& public_url) {
  if (!fact.has_connection_broken()) return {};
  const auto& broken = fact.connection_broken();
  if (broken.deliberate()) return {};
  Notice out;
  out.id = ids::uuid_v5({fact_id, "connection.broken"});
  out.event = "connection.broken";
  out.tenant = fact.scope().tenant_id();
  out.subject = broken.connection_id();
  out.values = {{"system", "QuickBooks"},
                {"connection_id", broken.connection_id()},
                {"reason", broken.message()},
                {"advice", broken.hint()},
                {"link", public_url + "/"}};
  out.problem = broken.message();
  out.hint = broken.hint();
  return {out};
}

std::vector<Notice> notices_of(const loader::v1::StatusFact& fact, const std::string& fact_id, const std::string& public_url) {
  if (!fact.has_target_blocked()) return {};
  Notice out;
  out.id = ids::uuid_v5({fact_id, "connection.broken"});
  out.event = "connection.broken";
  out.tenant = fact.scope().tenant_id();
  out.subject = fact.target_blocked().target_id();
  out.quiet = true;  // every check of a target that is not ready says so again; the connector tells a change of state only
  for (const auto& finding : fact.target_blocked().blockers()) {
    out.problem += (out.problem.empty() ? "" : "; ") + finding.message();
    out.hint += (out.hint.empty() ? "" : " ") + finding.remedy();
  }
  if (out.problem.empty()) out.problem = "Odoo cannot be written to";
  out.values = {
      {"system", "Odoo"}, {"connection_id", out.subject}, {"reason", out.problem}, {"advice", out.hint}, {"link", public_url + "/"}};
  return {out};
}

std::vector<Notice> notices_of(const billing::v1::PaymentEvent& event, const std::string& public_url) {
  Notice out;
  out.id = event.event_id();
  out.tenant = event.tenant_id();
  out.values["link"] = public_url + "/";
  const auto about_money = [&](const char* name, const auto& what) {
    out.event = name;
    out.values["total"] = what.total();
    out.values["currency"] = what.currency();
    out.values["payment"] = what.payment_id();
    out.values["items"] = lines_of(what.items(), what.currency());
    if (what.items_size() == 1) out.migration = what.items(0).migration_id();
  };
  if (event.has_received()) {
    about_money("billing.paid", event.received());
    out.values["tax"] = event.received().tax();
    out.values["trouble"] = event.received().problem();
  } else if (event.has_refunded()) {
    about_money("billing.refunded", event.refunded());
    out.values["amount"] = event.refunded().amount();
    out.values["refunded"] = event.refunded().refunded();
    out.values["whole"] = event.refunded().whole() ? "yes" : "";
  } else if (event.has_refund_failed()) {
    about_money("billing.refund_failed", event.refund_failed());
    out.values["amount"] = event.refund_failed().amount();
    out.values["whole"] = event.refund_failed().whole() ? "yes" : "";
  } else if (event.has_disputed()) {
    about_money("billing.disputed", event.disputed());
  } else if (event.has_dispute_over()) {
    about_money("billing.dispute_over", event.dispute_over());
    out.values["lost"] = event.dispute_over().lost() ? "yes" : "";
  } else if (event.has_failed()) {
    about_money("billing.failed", event.failed());
    out.problem = "a payment of " + event.failed().total() + " " + event.failed().currency() + " has failed at the bank";
    out.hint = "Pay again: the price still holds until the quote ends.";
  } else if (event.has_plan_changed()) {
    out.event = "billing.plan_changed";
    const auto& plan = event.plan_changed();
    out.values["plan"] = plan.name();
    out.values["status"] = plan.status();
    out.values["until"] = plan.period_end();
  } else {
    return {};  // a kind that is newer than we are
  }
  return {out};
}

const std::vector<std::string>& webhook_events() {
  static const std::vector<std::string> all{
      "billing.disputed", "billing.dispute_over", "billing.failed", "billing.paid", "billing.plan_changed", "billing.refund_failed",
      "billing.refunded", "connection.broken",    "job.completed",  "job.failed",   "job.needs_you",        "job.started"};
  return all;
}

}  // namespace q2o::notifier
