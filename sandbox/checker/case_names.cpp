#include <algorithm>
#include <array>

#include "sandbox/checker/cases.h"

/// Names, numbers and lists that readers trip over.
namespace q2o::sandbox::checker {
namespace {

using Out = std::vector<CaseRecord>;
using Facts = CaseFacts;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "2025-001", "19-001", "INV/2020/07/0001": Odoo reads a year or a month out of these.
bool looks_like_a_date(std::string_view number) {
  const auto digits = static_cast<std::size_t>(std::find_if_not(number.begin(), number.end(), is_digit) - number.begin());
  if ((digits == 2 || digits == 4) && digits < number.size() && number[digits] == '-') return true;
  const auto slash = number.find("/20");
  return slash != std::string_view::npos && slash + 5 < number.size() && number[slash + 5] == '/';
}

const std::array kCases{
    HardCase{
        "sub_customers_three_deep", CaseScope::every,
        [](const Facts& f, Out& out) { each(f, {"Customer"}, out, [](const Node& o) { return o["Level"].decimal() >= Decimal(3); }); }},
    HardCase{"customer_and_vendor", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Vendor"}, out, [&](const Node& o) {
                 const auto& name = o["DisplayName"].text();
                 return name.ends_with(" (V)") && f.customer_names.contains(name.substr(0, name.size() - 4));
               });
             }},
    HardCase{"inactive_names", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Customer", "Vendor", "Employee", "Item", "Account", "Class", "Term", "PaymentMethod", "TaxRate", "TaxCode"}, out,
                    [](const Node& o) { return o["Active"].is_boolean() && !o["Active"].truthy(); });
             }},
    HardCase{"unicode_names", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Customer", "Vendor", "Employee"}, out, [](const Node& o) {
                 const auto& name = o["DisplayName"].text();
                 return characters(name) != name.size();
               });
             }},
    HardCase{"hundred_character_names", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Customer", "Vendor"}, out, [](const Node& o) { return characters(o["DisplayName"].text()) == 100; });
             }},
    HardCase{"duplicate_account_names", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Account"}, out, [&](const Node& o) { return f.account_names.at(o["Name"].text()) > 1; });
             }},
    HardCase{"duplicate_account_numbers", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Account"}, out, [&](const Node& o) { return o.has("AcctNum") && f.account_numbers.at(o["AcctNum"].text()) > 1; });
             }},
    HardCase{"duplicate_document_numbers", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"}, out,
                    [&](const Node& o) { return o.has("DocNumber") && f.numbers.at(o["DocNumber"].text()) > 1; });
             }},
    HardCase{
        "empty_document_numbers", CaseScope::every,
        [](const Facts& f, Out& out) { each(f, {"Invoice", "SalesReceipt"}, out, [](const Node& o) { return !o.has("DocNumber"); }); }},
    HardCase{"date_like_document_numbers", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out, [](const Node& o) { return looks_like_a_date(o["DocNumber"].text()); });
             }},
    HardCase{"classes", CaseScope::every,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice", "Bill", "Purchase", "JournalEntry"}, out,
                         [](const Node& line) { return line[line["DetailType"].text()].has("ClassRef"); });
             }},
    HardCase{"locations", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Invoice", "Bill"}, out, [](const Node& o) { return o.has("DepartmentRef"); }); }},
    HardCase{"in_a_closed_year", CaseScope::every,
             [](const Facts& f, Out& out) {
               const auto& closed = f.company.of("Preferences").front().at("AccountingInfoPrefs.BookCloseDate").text();
               for (const auto& transaction : f.company.ledger)
                 if (transaction.date <= closed) out.push_back({transaction.entity, transaction.txn_id});
             }},
};

}  // namespace

std::span<const HardCase> name_cases() {
  return kCases;
}

}  // namespace q2o::sandbox::checker
