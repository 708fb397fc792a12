#include "services/billing/payments/domain/pricing_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <set>

#include "common/ids/ids.h"
#include "common/json/json.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

constexpr std::int64_t kRecordsMost = 1'000'000'000;
const Decimal kMoneyMost = Decimal::of("1000000000");

/// One object of the file and where it stands; complaints are collected, never thrown.
class Part {
 public:
  Part(const json::Value& value, std::string place, std::vector<std::string>& complaints)
      : value_(value), place_(std::move(place)), complaints_(complaints) {
    if (!value_.is_object()) complain("", "an object is needed");
  }
  void only(std::initializer_list<std::string_view> names) const {
    for (const auto& member : value_.members()) {
      if (std::ranges::find(names, member.key) == names.end()) complain(member.key, "is not known here");
    }
  }
  std::string text(std::string_view name) const {
    const auto& value = value_[name];
    if (value.is_string() && !value.text().empty()) return std::string(value.text());
    complain(name, "a text is needed");
    return {};
  }
  Decimal number(std::string_view name, const Decimal& least, const Decimal& most) const {
    const auto& value = value_[name];
    const auto number = value.is_number() ? value.decimal() : fail(Code::invalid_argument, "");
    if (number && *number >= least && *number <= most) return *number;
    complain(name, fmt::format("a number from {} to {} is needed", least.to_string(), most.to_string()));
    return least;
  }
  std::uint64_t whole(std::string_view name, std::int64_t least, std::int64_t most) const {
    return whole_of(value_[name], name, least, most);
  }
  std::vector<std::uint64_t> wholes(std::string_view name, std::int64_t least, std::int64_t most) const {
    std::vector<std::uint64_t> out;
    const auto& list = value_[name];
    if (!list.is_array() || list.items().empty()) complain(name, "a list of whole numbers is needed");
    for (std::size_t i = 0; i < list.items().size(); ++i)
      out.push_back(whole_of(list.items()[i], fmt::format("{}[{}]", name, i), least, most));
    return out;
  }
  /// Not there: none.
  std::set<std::string, std::less<>> texts_if_any(std::string_view name) const {
    std::set<std::string, std::less<>> out;
    const auto& list = value_[name];
    if (!value_.has(name)) return out;
    if (!list.is_array()) complain(name, "a list of texts is needed");
    for (const auto& item : list.items()) {
      if (!item.is_string() || item.text().empty()) complain(name, "a list of texts is needed");
      out.emplace(item.text());
    }
    return out;
  }
  bool is_null(std::string_view name) const { return value_.has(name) && value_[name].is_null(); }
  Part part(std::string_view name) const { return {value_[name], at(name), complaints_}; }
  void each(std::string_view name, bool may_be_empty, const std::function<void(const Part&)>& read) const {
    const auto& list = value_[name];
    if (!list.is_array() || (list.items().empty() && !may_be_empty)) complain(name, "a list is needed");
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < list.items().size(); ++i) {
      const Part part(list.items()[i], fmt::format("{}[{}]", at(name), i), complaints_);
      read(part);
      if (const auto id = list.items()[i]["id"].text(); !id.empty() && !ids.insert(id).second)
        part.complain("id", fmt::format("'{}' stands there twice", id));
    }
  }
  void complain(std::string_view name, std::string_view what) const {
    const auto place = at(name);
    complaints_.push_back(fmt::format("{}: {}", place.empty() ? "the file" : place, what));
  }

 private:
  std::string at(std::string_view name) const {
    if (name.empty() || place_.empty()) return place_ + std::string(name);
    return fmt::format("{}.{}", place_, name);
  }
  std::uint64_t whole_of(const json::Value& value, std::string_view name, std::int64_t least, std::int64_t most) const {
    const auto number = value.is_number() ? value.decimal() : fail(Code::invalid_argument, "");
    if (number && *number == number->rounded(0, Rounding::down) && *number >= Decimal(least) && *number <= Decimal(most)) {
      return std::stoull(number->to_string(0));
    }
    complain(name, fmt::format("a whole number from {} to {} is needed", least, most));
    return static_cast<std::uint64_t>(least);
  }

  const json::Value& value_;
  std::string place_;
  std::vector<std::string>& complaints_;
};

Tier tier_of(const Part& part) {
  part.only({"id", "name", "base_price", "years_included", "records_included", "records_max", "price_per_1000_extra_records"});
  Tier out;
  out.id = part.text("id");
  out.name = part.text("name");
  out.base_price = part.number("base_price", Decimal(0), kMoneyMost);
  out.years_included = static_cast<std::uint32_t>(part.whole("years_included", 1, 100));
  out.records_included = part.whole("records_included", 1, kRecordsMost);
  if (!part.is_null("records_max")) out.records_max = part.whole("records_max", 1, kRecordsMost);
  out.extra_thousand = part.number("price_per_1000_extra_records", Decimal(0), kMoneyMost);
  if (out.records_max && *out.records_max < out.records_included) part.complain("records_max", "is less than records_included");
  return out;
}

