#include "services/billing/payments/adapters/probe.h"

namespace q2o::billing::payments {
namespace {

constexpr const char* kSteps = "Estimates, quotes, payment pages and payments: what becomes of an interest";
constexpr const char* kPayments = "Events of the payment provider by what they led to";

}  // namespace

MetricsProbe::MetricsProbe(metrics::Registry& metrics) : metrics_(metrics) {
  // All of them from the start: a rate of what never happened is 0, not missing.
  for (const auto* name : {"estimate", "analysis", "quote", "checkout", "paid"})
    metrics_.counter("q2o_billing_steps_total", kSteps, {{"step", name}});
  for (const auto* outcome : {"confirmed", "processing", "ended", "refunded", "partly_refunded", "refund_failed", "disputed",
                              "dispute_over", "problem", "plan", "nothing", "other_mode", "failed"})
    metrics_.counter("q2o_billing_payments_total", kPayments, {{"outcome", outcome}});
}

void MetricsProbe::step(const std::string& name) {
  metrics_.counter("q2o_billing_steps_total", kSteps, {{"step", name}}).add();
}

void MetricsProbe::payment(const std::string& outcome) {
  metrics_.counter("q2o_billing_payments_total", kPayments, {{"outcome", outcome}}).add();
}

void MetricsProbe::amount(const std::string& kind, const std::string& currency, std::int64_t minor) {
  metrics_
      .counter("q2o_billing_amount_minor_total",
               "Money in and out (kind: paid, refunded or lost in a dispute), in the currency's smallest unit",
               {{"kind", kind}, {"currency", currency}})
      .add(static_cast<double>(minor));
}

}  // namespace q2o::billing::payments
