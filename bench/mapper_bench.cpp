/// Records per second of the mapper on one core, parsing included: invoices of three lines against a ledger of their own, with the
/// project's mapping file. The reference, measured in the same run, is what cannot be saved: parsing the same bytes. Prints one JSON
/// object.
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

#include "services/mapper/domain/mapping.h"
#include "services/mapper/domain/memory_lookups.h"
#include "services/mapper/domain/stream.h"

namespace {

using namespace q2o;
using mapper::RawRecord;

constexpr int kInvoices = 20000;
constexpr int kBatch = 500;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

RawRecord account(int id, const char* name, const char* type, const char* subtype, const char* classification) {
  return {
      std::to_string(id),
      fmt::format(
          R"({{"Id":"{0}","Name":"{1}","FullyQualifiedName":"{1}","AccountType":"{2}","AccountSubType":"{3}","Classification":"{4}","Active":true,"CurrencyRef":{{"value":"USD"}}}})",
          id, name, type, subtype, classification)};
}

RawRecord invoice(int id) {
  std::string lines;
  for (int n = 1; n <= 3; ++n) {
    lines += fmt::format(
        R"({{"Id":"{0}","LineNum":{0},"Description":"Work of the week {0}","Amount":{1}.50,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{{"ItemRef":{{"value":"1"}},"UnitPrice":{1}.50,"Qty":1,"ItemAccountRef":{{"value":"3"}},"TaxCodeRef":{{"value":"NON"}}}}}},)",
        n, 100 + n);
  }
  return {
      std::to_string(id),
      fmt::format(
          R"({{"Id":"{0}","DocNumber":"N{0}","TxnDate":"2025-03-04","DueDate":"2025-04-03","CustomerRef":{{"value":"1"}},"CurrencyRef":{{"value":"USD"}},"Line":[{1}{{"Amount":307.50,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{{}}}}],"TxnTaxDetail":{{"TotalTax":0}},"TotalAmt":307.50,"Balance":307.50}})",
          id, lines)};
}

accounting::LedgerTransaction posted(int id) {
  accounting::LedgerTransaction transaction{std::to_string(id), "Invoice", "2025-03-04", "N" + std::to_string(id), {}};
  const auto post = [&](const char* account_id, const char* amount) {
    accounting::Posting posting;
    posting.account_id = account_id;
    posting.amount = Decimal::of(amount);
    posting.name_id = "1";
    transaction.postings.push_back(posting);
  };
  post("2", "307.50");
  post("3", "-101.50");
  post("3", "-102.50");
  post("3", "-103.50");
  return transaction;
}

/// Seconds of this core's work so far: what else runs on the machine does not count.
double core_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Parses everything and nothing else; the nodes are counted, so that the work cannot be left out.
double parse_seconds(const std::vector<std::vector<RawRecord>>& batches) {
  std::size_t members = 0;
  const double begun = core_seconds();
  for (const auto& batch : batches) {
    for (const auto& record : batch) members += json::Document::parse(record.body).value().root().members().size();
  }
  const double seconds = core_seconds() - begun;
  if (members == 0) throw std::logic_error("nothing was parsed");
  return seconds;
}

}  // namespace

int main() {
  auto check = mapper::Mapping::compile(read("config/mappings/quickbooks_to_odoo.json"));
  if (!check.mapping) {
    std::cerr << "run it in the project's folder; the mapping does not compile: " << check.complaints.size() << " complaints\n";
    return 1;
  }
  mapper::MemoryLookups lookups;
  mapper::Stream stream(*check.mapping, mapper::RunContext{"qbobench", "USD"}, lookups);
  const auto seed = [&](const char* entity, std::vector<RawRecord> records) { (void)stream.take(entity, records, true); };
  seed("CompanyInfo", {{"1", R"({"Id":"1","CompanyName":"Bench","Country":"US","FiscalYearStartMonth":"January"})"}});
  seed("Preferences", {{"1", R"({"Id":"1","CurrencyPrefs":{"HomeCurrency":{"value":"USD"}}})"}});
  seed("Account", {account(1, "Checking", "Bank", "Checking", "Asset"),
                   account(2, "Accounts Receivable", "Accounts Receivable", "AccountsReceivable", "Asset"),
                   account(3, "Services", "Income", "ServiceFeeIncome", "Revenue")});
  seed("Customer", {{"1", R"({"Id":"1","DisplayName":"A customer","Active":true})"}});
  seed("Item",
       {{"1", R"({"Id":"1","Name":"Work","FullyQualifiedName":"Work","Type":"Service","Active":true,"IncomeAccountRef":{"value":"3"}})"}});

  std::vector<std::vector<RawRecord>> batches;
  for (int id = 1; id <= kInvoices; ++id) {
    if ((id - 1) % kBatch == 0) batches.emplace_back();
    batches.back().push_back(invoice(id));
    lookups.add_ledger(posted(id));
  }
  std::size_t mapped = 0, targets = 0, bytes = 0, rejected = 0;
  std::string first_reject;
  const double begun = core_seconds();
  for (const auto& batch : batches) {
    for (const auto& record : stream.take("Invoice", batch, true).mapped) {
      ++mapped;
      targets += record.outcome.targets.size();
      if (record.outcome.reject) {
        ++rejected;
        first_reject = record.outcome.reject->message;
      }
    }
    for (const auto& record : batch) bytes += record.body.size();
  }
  const double seconds = core_seconds() - begun;
  const double parsing = parse_seconds(batches);
  if (rejected > 0 || mapped != kInvoices) {
    std::cerr << rejected << " of " << mapped << " were rejected, so this measures nothing: " << first_reject << '\n';
    return 1;
  }
  std::cout
      << fmt::format(
             R"({{"records":{},"targets":{},"seconds":{:.3f},"records_per_second":{:.0f},"source_mb_per_second":{:.1f},"parsed_per_second":{:.0f},"ratio_to_parsing":{:.2f}}})",
             mapped, targets, seconds, static_cast<double>(mapped) / seconds, static_cast<double>(bytes) / seconds / 1e6,
             static_cast<double>(mapped) / parsing, seconds / parsing)
      << '\n';
}
