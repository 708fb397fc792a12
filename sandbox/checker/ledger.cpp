#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "sandbox/checker/cases.h"
#include "sandbox/checker/check.h"

namespace q2o::sandbox::checker {
namespace {

constexpr std::array kPosting{
    "Invoice",  "CreditMemo", "SalesReceipt", "RefundReceipt",       "Payment",      "Bill",     "BillPayment",
    "Purchase", "Deposit",    "JournalEntry", "InventoryAdjustment", "VendorCredit", "Transfer", "CreditCardPayment"};
constexpr std::array kTransactions{"Estimate", "PurchaseOrder", "ReimburseCharge", "RecurringTransaction"};

void check_ids(const Company& company, std::vector<std::string>& out) {
  for (const auto& [entity, objects] : company.entities) {
    if (entity == "ExchangeRate") continue;  // found by currency and day
    std::set<std::string> seen;
    for (const auto& object : objects)
      if (!seen.insert(object_id(object)).second) out.push_back(fmt::format("{} {} exists twice", entity, object_id(object)));
  }
  // All transactions share one sequence, whatever their kind.
  std::map<std::string, std::string> owner;
  const auto claim = [&](const std::string& id, const std::string& who) {
    const auto [entry, fresh] = owner.emplace(id, who);
    if (!fresh) out.push_back(fmt::format("transaction id {} belongs to {} and {}", id, entry->second, who));
  };
  for (const auto* entity : kPosting)
    for (const auto& object : company.of(entity)) claim(object_id(object), entity);
  for (const auto* entity : kTransactions)
    for (const auto& object : company.of(entity)) claim(object_id(object), entity);
  for (const auto& transaction : company.ledger)
    if (transaction.entity.empty()) claim(transaction.txn_id, transaction.txn_type);
}

/// Objects by entity and id: a large company is walked once, not once per posting.
class Index {
 public:
  explicit Index(const Company& company) {
    for (const auto& [entity, objects] : company.entities)
      for (const auto& object : objects) objects_[entity].emplace(object_id(object), &object);
  }
  const Node* find(const std::string& entity, const std::string& id) const {
    const auto list = objects_.find(entity);
    if (list == objects_.end()) return nullptr;
    const auto found = list->second.find(id);
    return found == list->second.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, std::unordered_map<std::string, const Node*>> objects_;
};

void check_object(const Index& index, const Transaction& transaction, std::vector<std::string>& out) {
  const auto* object = index.find(transaction.entity, transaction.txn_id);
  const auto name = fmt::format("{} {}", transaction.entity, transaction.txn_id);
  if (object == nullptr) {
    out.push_back(name + " stands in the ledger, but there is no object");
    return;
  }
  if ((*object)["TxnDate"].text() != transaction.date)
    out.push_back(fmt::format("{}: date {}, ledger {}", name, (*object)["TxnDate"].text(), transaction.date));
  const auto& number = object->has("DocNumber") ? (*object)["DocNumber"].text() : (*object)["PaymentRefNum"].text();
  if (number != transaction.doc_number) out.push_back(fmt::format("{}: number '{}', ledger '{}'", name, number, transaction.doc_number));
}

}  // namespace

void check_ledger(const Company& company, std::vector<std::string>& out) {
  check_ids(company, out);
  const Index index(company);
  std::set<std::pair<std::string, std::string>> posted;
  for (const auto& transaction : company.ledger) {
    Decimal sum, foreign;
    for (const auto& line : transaction.lines) {
      sum += line.amount;
      foreign += line.foreign;
      if (line.amount.sign() * line.foreign.sign() < 0)
        out.push_back(fmt::format("ledger {}: {} at home and {} {} point in different directions", transaction.txn_id,
                                  line.amount.to_string(2), line.foreign.to_string(2), line.currency));
      if (!line.account_id.empty() && index.find("Account", line.account_id) == nullptr)
        out.push_back(fmt::format("ledger {}: no account {}", transaction.txn_id, line.account_id));
      if (!line.name_id.empty() && index.find(line.name_type, line.name_id) == nullptr)
        out.push_back(fmt::format("ledger {}: no {} {}", transaction.txn_id, line.name_type, line.name_id));
    }
    if (!sum.is_zero()) out.push_back(fmt::format("ledger {} does not balance: {}", transaction.txn_id, sum.to_string(2)));
    if (!foreign.is_zero()) out.push_back(fmt::format("ledger {} does not balance abroad: {}", transaction.txn_id, foreign.to_string(2)));
    if (!posted.emplace(transaction.entity, transaction.txn_id).second)
      out.push_back(fmt::format("ledger {} {} stands there twice", transaction.entity, transaction.txn_id));
    if (!transaction.entity.empty()) check_object(index, transaction, out);
  }
  for (const auto* entity : kPosting)
    for (const auto& object : company.of(entity))
      if (!posted.contains({entity, object_id(object)}))
        out.push_back(fmt::format("{} {} is not in the ledger", entity, object_id(object)));
}

std::vector<std::string> complaints_of(const Company& company) {
  std::vector<std::string> out;
  check_ledger(company, out);
  check_references(company, out);
  check_balances(company, out);
  check_cases(company, out);
  return out;
}

}  // namespace q2o::sandbox::checker
