#include "tests/integration/bad_input/mapped_company.h"

#include <fmt/format.h>

#include <stdexcept>

namespace q2o::bad_input {
namespace {

using mapper::RawRecord;

const char* const kOrder[] = {"CompanyInfo", "Preferences",  "CompanyCurrency", "Account",      "Term",    "Customer",
                              "Vendor",      "Item",         "GeneralLedger",   "Deposit",      "Invoice", "Bill",
                              "Transfer",    "JournalEntry", "Payment",         "TimeActivity", "Unicorn"};

const mapper::Mapping& shipped() {
  static const auto check = mapper::Mapping::compile(mapper::testing::shipped_mapping());
  if (!check.mapping) throw std::logic_error("the shipped mapping has complaints");
  return *check.mapping;
}

RawRecord account(const std::string& id, const std::string& name, const std::string& type, const std::string& sub_type,
                  const std::string& classification) {
  return {
      id,
      fmt::format(
          R"({{"Id":"{}","Name":"{}","FullyQualifiedName":"{}","AccountType":"{}","AccountSubType":"{}","Classification":"{}","Active":true}})",
          id, name, name, type, sub_type, classification)};
}

}  // namespace

accounting::Posting posting(const std::string& account, const std::string& amount, const std::string& name) {
  accounting::Posting made;
  made.account_id = account;
  made.amount = Decimal::parse(amount).value();
  made.name_id = name;
  return made;
}

std::string invoice_text(const std::string& what, const std::string& with) {
  std::string text =
      R"({"Id":"900","DocNumber":"1001","TxnDate":"2026-03-01","DueDate":"2026-03-31","CustomerRef":{"value":"1"},"CurrencyRef":{"value":"USD"},"TotalAmt":100,)"
      R"("Balance":100,"Line":[{"Id":"1","Description":"Bulbs","Amount":100,"DetailType":"SalesItemLineDetail",)"
      R"("SalesItemLineDetail":{"ItemRef":{"value":"11"},"UnitPrice":50,"Qty":2,"TaxCodeRef":{"value":"NON"}}},)"
      R"({"Amount":100,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{}}]})";
  if (what.empty()) return text;
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("the invoice has no " + what);
  return text.replace(at, what.size(), with);
}

MappedCompany::MappedCompany() {
  records_["CompanyInfo"] = {{"1", R"({"Id":"1","CompanyName":"Larch & Fern Ltd","Country":"US","FiscalYearStartMonth":"January"})"}};
  records_["Account"] = {account("35", "Checking", "Bank", "Checking", "Asset"),
                         account("84", "Accounts Receivable", "Accounts Receivable", "AccountsReceivable", "Asset"),
                         account("33", "Accounts Payable", "Accounts Payable", "AccountsPayable", "Liability"),
                         account("4", "Undeposited Funds", "Other Current Asset", "UndepositedFunds", "Asset"),
                         account("79", "Sales", "Income", "SalesOfProductIncome", "Revenue"),
                         account("7", "Office", "Expense", "OfficeGeneralAdministrativeExpenses", "Expense")};
  records_["Customer"] = {{"1", R"({"Id":"1","DisplayName":"Bird & Co","Active":true})"}};
  records_["Vendor"] = {{"2", R"({"Id":"2","DisplayName":"Seed Ltd","Active":true})"}};
  records_["Item"] = {
      {"11",
       R"({"Id":"11","Name":"Bulbs","FullyQualifiedName":"Bulbs","Type":"Service","Active":true,"UnitPrice":50,"IncomeAccountRef":{"value":"79"}})"}};
  records_["Invoice"] = {{"900", invoice_text()}};
  post("900", {posting("84", "100"), posting("79", "-100")});
}

MappedCompany& MappedCompany::with(const std::string& entity, const std::string& id, std::string body) {
  auto& list = records_[entity];
  list.insert(list.begin(), RawRecord{id, std::move(body)});
  return *this;
}

MappedCompany& MappedCompany::without(const std::string& entity, const std::string& id) {
  std::erase_if(records_[entity], [&](const auto& record) { return record.id == id; });
  return *this;
}

MappedCompany& MappedCompany::post(const std::string& id, const std::vector<accounting::Posting>& postings) {
  ledger_.push_back({id, "Invoice", "2026-03-01", "1001", postings});
  return *this;
}

Seen MappedCompany::look_at(const std::string& entity, const std::string& id) {
  mapper::testing::Book book(shipped());
  for (const auto* name : kOrder) {
    if (std::string_view(name) == "GeneralLedger") book.ledger(ledger_);
    if (records_.contains(name)) book.entity(name, records_[name]);
  }
  book.end();
  Seen seen{"NOT_SEEN", "", "", ""};
  bool good_invoice = false;
  for (const auto& record : book.all()) {
    const auto& reject = record.outcome.reject;
    if (record.entity == entity && record.id == id) {
      seen.code = reject                            ? reject->reason
                  : record.outcome.fallback         ? record.outcome.fallback->step
                  : !record.outcome.losses.empty()  ? "LOSS"
                  : record.outcome.excluded.empty() ? ""
                                                    : "EXCLUDED";
      if (reject) seen.message = fmt::format("{} [{}] = {}", reject->message, reject->field, reject->value);
      if (reject) seen.hint = reject->hint;
      if (!reject && record.outcome.fallback) seen.message = record.outcome.fallback->reason;
      for (const auto& loss : record.outcome.losses) seen.message += loss.reason;
    } else if (reject) {
      seen.unharmed += fmt::format("{} {}: {} {}; ", record.entity, record.id, reject->reason, reject->message);
    }
    if (record.entity == "Invoice" && record.id == "900")
      good_invoice = !reject && !record.outcome.targets.empty() && !record.outcome.fallback;
  }
  if (seen.unharmed.empty()) seen.unharmed = good_invoice ? "all others" : "no invoice";
  return seen;
}

}  // namespace q2o::bad_input
