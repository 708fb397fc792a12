#include "services/mapper/domain/builders/scope.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "services/mapper/domain/losses.h"

namespace q2o::mapper {

namespace builders {
namespace {

/// The names of the entities are few, and every reference asks for one. Valid until the next call.
std::string_view snake_name(std::string_view entity) {
  struct Known {
    std::string entity, snake;
  };
  thread_local std::array<Known, 64> recent;
  auto& known = recent[(entity.empty() ? 0 : entity.size() * 7 + static_cast<unsigned char>(entity.front())) % recent.size()];
  if (known.entity != entity) known = {std::string(entity), ids::snake_case(entity)};
  return known.snake;
}

template <class Out>
void append_id(Out& to, const RunContext& run, std::string_view entity, std::string_view id, std::string_view part) {
  to.append(run.slug).append("_").append(snake_name(entity)).append("_").append(id);
  if (!part.empty()) to.append("_").append(part);
}

}  // namespace
}  // namespace builders

std::string RunContext::external_id(std::string_view entity, std::string_view id, std::string_view part) const {
  std::string name;
  name.reserve(slug.size() + entity.size() + id.size() + part.size() + 8);
  builders::append_id(name, *this, entity, id, part);
  return name;
}

namespace builders {

void append_external_id(json::Buffer& to, const RunContext& run, std::string_view entity, std::string_view id, std::string_view part) {
  append_id(to, run, entity, id, part);
}

void refuse(std::string_view field, std::string_view value, std::string_view reason, std::string message, std::string hint) {
  throw Refusal{{std::string(field), std::string(value), std::string(reason), std::move(message), std::move(hint)}};
}

std::string Where::text() const {
  return member.empty() ? std::string(place) : fmt::format("{}.{}", place, member);
}

std::string below(std::string_view path, std::size_t index) {
  std::string out(path);
  out += '.';
  return out += std::to_string(index);
}

const json::Value& Scope::at(std::string_view path) const {
  static const json::Value nothing;
  return source.body == nullptr ? nothing : source.body->at(path);
}

std::optional<Decimal> Scope::amount_of(const json::Value& value, const Where& where) {
  if (value.is_null() || (value.is_string() && value.text().empty())) return std::nullopt;
  auto parsed = value.decimal();
  if (!parsed) {
    const std::string field = where.text();
    refuse(field, value.text().empty() ? value.raw() : value.text(), "NOT_A_NUMBER", fmt::format("{} is not a number", field),
           "Correct the amount in QuickBooks and extract the record again.");
  }
  return *parsed;
}

std::string Scope::date_at(std::string_view path) const {
  std::string date = text_at(path);
  const bool timed = date.size() > 10 && date[10] == 'T';  // a time may follow the day; books are kept by day
  if (!calendar::read_day(timed ? std::string_view(date).substr(0, 10) : date))
    refuse(path, date, "NOT_A_DATE", fmt::format("{} is not a date", path), "Correct the date in QuickBooks and extract the record again.");
  return date.substr(0, 10);
}

bool Scope::before_first_day() const {
  if (run.extent.first_day.empty()) return false;
  const auto* transaction = ledger(source.id);
  return run.extent.before(transaction == nullptr ? at("TxnDate").text().substr(0, 10) : std::string_view(transaction->date));
}

std::string_view Scope::company_record() const {
  const json::Value* company_info = lookups.find("CompanyInfo", "id");
  const auto found = company_info == nullptr ? std::string_view() : (*company_info)["id"].text();
  if (found.empty()) {
    refuse("CompanyInfo", "", "REFERENCE_MISSING", "The company's own record is not there, so its journals are unknown",
           "Extract CompanyInfo before any transaction.");
  }
  return found;
}

std::string Scope::parameter_or(std::string_view name, std::string_view fallback) const {
  const auto& value = parameter[name];
  return std::string(value.text().empty() ? fallback : value.text());
}

const json::Value& Scope::required(std::string_view entity, std::string_view record, std::string_view field) const {
  const json::Value* found = lookups.find(entity, record);
  if (found == nullptr) throw Refusal{missing_reject(field, entity, record)};
  return *found;
}

const json::Value* Scope::referred(std::string_view entity, std::string_view record, const Where& where) const {
  const json::Value* found = record.empty() ? nullptr : lookups.find(entity, record);
  if (found == nullptr && !record.empty()) {
    if (auto reject = missing_reference(source, run, where.text(), entity, record, losses)) throw Refusal{std::move(*reject)};
  }
  return found;
}

KnownAccount Scope::known(std::string_view account) const {
  return KnownAccount(required("Account", account, "AccountRef"));
}

bool Scope::is_undeposited(std::string_view account) const {
  return required("Account", account, "AccountRef")["AccountSubType"].text() == "UndepositedFunds";
}

bool Scope::has_statement(std::string_view account) const {
  return run.money_mode != MoneyMode::payment && has_journal(account);
}

bool Scope::is_profit_and_loss(std::string_view account) const {
  static constexpr std::array<std::string_view, 5> kTypes{"Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense"};
  const auto& found = required("Account", account, "AccountRef");
  const auto kind = found["Classification"].text();
  if (!kind.empty()) return kind == "Revenue" || kind == "Expense";
  return std::find(kTypes.begin(), kTypes.end(), found["AccountType"].text()) != kTypes.end();
}

bool Scope::is_cost_of_goods(std::string_view account) const {
  const auto& found = required("Account", account, "AccountRef");
  return found["AccountType"].text() == "Cost of Goods Sold" || found["AccountSubType"].text() == "Inventory";
}

std::string_view Scope::account_currency(std::string_view account) const {
  return account_currency(known(account));
}

std::string_view Scope::account_currency(const KnownAccount& account) const {
  const auto iso = account.record["CurrencyRef"]["value"].text();
  return iso.empty() ? std::string_view(run.home_currency) : iso;
}

std::string_view Scope::bound_currency(const KnownAccount& account) const {
  return account.is_bank() || account.is_open_item() ? account_currency(account) : std::string_view(run.home_currency);
}

std::string Scope::first_account(std::string_view type, std::string_view currency_iso, std::string_view sub_type) const {
  std::string best, best_inactive;
  const auto better = [](std::string_view candidate, const std::string& than) {
    return than.empty() || candidate.size() < than.size() || (candidate.size() == than.size() && candidate < than);
  };
  lookups.each("Account", [&](std::string_view key, const json::Value& account) {
    if (!type.empty() && account["AccountType"].text() != type) return;
    if (!sub_type.empty() && account["AccountSubType"].text() != sub_type) return;
    const auto iso = account.at("CurrencyRef.value").text();
    if (!currency_iso.empty() && (iso.empty() ? std::string_view(run.home_currency) : iso) != currency_iso) return;
    std::string& slot = account["Active"].text() == "false" ? best_inactive : best;
    if (better(key, slot)) slot = key;
  });
  return best.empty() ? best_inactive : best;
}

Party Scope::party(std::string_view name_id) const {
  if (name_id.empty()) return {};
  for (const char* entity : {"Customer", "Vendor", "Employee"}) {
    if (lookups.find(entity, name_id) != nullptr) return {entity, std::string(name_id)};
  }
  refuse("name", name_id, "REFERENCE_MISSING",
         fmt::format("The name {} is neither a customer nor a vendor nor an employee that was extracted", name_id),
         "Extract inactive customers, vendors and employees too.");
}

Expression Scope::partner(const Party& who) const {
  if (!who) return none();
  // An employee is an hr.employee; its partner is made by Odoo itself.
  if (who.entity == "Employee") return find("res.partner", {{"employee_ids", "=", ref(who.entity, who.id)}}, "id");
  return ref(who.entity, who.id);
}

Expression Scope::currency(std::string_view iso) const {
  if (iso.empty() || iso == run.home_currency) return company("currency_id");
  return find("res.currency", {{"name", "=", text(iso)}});
}

}  // namespace builders
}  // namespace q2o::mapper