Platform platform_of(const Part& part) {
  part.only({"id", "name", "multiplier", "records_by_years", "records_each_further_year", "records_not_counted"});
  Platform out;
  out.id = part.text("id");
  out.name = part.text("name");
  out.multiplier = part.number("multiplier", Decimal::of("0.01"), Decimal(100));
  out.records_by_years = part.wholes("records_by_years", 1, kRecordsMost);
  out.records_each_further_year = part.whole("records_each_further_year", 0, kRecordsMost);
  out.records_not_counted = part.texts_if_any("records_not_counted");
  return out;
}

Plan plan_of(const Part& part) {
  part.only({"id", "name", "years", "migrations_included"});
  return {part.text("id"), part.text("name"), static_cast<std::uint32_t>(part.whole("years", 1, 100)),
          static_cast<std::uint32_t>(part.whole("migrations_included", 0, 1000))};
}

/// What can be seen only over several members.
void check_whole(const Pricing& pricing, const Part& root) {
  for (std::size_t i = 0; i < pricing.tiers.size(); ++i) {
    const auto place = fmt::format("tiers[{}]", i);
    const auto& tier = pricing.tiers[i];
    const bool last = i + 1 == pricing.tiers.size();
    if (last == tier.records_max.has_value()) root.complain(place, "only the last tier has the records_max null");
    if (i > 0 && pricing.tiers[i - 1].records_max && tier.records_included <= *pricing.tiers[i - 1].records_max)
      root.complain(place, "includes no more records than the tier before may have");
    // A company that is all but empty still pays something.
    const auto steps = tier.records_included / pricing.credit_records;
    auto least = tier.base_price;
    for (const auto& platform : pricing.platforms) least = std::min(least, tier.base_price * platform.multiplier);
    const auto fewest = i > 0 && pricing.tiers[i - 1].records_max ? *pricing.tiers[i - 1].records_max : 0;
    const auto full = std::min(steps, (tier.records_included - std::min(fewest, tier.records_included)) / pricing.credit_records);
    if (pricing.credit_amount * Decimal(static_cast<std::int64_t>(full)) > least) root.complain(place, "its credits exceed its base price");
  }
  if (minor_digits(pricing.currency) < 3 &&
      pricing.rounding_unit != pricing.rounding_unit.rounded(minor_digits(pricing.currency), Rounding::down))
    root.complain("rounding_unit", "is finer than the currency");
}

}  // namespace

Result<Pricing> parse_pricing(std::string text) {
  const auto wrong = [](const std::string& what) {
    return fail(Code::invalid_argument, what, "PRICING_CONFIG", "config/pricing_config.schema.json describes the file.");
  };
  Pricing out;
  out.version = ids::sha256_hex(text);
  const auto document = json::Document::parse(std::move(text));
  if (!document) return wrong("the file: " + document.error().message);
  std::vector<std::string> complaints;
  const Part root(document->root(), "", complaints);
  root.only(
      {"$schema", "currency", "rounding_unit", "quote_days", "years_max", "rate_per_extra_year", "credit", "tiers", "platforms", "plans"});
  out.currency = root.text("currency");
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (out.currency.size() != 3 || !std::ranges::all_of(out.currency, upper))
    root.complain("currency", "three capital letters are needed (ISO 4217)");
  out.rounding_unit = root.number("rounding_unit", Decimal::of("0.001"), kMoneyMost);
  out.quote_days = static_cast<std::uint32_t>(root.whole("quote_days", 1, 365));
  out.years_max = static_cast<std::uint32_t>(root.whole("years_max", 1, 100));
  out.rate_per_extra_year = root.number("rate_per_extra_year", Decimal(0), Decimal(10));
  const auto credit = root.part("credit");
  credit.only({"amount", "per_records"});
  out.credit_amount = credit.number("amount", Decimal(0), kMoneyMost);
  out.credit_records = credit.whole("per_records", 1, kRecordsMost);
  root.each("tiers", false, [&](const Part& part) { out.tiers.push_back(tier_of(part)); });
  root.each("platforms", false, [&](const Part& part) { out.platforms.push_back(platform_of(part)); });
  root.each("plans", true, [&](const Part& part) { out.plans.push_back(plan_of(part)); });
  if (complaints.empty()) check_whole(out, root);
  if (!complaints.empty()) return wrong(fmt::format("{}", fmt::join(complaints, "\n")));
  return out;
}

}  // namespace q2o::billing::payments
