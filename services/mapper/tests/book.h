#pragma once

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "accounting/general_ledger.h"
#include "services/mapper/domain/memory_lookups.h"
#include "services/mapper/domain/stream.h"

/// A whole run in memory: what the service does with a stream, without database and broker.
namespace q2o::mapper::testing {

inline std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string shipped_mapping() {
  return file_text(std::string(Q2O_SOURCE_DIR) + "/config/mappings/quickbooks_to_odoo.json");
}

/// Entities in the order in which the connector sends them; those that book last.
inline const std::vector<std::string>& source_order() {
  static const std::vector<std::string> order{"CompanyInfo",
                                              "Preferences",
                                              "CompanyCurrency",
                                              "ExchangeRate",
                                              "Account",
                                              "Term",
                                              "PaymentMethod",
                                              "TaxAgency",
                                              "TaxRate",
                                              "TaxCode",
                                              "Class",
                                              "Department",
                                              "CustomerType",
                                              "Customer",
                                              "Vendor",
                                              "Employee",
                                              "Item",
                                              "JournalCode",
                                              "Estimate",
                                              "PurchaseOrder",
                                              "Deposit",
                                              "Invoice",
                                              "SalesReceipt",
                                              "CreditMemo",
                                              "RefundReceipt",
                                              "Bill",
                                              "VendorCredit",
                                              "Purchase",
                                              "Transfer",
                                              "CreditCardPayment",
                                              "JournalEntry",
                                              "InventoryAdjustment",
                                              "Payment",
                                              "BillPayment",
                                              "TimeActivity"};
  return order;
}

/// The ledger of a recorded company.
inline std::vector<accounting::LedgerTransaction> ledger_of(const std::string& path) {
  const auto document = json::Document::parse(file_text(path)).value();
  std::vector<accounting::LedgerTransaction> all;
  for (const auto& item : document.root().items()) {
    accounting::LedgerTransaction transaction{std::string(item["txn_id"].text()),
                                              std::string(item["txn_type"].text()),
                                              std::string(item["date"].text()),
                                              std::string(item["doc_number"].text()),
                                              {}};
    for (const auto& line : item["lines"].items())
      transaction.postings.push_back({std::string(line["account_id"].text()),
                                      line["amount"].decimal().value(),
                                      {},
                                      {},
                                      std::string(line["name_id"].text()),
                                      std::string(line["name"].text()),
                                      std::string(line["memo"].text())});
    all.push_back(std::move(transaction));
  }
  return all;
}

class Book {
 public:
  explicit Book(const Mapping& mapping, std::string home_currency = "USD", Extent extent = {})
      : home_currency_(std::move(home_currency)), mapping_(mapping), stream_(mapping, context(std::move(extent)), lookups_) {}

  const std::string& home_currency() const { return home_currency_; }
  MemoryLookups& lookups() { return lookups_; }
  const MemoryLookups& lookups() const { return lookups_; }
  Stream& stream() { return stream_; }
  const std::vector<Mapped>& all() const { return all_; }

  /// All records of an entity, its end included.
  void entity(const std::string& name, const std::vector<RawRecord>& records) {
    auto taken = stream_.take(name, records, true);
    keep(name, taken);
    add(std::move(taken.mapped));
    std::vector<RawRecord> deferred;
    for (const auto position : taken.deferred) deferred.push_back(records[position]);
    if (!before_.empty() && stream_.defer(name) == Defer::no) {
      referring_.emplace_back(name, std::move(deferred));
    } else if (stream_.defer(name) == Defer::documents_end) {
      later_.emplace_back(name, std::move(deferred));
    } else if (!deferred.empty()) {
      add(stream_.prepared(name, deferred));
    }
  }

  void ledger(std::vector<accounting::LedgerTransaction> transactions) {
    for (auto& transaction : transactions) {
      unclaimed_.insert(transaction.id);
      lookups_.add_ledger(std::move(transaction));
    }
  }

  void end() {
    for (const auto& [name, records] : later_) add(stream_.prepared(name, records));
    later_.clear();
    const auto rest = unclaimed_;
    auto taken = stream_.ledger_only(std::vector<std::string>(rest.begin(), rest.end()));
    keep(std::string(kLedgerTransaction), taken);
    add(std::move(taken.mapped));
    if (!before_.empty()) add(stream_.opening(before_));
    for (const auto& [name, records] : referring_) add(stream_.prepared(name, records));
  }

 private:
  RunContext context(Extent extent) const {
    RunContext run{"qbo1", home_currency_};
    run.extent = std::move(extent);
    return run;
  }
  void keep(const std::string& name, Stream::Taken& taken) {
    for (const auto& id : taken.claimed) unclaimed_.erase(id);
    for (auto& record : taken.before) before_.emplace_back(name, std::move(record));
  }
  void add(std::vector<Mapped> mapped) {
    for (auto& record : mapped) {
      for (const auto& id : record.outcome.claimed) unclaimed_.erase(id);
      all_.push_back(std::move(record));
    }
  }

  std::string home_currency_;
  const Mapping& mapping_;
  MemoryLookups lookups_;
  Stream stream_;
  std::vector<Mapped> all_;
  std::vector<std::pair<std::string, std::vector<RawRecord>>> later_;
  std::vector<std::pair<std::string, std::vector<RawRecord>>> referring_;  ///< what may refer to transactions before the first day
  std::vector<std::pair<std::string, RawRecord>> before_;
  std::set<std::string> unclaimed_;
};

}  // namespace q2o::mapper::testing
