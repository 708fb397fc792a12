#pragma once

#include "common/metrics/metrics.h"
#include "services/billing/payments/app/ports.h"

namespace q2o::billing::payments {

/// q2o_billing_steps_total{step}, q2o_billing_payments_total{outcome}, q2o_billing_amount_minor_total{kind,currency}.
class MetricsProbe final : public Probe {
 public:
  explicit MetricsProbe(metrics::Registry& metrics);
  void step(const std::string& name) override;
  void payment(const std::string& outcome) override;
  void amount(const std::string& kind, const std::string& currency, std::int64_t minor) override;

 private:
  metrics::Registry& metrics_;
};

}  // namespace q2o::billing::payments
