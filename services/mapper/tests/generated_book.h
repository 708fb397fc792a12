#pragma once

#include "sandbox/generator/generator.h"
#include "sandbox/reports/reports.h"
#include "services/mapper/tests/booked.h"

namespace q2o::mapper::testing {

/// A company of the sandbox's generator, mapped from its first record to its last.
class GeneratedBook {
 public:
  explicit GeneratedBook(const char* recipe, Extent extent = {})
      : company(sandbox::generator::generate(sandbox::generator::parse_recipe(recipe).value())),
        mapping_(Mapping::compile(shipped_mapping()).mapping),
        book(*mapping_, company.home_currency(), std::move(extent)) {
    read_ledger();
    auto order = source_order();
    order.emplace_back("Attachable");
    for (const auto& entity : order) book.entity(entity, records_of(entity));
    book.end();
  }

  std::vector<RawRecord> records_of(const std::string& entity) const {
    std::vector<RawRecord> records;
    for (const auto& object : company.of(entity)) {
      auto id = sandbox::object_id(object);
      if (entity == "ExchangeRate") id = object["SourceCurrencyCode"].text() + "/" + object["AsOfDate"].text();
      records.push_back({id.empty() ? "1" : id, object.dump()});
    }
    return records;
  }

  sandbox::Company company;
  std::string ledger_report;
  std::vector<accounting::LedgerTransaction> ledger;

  const Mapping& mapping() const { return *mapping_; }

 private:
  void read_ledger() {
    accounting::Classifications classes;
    for (const auto& account : company.of("Account"))
      classes.emplace(account["Id"].text(), *accounting::classify_account(account["Classification"].text(), account["AccountType"].text()));
    const sandbox::reports::Books books(company);
    sandbox::reports::LedgerOptions options{.keys = {}, .cells_max = SIZE_MAX};
    for (const auto* wished :
         {"tx_date", "txn_type", "doc_num", "name", "memo", "currency", "exch_rate", "subt_nat_amount", "subt_nat_home_amount"})
      options.keys.emplace_back(wished);
    ledger_report = sandbox::reports::general_ledger(books, company.first_date(), company.last_date(), options).dump();
    ledger = accounting::read_general_ledger({ledger_report}, classes).value();
    book.ledger(ledger);
  }

  std::unique_ptr<const Mapping> mapping_;

 public:
  Book book;
};

}  // namespace q2o::mapper::testing
