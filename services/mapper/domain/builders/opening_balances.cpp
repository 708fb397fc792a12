#include <fmt/format.h>

#include <algorithm>

#include "common/calendar/calendar.h"
#include "services/mapper/domain/builders/families.h"
#include "services/mapper/domain/builders/money.h"
#include "services/mapper/domain/builders/opening.h"

/// Open items and balances of the day before the first one.
namespace q2o::mapper::builders {
namespace {

bool nothing(const Item& item) {
  return item.balance.is_zero() && item.amount_currency.is_zero();
}

std::string day_before(const std::string& day) {
  return calendar::to_text(calendar::read_day(day).value() - std::chrono::days(1));
}

/// First day of the fiscal year that the balances are of: income and expense of earlier ones are retained earnings by then.
std::string fiscal_year_first(const Lookups& lookups, const std::string& day) {
  const auto* company = lookups.find("CompanyInfo", "id");
  const unsigned month = company == nullptr ? 0 : calendar::month_number((*company)["fiscal_month"].text());
  return calendar::to_text(calendar::fiscal_year_first(calendar::read_day(day).value(), month == 0 ? 1 : month));
}

/// Not the account's id alone: transactions bear such ids.
std::string balance_id(const Item& item, const std::string& own_currency) {
  return item.currency == own_currency ? "account-" + item.account : fmt::format("account-{}-{}", item.account, item.currency);
}

std::string balance_body(const std::string& date, const std::vector<Item>& items) {
  json::Writer out;
  out.begin_object().field("TxnDate", date).field("DocNumber", "Opening balance").key("items").begin_array();
  for (const auto& item : items) {
    out.begin_object().field("account", item.account).field("home", item.balance.to_string());
    out.field("amount", item.amount_currency.to_string()).field("currency", item.currency).end_object();
  }
  out.end_array().end_object();
  return out.take();
}

/// References to our records in a value of the action language: {"ref": NAME} alone, for fields are called `ref` too.
void collect_references(const json::Value& value, std::set<std::string>& references) {
  for (const auto& item : value.items()) collect_references(item, references);
  const bool expression = value.members().size() == 1;
  for (const auto& member : value.members()) {
    if (expression && member.key == "ref" && member.value.is_string())
      references.emplace(member.value.text());
    else
      collect_references(member.value, references);
  }
}

/// The whole document in the state that posts nothing and keeps number, lines and amounts.
std::string cancelled(const std::string& values_json) {
  const auto original = json::Document::parse(values_json).value();
  json::Writer out;
  out.begin_object();
  for (const auto& member : original.root().members()) {
    if (member.key == "then") continue;  // the rate of what is posted
    out.key(member.key);
    if (member.key != "values") {
      out.value(member.value);
      continue;
    }
    out.begin_object();
    for (const auto& value : member.value.members()) {
      if (value.key != "state") out.key(value.key).value(value.value);
    }
    out.field("state", "cancel").end_object();
  }
  return out.end_object().take();
}

}  // namespace

Item OpeningBalances::clearing(const Decimal& home, const Decimal& amount, const std::string& currency, const std::string& name) {
  Item item;
  item.account = kOpeningClearing;
  item.balance = home;
  item.amount_currency = amount;
  item.currency = currency;
  item.name = name;
  return item;
}

void OpeningBalances::settle() {
  for (auto& before : all_) {
    for (const auto& record : records_of(before)) records_.insert(record);
    for (auto& part : before.open) parts_[part.record].push_back(&part.item);
  }
  for (auto& before : all_) {
    std::erase_if(before.matches, [&](const Target& target) {
      const auto values = json::Document::parse(target.values_json).value();
      const std::string debit(values.root()["debit"].text()), credit(values.root()["credit"].text());
      if (!records_.contains(debit) || !records_.contains(credit)) return false;
      take(debit, values.root(), true);
      take(credit, values.root(), false);
      return true;
    });
  }
}

/// The same item that the target would have matched: of the account, of the partner where the match says one.
void OpeningBalances::take(const std::string& record, const json::Value& match, bool debit) {
  Decimal home = match["amount"].decimal().value(), amount = match["amount_currency"].decimal().value();
  const auto account = match.at("account.ref").text();
  const auto partner = match.at(debit ? "debit_partner.ref" : "credit_partner.ref").text();
  std::vector<Item*> candidates;
  for (auto* item : parts_[record]) {
    if (run_.external_id("Account", item->account) == account) candidates.push_back(item);
  }
  const auto rank = [&](const Item* item) {
    const bool same_side = (debit ? item->balance : -item->balance).sign() > 0;
    const bool same_partner = !partner.empty() && run_.external_id(item->partner.entity, item->partner.id) == partner;
    return (same_partner ? 2 : 0) + (same_side ? 1 : 0);
  };
  std::stable_sort(candidates.begin(), candidates.end(), [&](const Item* a, const Item* b) { return rank(a) > rank(b); });
  const Decimal sign(debit ? 1 : -1);
  for (auto* item : candidates) {
    const bool last = item == candidates.back();
    const bool home_items = item->currency == run_.home_currency;
    const Decimal home_part = last ? home : std::min(home, std::max(item->balance * sign, Decimal{}));
    const Decimal amount_part = home_items ? home_part
                                : last     ? amount
                                           : std::min(amount, std::max(item->amount_currency * sign, Decimal{}));
    item->balance -= home_part * sign;
    item->amount_currency -= amount_part * sign;
    home -= home_part;
    amount -= amount_part;
    if (home.is_zero() && amount.is_zero()) return;
  }
}

std::vector<std::pair<std::string, std::vector<OpenPart>>> OpeningBalances::still_open(const Before& before) const {
  std::vector<std::pair<std::string, std::vector<OpenPart>>> records;
  for (const auto& part : before.open) {
    if (nothing(part.item)) continue;
    const auto found = std::find_if(records.begin(), records.end(), [&](const auto& record) { return record.first == part.record; });
    if (found == records.end())
      records.push_back({part.record, {part}});
    else
      found->second.push_back(part);
  }
  return records;
}

/// The document's own face with its open amount: number, dates, partner and terms stay.
Target OpeningBalances::opened_document(const Scope& scope, const Before& before, const OpenPart& part) {
  const auto original = json::Document::parse(before.document->values_json).value();
  const std::string due(original.root().at("values.invoice_date_due").text());
  const Item& item = part.item;
  const Item counter = clearing(-item.balance, -item.amount_currency, item.currency, "Open at " + day_before(run_.extent.first_day));
  std::array<Fields, 2> rows;
  rows[0].set("display_type", text("product")).append(item_fields(scope, counter)).set("tax_ids", no_refs());
  rows[0].set("quantity", number(1)).set("price_unit", number(item.amount_currency.abs())).set("sequence", number(10));
  Item open = item;
  open.maturity = due.empty() ? item.maturity : due;
  open.name = before.number;
  rows[1].set("display_type", text("payment_term")).append(item_fields(scope, open)).set("sequence", number(11));
  const Expression items = Lines().add(rows[0]).add(rows[1]).expression();
  json::Writer out;
  out.begin_object();
  for (const auto& member : original.root().members()) {
    out.key(member.key);
    if (member.key != "values") {
      out.value(member.value);
      continue;
    }
    out.begin_object();
    for (const auto& value : member.value.members()) {
      out.key(value.key);
      if (value.key == "line_ids")
        out.raw(items.json);
      else
        out.value(value.value);
    }
    out.end_object();
  }
  out.end_object();
  Target target = *before.document;
  target.values_json = out.take();
  std::set<std::string> references;
  collect_references(json::Document::parse(target.values_json).value().root(), references);
  target.references.assign(references.begin(), references.end());
  if (item.currency != run_.home_currency) {
    cleared_[item.currency].home += counter.balance;
    cleared_[item.currency].currency += counter.amount_currency;
  }
  return target;
}

std::vector<Target> OpeningBalances::opened_entry(const Scope& scope, const Before& before, const std::string& record,
                                                  const std::vector<OpenPart>& parts) {
  Movement movement;
  movement.base = record;
  movement.date = before.date;
  movement.journal = "opening";
  movement.caption = {before.number.empty() ? "Opening balance" : before.number, before.number};
  Decimal home;
  for (const auto& part : parts) {
    movement.items.push_back(part.item);
    if (movement.items.back().name.empty()) movement.items.back().name = movement.caption.label;
    home += part.item.balance;
    // Where Undeposited Funds has a journal its items are statement lines.
    if (scope.has_statement(part.item.account) && record.ends_with("_line")) movement.base = record.substr(0, record.size() - 5);
  }
  movement.items.push_back(clearing(-home, -home, run_.home_currency, movement.caption.label));
  return move_money(scope, movement);
}

Outcome OpeningBalances::outcome(const Before& before) {
  std::vector<Loss> lost;
  const Source source{before.entity, before.id, nullptr};
  const json::Value none;
  const Scope scope(source, none, run_, lookups_, lost);
  Outcome outcome;
  outcome.label = before.label;
  outcome.posting = !before.sums.empty();
  try {
    for (const auto& [record, parts] : still_open(before)) {
      for (const auto& part : parts) {
        auto& sum = opened_[{part.item.account, part.item.currency}];
        sum.home += part.item.balance;
        sum.currency += part.item.amount_currency;
      }
      const auto& item = parts.front().item;
      const bool document = before.document && before.document->external_id == record && parts.size() == 1 && before.document->post &&
                            !item.amount_currency.is_zero() && item.amount_currency.sign() == item.balance.sign();
      if (document) {
        outcome.targets.push_back(opened_document(scope, before, parts.front()));
        outcome.losses = before.losses;
      } else {
        for (auto& target : opened_entry(scope, before, record, parts)) outcome.targets.push_back(std::move(target));
      }
    }
  } catch (const Refusal& refusal) {
    Outcome refused;
    refused.label = before.label;
    refused.posting = outcome.posting;
    refused.reject = refusal.reject;
    return refused;
  }
  const bool arrives = std::any_of(outcome.targets.begin(), outcome.targets.end(), [&](const Target& target) {
    return before.document && target.external_id == before.document->external_id;
  });
  if (!arrives && before.document && run_.extent.depth == Depth::archive) {
    Target archived = *before.document;
    archived.values_json = cancelled(archived.values_json);
    archived.post = false;
    outcome.targets.push_back(std::move(archived));
    outcome.losses = before.losses;
  }
  for (const auto& target : outcome.targets) arrived_.insert(target.external_id);
  if (before.document && arrived_.contains(before.document->external_id)) {
    for (const auto& note : before.notes) outcome.targets.push_back(note);
  }
  for (const auto& match : before.matches) outcome.targets.push_back(match);
  if (outcome.targets.empty()) {
    outcome.merged = before.sums.empty() ? fmt::format("Before {}: it posted nothing", run_.extent.first_day)
                                         : fmt::format("Before {}: settled by then, in the opening balances", run_.extent.first_day);
  }
  return outcome;
}

std::vector<std::pair<std::string, std::string>> OpeningBalances::balances() {
  std::vector<Loss> lost;
  const Source source{"OpeningBalance", "entry", nullptr};
  const json::Value none;
  const Scope scope(source, none, run_, lookups_, lost);
  const std::string day = day_before(run_.extent.first_day), year = fiscal_year_first(lookups_, day);
  const std::string retained = scope.first_account({}, {}, "RetainedEarnings");
  std::map<std::pair<std::string, std::string>, Net> sums;
  for (const auto& before : all_) {
    for (const auto& item : before.sums) {
      const bool earlier = !retained.empty() && before.date < year && scope.is_profit_and_loss(item.account);
      auto& sum = earlier ? sums[{retained, run_.home_currency}] : sums[{item.account, item.currency}];
      sum.home += item.balance;
      sum.currency += earlier ? item.balance : item.amount_currency;
    }
  }
  for (const auto& [key, net] : opened_) {
    sums[key].home -= net.home;
    sums[key].currency -= net.currency;
  }
  std::vector<std::pair<std::string, std::string>> records;
  std::vector<Item> rest;
  Decimal home;
  for (const auto& [key, net] : sums) {
    Item item;
    item.account = key.first;
    item.currency = key.second;
    item.balance = net.home;
    item.amount_currency = net.currency;
    if (nothing(item)) continue;
    if (scope.has_statement(item.account)) {
      const Item counter = clearing(-item.balance, -item.balance, run_.home_currency, {});
      records.emplace_back(balance_id(item, std::string(scope.bound_currency(scope.known(item.account)))),
                           balance_body(day, {item, counter}));
    } else {
      home += item.balance;
      rest.push_back(std::move(item));
    }
  }
  for (const auto& [currency, net] : cleared_) {
    rest.push_back(clearing(-net.home, -net.currency, currency, {}));
    home -= net.home;
  }
  const Item counter = clearing(-home, -home, run_.home_currency, {});
  if (!nothing(counter)) rest.push_back(counter);
  if (!rest.empty()) records.emplace_back("entry", balance_body(day, rest));
  return records;
}

Outcome opening_balance(const Scope& scope) {
  Movement movement;
  movement.base = scope.own();
  movement.date = scope.date_at("TxnDate");
  movement.journal = "opening";
  movement.caption = {"Opening balance", "Opening balance"};
  for (const auto& value : scope.at("items").items()) {
    Item item;
    item.account = value["account"].text();
    item.balance = Scope::amount_of(value["home"], "items").value();
    item.amount_currency = Scope::amount_of(value["amount"], "items").value();
    item.currency = value["currency"].text();
    item.name = movement.caption.label;
    if (!item.account.starts_with('@') && scope.has_statement(item.account)) movement.primary_account = item.account;
    movement.items.push_back(std::move(item));
  }
  Outcome outcome;
  outcome.targets = move_money(scope, movement);
  return outcome;
}

}  // namespace q2o::mapper::builders
