#include "sandbox/generator/workshop.h"

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "sandbox/company/date.h"

namespace q2o::sandbox::generator {
namespace {

/// What was on paper at the end of 2024 was typed in on one day: hundreds of rows with equal times are real.
constexpr std::string_view kImportedFrom = "2024-11-01";
constexpr std::string_view kImportedUntil = "2024-12-31";
constexpr std::string_view kImportTime = "2025-01-02T09:30:00";

}  // namespace

Decimal cents(const Decimal& amount) {
  return amount.rounded(2, Rounding::half_up);
}
Node Workshop::currency() const {
  return Node::object({{"value", profile.home}, {"name", profile.home_name}});
}

Node Workshop::currency(std::string_view code) const {
  for (const auto& foreign : profile.foreign)
    if (foreign.code == code) return Node::object({{"value", foreign.code}, {"name", foreign.name}});
  return currency();
}

std::string Workshop::currency_of(const std::string& entity, const std::string& id) {
  const auto& code = std::as_const(get(entity, id)).at("CurrencyRef.value").text();
  return code == profile.home ? std::string() : code;
}

std::string Workshop::account_currency(std::string_view full_name) {
  return currency_of("Account", account(full_name));
}

Decimal Workshop::rate(std::string_view code, const std::string& day) const {
  for (std::size_t i = 0; i < profile.foreign.size(); ++i) {
    if (profile.foreign[i].code != code) continue;
    // Up and down by five percent in about two years, and by half a percent from day to day.
    const int count = date::days_between("2018-01-01", day) + static_cast<int>(i) * 211;
    const int slow = std::abs(count % 700 - 350) - 175;
    const int quick = count * 7'919 % 101 - 50;
    const auto change = Decimal::of_unscaled(1'000'000 + slow * 280 + quick * 100, 6);
    return (Decimal::of(profile.foreign[i].rate) * change).rounded(6, Rounding::half_up);
  }
  return Decimal(1);
}

std::string Workshop::control(const char* account, const std::string& currency) {
  return currency.empty() ? account : fmt::format("{} - {}", account, currency);
}

void Workshop::set_currency(Node& object, const std::string& code, const std::string& day) const {
  object.set("CurrencyRef", currency(code)).set("ExchangeRate", rate(code, day));
}

std::string Workshop::word(std::string_view text) const {
  for (const auto& [plan, here] : profile.words)
    if (plan == text) return here;
  return std::string(text);
}

std::string Workshop::time_of(const std::string& day) {
  if (day >= kImportedFrom && day <= kImportedUntil) return std::string(kImportTime) + profile.utc_offset;
  seconds_ = (seconds_ + 7) % 28'000;
  const int second = 9 * 3600 + seconds_;
  return fmt::format("{}T{:02}:{:02}:{:02}{}", day, second / 3600, second / 60 % 60, second % 60, profile.utc_offset);
}

Node Workshop::begin(const std::string& id, const std::string& day) {
  const auto time = time_of(day);
  return Node::object({{"domain", "QBO"},
                       {"sparse", false},
                       {"Id", id},
                       {"SyncToken", "0"},
                       {"MetaData", Node::object({{"CreateTime", time}, {"LastUpdatedTime", time}})}});
}

Node& Workshop::put(const std::string& entity, Node object) {
  auto& list = company.entities[entity];
  const auto& id = object_id(object);
  if (!index_[entity].emplace(id, list.size()).second) throw std::logic_error(fmt::format("generator: {} {} exists", entity, id));
  for (const auto* key : {"DisplayName", "Name", "FullyQualifiedName"})
    if (const auto& name = std::as_const(object)[key].text(); !name.empty()) names_[entity].emplace(name, id);
  if (entity == "Account") accounts_[object["FullyQualifiedName"].text()] = id;
  return list.emplace_back(std::move(object));
}

Node& Workshop::get(const std::string& entity, const std::string& id) {
  const auto& known = index_[entity];
  const auto found = known.find(id);
  if (found == known.end()) throw std::logic_error(fmt::format("generator: no {} {}", entity, id));
  return company.entities.at(entity)[found->second];
}

bool Workshop::has(const std::string& entity, const std::string& id) const {
  const auto known = index_.find(entity);
  return known != index_.end() && known->second.contains(id);
}

void Workshop::touch(Node& object, const std::string& day) {
  object.set("SyncToken", std::to_string(std::stoi(object["SyncToken"].text()) + 1));
  object["MetaData"].set("LastUpdatedTime", time_of(day));
}

void Workshop::link(const std::string& entity, const std::string& id, const std::string& type, const std::string& linked_id) {
  get(entity, id)["LinkedTxn"].push(Node::object({{"TxnId", linked_id}, {"TxnType", type}}));
}

std::string Workshop::account(std::string_view full_name) const {
  const auto found = accounts_.find(full_name);
  if (found == accounts_.end()) throw std::logic_error(fmt::format("generator: no account {}", full_name));
  return found->second;
}

Node Workshop::account_ref(std::string_view full_name) {
  return Node::object({{"value", account(full_name)}, {"name", full_name}});
}

Node Workshop::ref(const std::string& entity, const std::string& id) {
  const auto& object = std::as_const(get(entity, id));
  const auto& name = object.has("DisplayName")          ? object["DisplayName"]
                     : object.has("FullyQualifiedName") ? object["FullyQualifiedName"]
                                                        : object["Name"];
  return Node::object({{"value", id}, {"name", name.text()}});
}

std::string Workshop::named(const std::string& entity, std::string_view name) const {
  if (const auto known = names_.find(entity); known != names_.end())
    if (const auto found = known->second.find(word(name)); found != known->second.end()) return found->second;
  throw std::logic_error(fmt::format("generator: no {} named {}", entity, name));
}

Party Workshop::party(const std::string& entity, const std::string& id) {
  const auto& object = std::as_const(get(entity, id));
  const auto& name = object.has("FullyQualifiedName") ? object["FullyQualifiedName"].text() : object["DisplayName"].text();
  return {entity, id, name};
}

namespace {

/// Home values of the entries of a foreign transaction.
std::vector<Decimal> home_values(const std::vector<Entry>& entries, const Decimal& rate) {
  std::vector<Decimal> out;
  Decimal sum;
  for (const auto& entry : entries) {
    out.push_back(entry.home ? *entry.home : entry.at_home ? entry.amount : cents(entry.amount * rate));
    sum += out.back();
  }
  if (!entries.empty() && !entries.front().home) out.front() -= sum;
  return out;
}

}  // namespace

const Transaction& Workshop::post(const Head& head, const std::vector<Entry>& entries) {
  const bool foreign = !head.currency.empty();
  const auto day_rate = rate(head.currency, head.date);
  const auto homes = home_values(entries, day_rate);
  Decimal sum, sum_foreign;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    sum += foreign ? homes[i] : entries[i].amount;
    if (foreign && !entries[i].at_home) sum_foreign += entries[i].amount;
  }
  if (!sum.is_zero() || !sum_foreign.is_zero())
    throw std::logic_error(fmt::format("generator: {} {} does not balance: {} at home, {} foreign", head.type, head.id, sum.to_string(),
                                       sum_foreign.to_string()));
  Transaction out{head.id, head.type, head.entity, head.date, head.number, {}, foreign ? day_rate.to_string() : std::string()};
  const auto id_of = [&](const Entry& entry) { return entry.account.empty() ? std::string{} : account(entry.account); };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    const auto& who = entry.party.id.empty() ? head.party : entry.party;
    const bool several = i == 0 && entries.size() > 2;
    const auto& other = entries[i == 0 ? (entries.size() > 1 ? 1 : 0) : 0];
    Posting line{id_of(entry),
                 entry.account.empty() ? "Not Specified" : entry.account,
                 cents(foreign ? homes[i] : entry.amount),
                 who.id,
                 who.type,
                 who.name,
                 entry.memo,
                 several ? "" : id_of(other),
                 several ? "-Split-" : other.account,
                 ++last_seq_,
                 false};
    if (foreign && !entry.at_home) {
      line.currency = head.currency;
      line.foreign = cents(entry.amount);
    }
    out.lines.push_back(std::move(line));
  }
  return company.ledger.emplace_back(std::move(out));
}

}  // namespace q2o::sandbox::generator
