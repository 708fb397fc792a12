#pragma once

#include "common/runtime/runtime.h"
#include "services/billing/payments/adapters/grpc_counters.h"
#include "services/billing/payments/adapters/pricing_file.h"
#include "services/billing/payments/adapters/probe.h"
#include "services/billing/payments/adapters/services.h"
#include "services/billing/payments/adapters/stripe_pages.h"

namespace q2o::billing::payments {

/// What the module needs to know; read from [stripe], [config], [crypto] and the environment (PRICING_CONFIG_PATH, STRIPE_PLAN_MAP).
struct Settings {
  std::string pricing_file, key_file, plan_map, stripe_url, stripe_version;
  config::Secret stripe_key;
  std::vector<config::Secret> webhook_secrets;
};
Settings read_settings(config::Reader& config);

/// The module's parts, built once.
class Module {
 public:
  /// Throws std::runtime_error when prices, plan map or key file are wrong.
  Module(pg::Pool& pool, metrics::Registry& metrics, Settings settings, Counters& counters, Peers& peers, Clock now);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  Plans& plans() { return *plans_; }
  EventInbox& inbox() { return *inbox_; }
  std::vector<grpc::Service*> services() { return {&*pricing_service_, &*payment_service_}; }

 private:
  http::Client http_;
  PricingFile prices_;
  MetricsProbe probe_;
  std::optional<StripePages> pages_;
  std::optional<Settler> settler_;
  std::optional<EventInbox> inbox_;
  std::optional<Plans> plans_;
  std::optional<Quotes> quotes_;
  std::optional<Analysis> analysis_;
  std::optional<Cashier> cashier_;
  std::optional<Acknowledging> acknowledging_;
  std::optional<PricingService> pricing_service_;
  std::optional<PaymentService> payment_service_;
};

/// Works on events as they come, and looks every few seconds for those that are to be tried again.
void run_events(pg::Pool& pool, EventInbox& inbox, std::stop_token stop);

}  // namespace q2o::billing::payments
