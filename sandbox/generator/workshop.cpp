#include "sandbox/generator/workshop.h"

#include <stdexcept>

#include <fmt/format.h>

namespace q2o::sandbox::generator {
namespace {

/// What was on paper at the end of 2024 was typed in on one day: hundreds of rows with equal times are real.
constexpr std::string_view kImportedFrom = "2024-11-01";
constexpr std::string_view kImportedUntil = "2024-12-31";
constexpr std::string_view kImportTime = "2025-01-02T09:30:00-08:00";

}  // namespace

Decimal cents(const Decimal& amount) {
  return amount.rounded(2, Rounding::half_up);
}
Node Workshop::currency() const {
  return Node::object({{"value", "USD"}, {"name", "United States Dollar"}});
}

std::string Workshop::time_of(const std::string& day) {
  if (day >= kImportedFrom && day <= kImportedUntil) return std::string(kImportTime);
  seconds_ = (seconds_ + 7) % 28'000;
  const int second = 9 * 3600 + seconds_;
  return fmt::format("{}T{:02}:{:02}:{:02}-08:00", day, second / 3600, second / 60 % 60, second % 60);
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
    if (const auto found = known->second.find(std::string(name)); found != known->second.end()) return found->second;
  throw std::logic_error(fmt::format("generator: no {} named {}", entity, name));
}

Party Workshop::party(const std::string& entity, const std::string& id) {
  const auto& object = std::as_const(get(entity, id));
  const auto& name = object.has("FullyQualifiedName") ? object["FullyQualifiedName"].text() : object["DisplayName"].text();
  return {entity, id, name};
}

void Workshop::post(const Head& head, const std::vector<Entry>& entries) {
  Decimal sum;
  for (const auto& entry : entries) sum += entry.amount;
  if (!sum.is_zero()) throw std::logic_error(fmt::format("generator: {} {} does not balance: {}", head.type, head.id, sum.to_string()));
  Transaction out{head.id, head.type, head.entity, head.date, head.number, {}};
  const auto id_of = [&](const Entry& entry) { return entry.account.empty() ? std::string{} : account(entry.account); };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    const auto& who = entry.party.id.empty() ? head.party : entry.party;
    const bool several = i == 0 && entries.size() > 2;
    const auto& other = entries[i == 0 ? (entries.size() > 1 ? 1 : 0) : 0];
    out.lines.push_back({id_of(entry), entry.account.empty() ? "Not Specified" : entry.account, cents(entry.amount), who.id, who.type,
                         who.name, entry.memo, several ? "" : id_of(other), several ? "-Split-" : other.account, ++last_seq_, false});
  }
  company.ledger.push_back(std::move(out));
}

}  // namespace q2o::sandbox::generator
