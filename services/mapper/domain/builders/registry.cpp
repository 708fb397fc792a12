#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "services/mapper/domain/builders/families.h"

namespace q2o::mapper {
namespace {

using builders::Refusal;
using builders::Scope;

std::string label_of(const Scope& scope) {
  std::string label = scope.text_at("DocNumber");
  if (label.empty()) label = scope.text_at("PaymentRefNum");
  for (const char* path : {"CustomerRef.name", "VendorRef.name", "EntityRef.name", "EmployeeRef.name", "TxnDate"}) {
    const auto part = scope.at(path).text();
    if (part.empty()) continue;
    if (!label.empty()) label += ", ";
    label += part;
  }
  return label;
}

class Named : public Builder {
 public:
  using Function = Outcome (*)(const Scope&);
  Named(Function function, bool posts) : function_(function), posts_(posts) {}

  Outcome build(const Source& source, const json::Value& parameters, const RunContext& run, Lookups& lookups) const override {
    std::vector<Loss> losses;
    const Scope scope(source, parameters, run, lookups, losses);
    Outcome outcome = guarded(scope);
    if (!outcome.reject) outcome.losses = std::move(losses);
    outcome.label = label_of(scope);
    outcome.posting = posts_;
    // Claimed even when rejected: a rejected record must show as rejected, not come in by the back door as an entry.
    if (posts_ && lookups.ledger(source.id) != nullptr) outcome.claimed.push_back(source.id);
    return outcome;
  }

 private:
  Outcome guarded(const Scope& scope) const {
    Outcome rejected;
    try {
      return function_(scope);
    } catch (const Refusal& refusal) {
      rejected.reject = refusal.reject;
    } catch (const std::overflow_error&) {
      rejected.reject = Reject{"", "", "NUMBER_TOO_LARGE", "An amount of this record is too large to be true",
                               "Correct the amount in QuickBooks and extract the record again."};
    } catch (const std::runtime_error&) {
      throw;  // of what stands behind the lookups: the record is not to blame, and it is mapped again
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& fault) {
      // One record must not hold up the messages of every company.
      rejected.reject = Reject{"", "", "MAPPER_FAULT", fmt::format("The mapper cannot work out this record: {}", fault.what()),
                               "Look at the record in QuickBooks for a value that cannot be true; report it with its id otherwise."};
    }
    return rejected;
  }

  Function function_;
  bool posts_;
};

struct Entry {
  std::string_view name;
  Named builder;
};

const std::array<Entry, 15>& entries() {
  static const std::array<Entry, 15> kEntries{{
      {"sales_document", {builders::sales_document, true}},
      {"purchase_document", {builders::purchase_document, true}},
      {"payment", {builders::payment, true}},
      {"bill_payment", {builders::bill_payment, true}},
      {"purchase", {builders::purchase, true}},
      {"deposit", {builders::deposit, true}},
      {"transfer", {builders::transfer, true}},
      {"card_payment", {builders::card_payment, true}},
      {"journal_entry", {builders::journal_entry, true}},
      {"inventory_adjustment", {builders::inventory_adjustment, true}},
      {"ledger_transaction", {builders::ledger_transaction, true}},
      {"opening_balance", {builders::opening_balance, true}},
      {"estimate", {builders::estimate, false}},
      {"purchase_order", {builders::purchase_order, false}},
      {"time_activity", {builders::time_activity, false}},
  }};
  return kEntries;
}

}  // namespace

const Builder* find_builder(std::string_view name) {
  const auto found = std::find_if(entries().begin(), entries().end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries().end() ? nullptr : &found->builder;
}

std::span<const std::string_view> builder_references() {
  static constexpr std::array<std::string_view, 8> kNames{"ClassRef",         "DepartmentRef", "ItemRef",    "LinkedTxn",
                                                          "PaymentMethodRef", "SalesTermRef",  "TaxCodeRef", "TaxRateRef"};
  return kNames;
}

std::vector<std::string> builder_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.emplace_back(entry.name);
  return names;
}

}  // namespace q2o::mapper
