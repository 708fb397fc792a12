#include "tests/sim/source.h"

#include <fmt/format.h>

namespace q2o::sim {
namespace {

using connector::v1::RawMessage;
using Records = std::vector<std::pair<std::string, std::string>>;
constexpr int kInvoices = 24;
constexpr int kCustomers = 7;

std::string account(int id, const char* name, const char* type, const char* subtype, const char* classification) {
  return fmt::format(
      R"({{"Id":"{0}","Name":"{1}","FullyQualifiedName":"{1}","AccountType":"{2}","AccountSubType":"{3}","Classification":"{4}","Active":true,"CurrencyRef":{{"value":"USD"}}}})",
      id, name, type, subtype, classification);
}

std::string invoice(int id) {
  return fmt::format(
      R"({{"Id":"{0}","DocNumber":"N{0}","TxnDate":"2025-03-04","DueDate":"2025-04-03","CustomerRef":{{"value":"{1}"}},"CurrencyRef":{{"value":"USD"}},"Line":[{{"Id":"1","LineNum":1,"Description":"Work","Amount":101.50,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{{"ItemRef":{{"value":"1"}},"UnitPrice":101.50,"Qty":1,"ItemAccountRef":{{"value":"3"}},"TaxCodeRef":{{"value":"NON"}}}}}},{{"Amount":101.50,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{{}}}}],"TxnTaxDetail":{{"TotalTax":0}},"TotalAmt":101.50,"Balance":101.50}})",
      id, id % kCustomers == 0 ? 1 : id % kCustomers);
}

class Writer {
 public:
  RawMessage& next() {
    auto& message = stream.emplace_back();
    message.set_sequence(stream.size());
    return message;
  }
  void entity(const std::string& name, const Records& records, std::size_t per_batch) {
    for (std::size_t from = 0; from < records.size(); from += per_batch) {
      auto& batch = *next().mutable_batch();
      batch.set_entity(name);
      for (std::size_t i = from; i < std::min(records.size(), from + per_batch); ++i) {
        auto& record = *batch.add_records();
        record.set_source_id(records[i].first);
        record.set_body(records[i].second);
      }
    }
    auto& end = *next().mutable_entity_end();
    end.set_entity(name);
    end.set_records(records.size());
  }
  std::vector<RawMessage> stream;
};

}  // namespace

std::vector<RawMessage> company_stream() {
  Writer out;
  auto& start = *out.next().mutable_run_start();
  start.set_platform("quickbooks_online");
  start.set_home_currency("USD");
  for (const char* entity : {"CompanyInfo", "Preferences", "Account", "Customer", "Item", "Invoice"}) start.add_entities(entity);
  out.entity("CompanyInfo", {{"1", R"({"Id":"1","CompanyName":"Sim","Country":"US","FiscalYearStartMonth":"January"})"}}, 1);
  out.entity("Preferences", {{"1", R"({"Id":"1","CurrencyPrefs":{"HomeCurrency":{"value":"USD"}}})"}}, 1);
  // One account a batch: more batches than the window has, all of which wait for the entity's end.
  out.entity("Account",
             {{"1", account(1, "Checking", "Bank", "Checking", "Asset")},
              {"2", account(2, "Accounts Receivable", "Accounts Receivable", "AccountsReceivable", "Asset")},
              {"3", account(3, "Services", "Income", "ServiceFeeIncome", "Revenue")},
              {"4", account(4, "Office", "Expense", "OfficeExpenses", "Expense")},
              {"5", account(5, "Rent", "Expense", "RentOrLeaseOfBuildings", "Expense")},
              {"6", account(6, "Travel", "Expense", "Travel", "Expense")}},
             1);
  Records customers{{"99", "{broken"}};
  for (int id = 1; id <= kCustomers; ++id)
    customers.emplace_back(std::to_string(id), fmt::format(R"({{"Id":"{0}","DisplayName":"Customer {0}","Active":true}})", id));
  out.entity("Customer", customers, 3);
  out.entity(
      "Item",
      {{"1", R"({"Id":"1","Name":"Work","FullyQualifiedName":"Work","Type":"Service","Active":true,"IncomeAccountRef":{"value":"3"}})"}},
      1);
  Records invoices;
  for (int id = 101; id < 101 + kInvoices; ++id) invoices.emplace_back(std::to_string(id), invoice(id));
  out.entity("Invoice", invoices, 5);
  const auto messages = out.stream.size() + 1;
  out.next().mutable_run_end()->set_messages(messages);
  return std::move(out.stream);
}

std::vector<accounting::LedgerTransaction> company_ledger() {
  std::vector<accounting::LedgerTransaction> out;
  const auto add = [&](int id, const char* type, const char* debit, const char* credit, const std::string& party, const char* amount) {
    auto& transaction = out.emplace_back();
    transaction.id = std::to_string(id);
    transaction.type = type;
    transaction.date = "2025-03-04";
    const auto post = [&](const char* account_id, const Decimal& value) {
      auto& posting = transaction.postings.emplace_back();
      posting.account_id = account_id;
      posting.amount = value;
      posting.name_id = party;
    };
    post(debit, Decimal::of(amount));
    post(credit, -Decimal::of(amount));
  };
  for (int id = 101; id < 101 + kInvoices; ++id)
    add(id, "Invoice", "2", "3", std::to_string(id % kCustomers == 0 ? 1 : id % kCustomers), "101.50");
  add(900, "Sales Tax Payment", "4", "1", "", "12.00");
  return out;
}

void Source::told(const billing::v1::Migration& migration) {
  if (migration.version() > migration_.version()) migration_ = migration;
}

/// The place moves with the facts about what was sent.
void Source::store(const RawMessage& message) {
  ++place_;
  connector::v1::StatusFact fact;
  *fact.mutable_scope() = message.scope();
  if (message.has_entity_end()) {
    auto& progress = *fact.mutable_entity_progress();
    progress.set_entity(message.entity_end().entity());
    progress.set_total(message.entity_end().records());
    progress.set_extracted(message.entity_end().records());
    progress.set_done(true);
  } else if (message.has_run_end()) {
    fact.mutable_run_extracted();
  } else {
    return;
  }
  outbox_.push_back({"connector/" + std::to_string(message.sequence()), fact.SerializeAsString()});
}

void Source::turn() {
  const bool on = migration_.state() == billing::v1::STATE_RUNNING && migration_.directive() == billing::v1::DIRECTIVE_GO;
  if (!on || place_ == stream_.size()) return;
  auto message = stream_[place_];
  std::size_t ahead = 0;
  for (std::size_t i = 0; i < place_; ++i) ahead += stream_[i].has_batch() && stream_[i].sequence() > released_ ? 1 : 0;
  if (message.has_batch() && ahead >= kWindow) return;
  ahead_most_ = std::max(ahead_most_, ahead + (message.has_batch() ? 1 : 0));
  auto& scope = *message.mutable_scope();
  scope.set_tenant_id(kTenant);
  scope.set_migration_id(migration_.migration_id());
  scope.set_run(migration_.run());
  scope.set_connection(kConnection);
  world_.step();
  raw_.push_back({"raw/" + std::to_string(message.sequence()), message.SerializeAsString()});
  world_.step();
  store(message);
  world_.step();
}

}  // namespace q2o::sim
