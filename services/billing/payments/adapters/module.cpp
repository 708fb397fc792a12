#include "services/billing/payments/adapters/module.h"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "common/crypto/hmac.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/payments/adapters/pg_payment_store.h"
#include "services/billing/payments/domain/plan_map.h"

namespace q2o::billing::payments {
namespace {

constexpr std::chrono::milliseconds kLookEvery{2'000};

template <class T>
T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + ". " + result.error().hint);
  return std::move(*result);
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Nothing is complained about when it is not there: payments are then switched off.
config::Secret secret_if_any(config::Reader& config, const std::string& key, const char* variable) {
  if (config.text(key + "_file", "").empty() && std::getenv(variable) == nullptr) return {};
  return config.secret(key);
}

}  // namespace

Settings read_settings(config::Reader& config) {
  Settings out;
  out.pricing_file = pricing_path(config.text("config.dir", "config"));
  out.key_file = config.text("crypto.key_file", "");
  const char* plan_map = std::getenv("STRIPE_PLAN_MAP");
  out.plan_map = config.text("stripe.plan_map", plan_map == nullptr ? "" : plan_map);
  out.stripe_url = config.text("stripe.url", "https://api.stripe.com");
  out.stripe_version = config.text("stripe.api_version", "2025-03-31.basil");
  out.stripe_key = secret_if_any(config, "stripe.secret_key", "Q2O_STRIPE_SECRET_KEY");
  std::istringstream secrets(secret_if_any(config, "stripe.webhook_secrets", "Q2O_STRIPE_WEBHOOK_SECRETS").reveal());
  for (std::string each; secrets >> each;) out.webhook_secrets.emplace_back(each);
  return out;
}

Module::Module(pg::Pool& pool, metrics::Registry& metrics, Settings settings, Counters& counters, Peers& peers, Clock now)
    : prices_(settings.pricing_file, metrics), probe_(metrics) {
  const TransactBoth transact = [&pool](const std::function<void(Migrations&, PaymentStore&)>& work) {
    pool.transact([&](pg::Tx& tx) {
      PgMigrations migrations(tx);
      PgPaymentStore store(tx);
      work(migrations, store);
    });
  };
  const Prices prices = [this] { return prices_.current(); };
  const auto plan_of = good(parse_plan_map(settings.plan_map, *prices_.current()));
  Cashier::PriceIds price_of;
  for (const auto& [price, plan] : plan_of) price_of[plan] = price;
  const auto plan_name = [this](const std::string& plan) {
    const auto pricing = prices_.current();
    const auto* known = pricing->plan(plan);
    return known == nullptr ? plan : known->name;
  };
  settler_.emplace(plan_of, plan_name, now);
  inbox_.emplace(pool, *settler_,
                 EventInbox::Options{std::move(settings.webhook_secrets), mode_of(settings.stripe_key),
                                     good(crypto::Sealer::from_file(settings.key_file))},
                 unix_now, probe_);
  pages_.emplace(http_, StripeAccess{settings.stripe_url, settings.stripe_version, std::move(settings.stripe_key)});
  plans_.emplace(transact, prices, now, probe_);
  quotes_.emplace(transact, prices, *plans_, good(crypto::derived_key(settings.key_file, "q2o billing quotes")), now, unix_now, probe_);
  analysis_.emplace(transact, counters, peers, *quotes_, prices, now, probe_);
  cashier_.emplace(transact, *pages_, *quotes_, prices, price_of, now, unix_now, probe_);
  acknowledging_.emplace(transact, now);
  pricing_service_.emplace(*quotes_, *analysis_);
  payment_service_.emplace(*cashier_, *plans_, *acknowledging_, *inbox_);
}

void run_events(pg::Pool& pool, EventInbox& inbox, std::stop_token stop) {
  pg::Listener listener(pool.options(), std::string(kEventsChannel));
  inbox.look_again();
  while (!stop.stop_requested()) {
    while (!stop.stop_requested() && inbox.work_on_one()) {
    }
    listener.wait(kLookEvery, stop);
  }
}

}  // namespace q2o::billing::payments
