#pragma once

#include <gtest/gtest.h>

#include "sandbox/generator/generator.h"
#include "sandbox/reports/reports.h"
#include "services/mapper/tests/book.h"

namespace q2o::mapper::testing {

/// A company of the sandbox's generator, mapped to its end.
class Generated : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    company_ = sandbox::generator::generate(sandbox::generator::parse_recipe(GetParam()).value());
    auto check = Mapping::compile(shipped_mapping());
    ASSERT_TRUE(check.mapping);
    mapping_ = std::move(check.mapping);
    book_ = std::make_unique<Book>(*mapping_, company_.home_currency());
    read_ledger();
    for (const auto& entity : source_order()) read_entity(entity);
    book_->end();
  }

  sandbox::Company company_;
  std::unique_ptr<const Mapping> mapping_;
  std::unique_ptr<Book> book_;
  std::vector<accounting::LedgerTransaction> ledger_;

 private:
  void read_ledger() {
    accounting::Classifications classes;
    for (const auto& account : company_.of("Account"))
      classes.emplace(account["Id"].text(), *accounting::classify_account(account["Classification"].text(), account["AccountType"].text()));
    const sandbox::reports::Books books(company_);
    sandbox::reports::LedgerOptions options{.keys = {}, .cells_max = SIZE_MAX};
    for (const auto* wished :
         {"tx_date", "txn_type", "doc_num", "name", "memo", "currency", "exch_rate", "subt_nat_amount", "subt_nat_home_amount"})
      options.keys.emplace_back(wished);
    const auto report = sandbox::reports::general_ledger(books, company_.first_date(), company_.last_date(), options);
    auto read = accounting::read_general_ledger({report.dump()}, classes);
    ASSERT_TRUE(read) << read.error().message;
    ledger_ = std::move(*read);
    book_->ledger(ledger_);
  }
  void read_entity(const std::string& entity) {
    std::vector<RawRecord> records;
    for (const auto& object : company_.of(entity)) {
      auto id = sandbox::object_id(object);
      if (entity == "ExchangeRate") id = object["SourceCurrencyCode"].text() + "/" + object["AsOfDate"].text();
      records.push_back({id.empty() ? "1" : id, object.dump()});
    }
    book_->entity(entity, records);
  }
};

}  // namespace q2o::mapper::testing
