#include "services/billing/payments/app/quotes.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/acting/acting.h"
#include "common/calendar/calendar.h"
#include "common/crypto/hmac.h"
#include "common/ids/ids.h"
#include "services/billing/domain/extent.h"
#include "services/billing/payments/domain/volume.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

constexpr int kCompaniesMax = 100;

std::string at(std::int64_t seconds) {
  return calendar::rfc3339(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

std::string_view name(LineKind kind) {
  switch (kind) {
    case LineKind::base:
      return "base";
    case LineKind::years:
      return "years";
    case LineKind::records:
      return "records";
    case LineKind::platform:
      return "platform";
    case LineKind::credit:
      return "credit";
    case LineKind::rounding:
      return "rounding";
  }
  return "";
}

v1::Price on_the_wire(const Price& price, const std::string& platform, const std::string& currency) {
  v1::Price out;
  out.set_platform(platform);
  out.set_platform_name(price.platform_name);
  out.set_tier(price.tier);
  out.set_tier_name(price.tier_name);
  out.set_years(price.years);
  out.set_records(price.records);
  out.set_counted(price.counted);
  for (const auto& line : price.lines) {
    auto& made = *out.add_lines();
    made.set_kind(std::string(name(line.kind)));
    made.set_text(line.text);
    made.set_amount(line.amount.to_string(2));
  }
  out.set_total(price.total.to_string());
  out.set_currency(currency);
  return out;
}

tl::unexpected<Error> too_many(const char* what) {
  return fail(Code::invalid_argument, fmt::format("{}: one to {} companies are needed", what, kCompaniesMax), "COMPANIES",
              "Split the order.");
}

void forget_price(Aggregate& migration) {
  migration.edit().clear_quote_id();
  migration.edit().clear_price();
  migration.edit().clear_currency();
}

}  // namespace

Result<v1::EstimateResponse> Quotes::estimate(const v1::EstimateRequest& request) {
  if (request.companies().empty() || request.companies_size() > kCompaniesMax) return too_many("an estimate");
  const auto pricing = prices_();
  v1::EstimateResponse out;
  Decimal total;
  for (const auto& company : request.companies()) {
    const auto one =
        price(*pricing, {company.platform(), company.years(), company.records() == 0 ? std::nullopt : std::optional(company.records())});
    if (!one) return fail(one.error());
    *out.add_prices() = on_the_wire(*one, company.platform(), pricing->currency);
    total += one->total;
  }
  out.set_total(total.to_string());
  out.set_currency(pricing->currency);
  out.set_pricing_version(pricing->version);
  probe_.step("estimate");
  return out;
}

Result<v1::Quote> Quotes::request(const Caller& caller, const v1::RequestQuoteRequest& request) {
  if (request.companies().empty() || request.companies_size() > kCompaniesMax) return too_many("a quote");
  Result<v1::Quote> out;
  bool repeated = false;
  transact_([&](Migrations& migrations, PaymentStore& store) {
    const auto known = answered_before(migrations, caller);
    repeated = known.has_value();
    if (repeated) {
      out = known->and_then([&](const std::string& id) { return kept(caller, id, store); });
      return;
    }
    out = quoted(caller, request, migrations, store);
    if (out) remember_answer(migrations, caller, request.companies(0).migration_id(), out->quote_id());
  });
  if (out && !repeated) probe_.step("quote");
  return out;
}

Result<v1::Quote> Quotes::request_again(const Caller& caller, const std::string& migration_id) {
  v1::RequestQuoteRequest request;
  transact_([&](Migrations& migrations, PaymentStore& store) {
    request.Clear();
    std::vector<std::string> ids;
    for (const auto& order : store.open_quotes(caller.tenant, migration_id)) {
      for (const auto& item : order.migrations()) {
        const auto other = migrations.find(caller.tenant, item.migration_id());
        if (other && other->get().quote_id() == order.quote_id()) ids.push_back(item.migration_id());
      }
    }
    if (std::ranges::find(ids, migration_id) == ids.end()) ids = {migration_id};
    for (const auto& id : ids) request.add_companies()->set_migration_id(id);
  });
  return this->request(Caller{caller.tenant, caller.actor, {}}, request);
}

Result<Quotes::Both> Quotes::compare(const v1::Migration& migration, std::uint32_t years, std::uint64_t records) const {
  const auto pricing = prices_();
  const auto guess = price(*pricing, {migration.platform(), years, {}});
  if (!guess) return fail(guess.error());
  const auto exact = price(*pricing, {migration.platform(), years, records});
  if (!exact) return fail(exact.error());
  return Both{on_the_wire(*exact, migration.platform(), pricing->currency), on_the_wire(*guess, migration.platform(), pricing->currency)};
}

Result<v1::Quote> Quotes::quoted(const Caller& caller, const v1::RequestQuoteRequest& request, Migrations& migrations,
                                 PaymentStore& store) {
  const auto pricing = prices_();
  std::vector<std::string> ids;
  for (const auto& company : request.companies()) ids.push_back(company.migration_id());
  std::vector<Aggregate> all;
  std::vector<Price> prices;
  for (const auto& company : request.companies()) {
    if (std::ranges::count(ids, company.migration_id()) > 1)
      return fail(Code::invalid_argument, fmt::format("the migration '{}' stands there twice", company.migration_id()), "COMPANIES",
                  "Name each once.");
    auto migration = migrations.find(caller.tenant, company.migration_id());
    if (!migration)
      return fail(Code::not_found, fmt::format("there is no migration '{}'", company.migration_id()), "MIGRATION_NOT_FOUND",
                  "List the migrations to see their ids.");
    auto one = priced(caller, company, *migration, store, *pricing);
    if (!one) return fail(one.error());
    all.push_back(std::move(*migration));
    prices.push_back(std::move(*one));
  }
  v1::Quote quote;
  quote.set_quote_id(ids::uuid_v7());
  acting::about("quote", quote.quote_id());
  quote.set_tenant_id(caller.tenant);
  quote.set_state(v1::QUOTE_STATE_OPEN);
  Decimal total;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& item = *quote.add_migrations();
    item.set_migration_id(all[i].get().migration_id());
    item.set_name(all[i].get().name());
    *item.mutable_price() = on_the_wire(prices[i], all[i].get().platform(), pricing->currency);
    total += prices[i].total;
  }
  quote.set_total(total.to_string());
  quote.set_currency(pricing->currency);
  quote.set_pricing_version(pricing->version);
  quote.set_created_at(at(seconds_()));
  quote.set_valid_until(at(seconds_() + std::int64_t{86'400} * pricing->quote_days));
  quote.set_signature(sign(quote));
  for (const auto& id : ids) void_quotes(caller, id, ids, "a company of its order got a new quote", migrations, store);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& migration = all[i];
    migration.edit().set_quote_id(quote.quote_id());
    migration.edit().set_price(prices[i].total.to_string());
    migration.edit().set_currency(pricing->currency);
    const auto words = fmt::format("{} {}: {}, {}", amount_text(prices[i].total), pricing->currency, prices[i].tier_name,
                                   counted(prices[i].years, "year", "years"));
    if (auto done = migration.step(Trigger::quoted, caller.actor, words, now_()); !done) return fail(done.error());
    migrations.save(migration);
  }
  store.put(quote);
  return quote;
}

Result<Price> Quotes::priced(const Caller& caller, const v1::RequestQuoteRequest::Company& company, Aggregate& migration,
                             PaymentStore& store, const Pricing& pricing) {
  if (!next(migration.state(), Trigger::quoted)) {
    return fail(Code::failed_precondition,
                fmt::format("the migration {} is {}; it cannot be priced now", company.migration_id(), billing::name(migration.state())),
                "WRONG_STATE", std::string(what_is_missing(migration.state(), Trigger::quoted)));
  }
  auto years = plans_.years_priced(migration.get());
  if (years == 0) {
    if (company.years() == 0)
      return fail(Code::invalid_argument,
                  fmt::format("the migration {} does not say how many years are to be moved", company.migration_id()), "YEARS_MISSING",
                  "Give the number of years.");
    years = company.years();
    if (years > pricing.years_max) return price(pricing, {migration.get().platform(), years, {}});
    // What is paid for is what comes: the years are the migration's extent from now on.
    v1::Extent wanted;
    wanted.set_years(years);
    const auto today = now_().substr(0, 10);
    const auto extent = complete(wanted, 0, today);
    if (!extent) return fail(extent.error());
    if (migration.get().run() == 0) {  // what has run already keeps to what it has brought
      *migration.edit().mutable_extent() = *extent;
      migration.edit().set_extent_chosen_on(today);
    }
  } else if (company.years() != 0 && company.years() != years) {
    return fail(Code::failed_precondition,
                fmt::format("the migration {} is about {} years, not {}", company.migration_id(), years, company.years()), "YEARS_DIFFER",
                "Edit its scope first.");
  }
  if (company.counted_records() != 0 && !is_operator(caller))
    return fail(Code::permission_denied, "only an operator may say how many records were counted", "OPERATORS_ONLY",
                "Leave it out: the source is counted by analyze-volume.");
  if (auto allowed = plans_.allows(store, caller.tenant, years); !allowed) return fail(allowed.error());
  std::optional<std::uint64_t> records;
  if (company.counted_records() != 0) {
    records = company.counted_records();
  } else if (migration.get().has_counted()) {  // an estimate again would be a way around what was counted
    if (!count_binds(migration.get()))
      return fail(Code::failed_precondition,
                  fmt::format("what was counted for the migration {} is not of the source that is chosen now", company.migration_id()),
                  "ANALYSIS_NEEDED", "Have this one counted (analyze-volume, q2o analyze), or choose the other one again.");
    records = within(migration.get().counted(), migration.get().extent(), now_().substr(0, 10)).records();
  }
  return price(pricing, {migration.get().platform(), years, records});
}

void Quotes::void_quotes(const Caller& caller, const std::string& migration_id, const std::vector<std::string>& keep,
                         const std::string& why, Migrations& migrations, PaymentStore& store) {
  for (auto& quote : store.open_quotes(caller.tenant, migration_id)) {
    quote.set_state(v1::QUOTE_STATE_VOIDED);
    store.put(quote);
    for (const auto& item : quote.migrations()) {
      if (std::ranges::find(keep, item.migration_id()) != keep.end()) continue;
      auto other = migrations.find(caller.tenant, item.migration_id());
      if (!other || other->get().quote_id() != quote.quote_id() || other->state() != State::priced) continue;
      forget_price(*other);
      if (other->step(Trigger::scope_edited, caller.actor, why, now_())) migrations.save(*other);
    }
  }
}

Result<v1::EditScopeResponse> Quotes::edit_scope(const Caller& caller, const v1::EditScopeRequest& request) {
  const auto today = now_().substr(0, 10);
  Result<v1::EditScopeResponse> out;
  transact_([&](Migrations& migrations, PaymentStore& store) {
    const auto work = [&]() -> Result<v1::EditScopeResponse> {
      if (const auto known = answered_before_with<v1::EditScopeResponse>(migrations, caller)) return *known;
      auto migration = migrations.find(caller.tenant, request.migration_id());
      if (!migration)
        return fail(Code::not_found, fmt::format("there is no migration '{}'", request.migration_id()), "MIGRATION_NOT_FOUND",
                    "List the migrations to see their ids.");
      if (migration->get().run() != 0)
        return fail(Code::failed_precondition, "a run of this migration has begun; its extent stays as it is", "RUN_HAS_BEGUN",
                    "Create another migration for another extent.");
      const bool binds = count_binds(migration->get());
      const auto extent = complete(request.extent(), binds ? migration->get().counted().fiscal_year_first_month() : 0, today);
      if (!extent) return fail(extent.error());
      if (auto allowed = plans_.allows(store, caller.tenant, years_of(*extent, today)); !allowed) return fail(allowed.error());
      migration->edit().clear_extent();
      migration->edit().clear_extent_chosen_on();
      if (binds) *migration->edit().mutable_counted() = within(migration->get().counted(), *extent, today);
      if (!is_all(*extent)) {
        *migration->edit().mutable_extent() = *extent;
        migration->edit().set_extent_chosen_on(today);
      }
      forget_price(*migration);
      const auto words = in_words(*extent);
      if (migration->state() == State::draft) {
        migration->note("SCOPE_EDITED", caller.actor, words, now_());
      } else if (auto done = migration->step(Trigger::scope_edited, caller.actor, words, now_()); !done) {
        return fail(done.error());
      }
      void_quotes(caller, request.migration_id(), {request.migration_id()}, "the scope of a company of its order was edited", migrations,
                  store);
      migrations.save(*migration);
      v1::EditScopeResponse answer;
      answer.set_migration_id(request.migration_id());
      *answer.mutable_extent() = migration->get().extent();
      remember_answer(migrations, caller, request.migration_id(), answer.SerializeAsString());
      return answer;
    };
    out = work();
  });
  return out;
}

Result<v1::Quote> Quotes::kept(const Caller& caller, const std::string& quote_id, PaymentStore& store) const {
  const auto found = store.quote(caller.tenant, quote_id);
  if (!found)
    return fail(Code::not_found, fmt::format("there is no quote '{}'", quote_id), "QUOTE_NOT_FOUND", "List the quotes to see their ids.");
  return seen(*found);
}

Result<v1::Quote> Quotes::get(const Caller& caller, const std::string& quote_id) {
  Result<v1::Quote> out;
  transact_([&](Migrations&, PaymentStore& store) { out = kept(caller, quote_id, store); });
  return out;
}

std::vector<v1::Quote> Quotes::list(const Caller& caller, const std::string& after, std::uint32_t most) {
  std::vector<v1::Quote> out;
  transact_([&](Migrations&, PaymentStore& store) { out = store.quotes(caller.tenant, after, most); });
  for (auto& quote : out) quote = seen(quote);
  return out;
}

v1::Quote Quotes::seen(v1::Quote quote) const {
  if (quote.state() == v1::QUOTE_STATE_OPEN && at(seconds_()) > quote.valid_until()) quote.set_state(v1::QUOTE_STATE_EXPIRED);
  return quote;
}

Status Quotes::payable(const v1::Quote& quote) const {
  if (!crypto::equal_in_constant_time(quote.signature(), sign(quote))) {
    return fail(Code::data_loss, "the quote is not as it was given", "QUOTE_ALTERED", "Ask for a new quote, and tell an operator.");
  }
  switch (seen(quote).state()) {
    case v1::QUOTE_STATE_OPEN:
      return {};
    case v1::QUOTE_STATE_PAID:
      return fail(Code::failed_precondition, "the quote is paid already", "QUOTE_PAID", "Nothing is to be paid.");
    case v1::QUOTE_STATE_EXPIRED:
      return fail(Code::failed_precondition, fmt::format("the quote was valid until {}", quote.valid_until()), "QUOTE_EXPIRED",
                  "Ask for a new quote.");
    default:
      return fail(Code::failed_precondition, "the quote was voided: a scope was edited, or a newer quote replaced it", "QUOTE_VOIDED",
                  "Ask for a new quote.");
  }
}

std::string Quotes::sign(const v1::Quote& quote) const {
  std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", quote.quote_id(), quote.tenant_id(), quote.total(), quote.currency(),
                                 quote.pricing_version(), quote.created_at(), quote.valid_until());
  for (const auto& item : quote.migrations())
    text += fmt::format("{} {} {} {}\n", item.migration_id(), item.price().years(), item.price().records(), item.price().total());
  return crypto::hmac_sha256_hex(key_, text);
}

}  // namespace q2o::billing::payments
