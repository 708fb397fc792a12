#include "services/validator/tests/books.h"

#include "common/ids/ids.h"
#include "services/validator/domain/calendar.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator::fakes {
namespace {

std::string odoo_type(const SourceAccount& account) {
  if (account.is_receivable()) return "asset_receivable";
  if (account.is_payable()) return "liability_payable";
  if (account.type == "Income" || account.type == "Other Income") return "income";
  if (account.is_profit_and_loss()) return "expense";
  return account.type == "Bank" ? "asset_cash" : account.type == "Credit Card" ? "liability_credit_card" : "asset_current";
}

std::int64_t number(const std::string& id) {
  return std::stoll(id);
}

/// What is still open of a document, put on its control item.
void set_residuals(const SourceBooks& source, TargetBooks& target, const std::map<std::string, std::int64_t>& move_of) {
  for (const auto& document : source.documents) {
    for (auto& item : target.items) {
      const auto& type = target.accounts.at(item.account_id).type;
      if (item.move_id != move_of.at(document.id) || type != (document.receivable ? "asset_receivable" : "liability_payable")) continue;
      item.residual = item.residual_currency = document.open;
      break;
    }
  }
}

}  // namespace

TargetBooks migrated(const SourceBooks& source) {
  TargetBooks target;
  target.home_currency = source.home_currency;
  for (const auto& [entity, ids] : source.ids) {
    for (const auto& id : ids) {
      const auto model = entity == "Account" ? "account.account" : entity == "Customer" || entity == "Vendor" ? "res.partner" : "ir.note";
      const auto posts = source.entity_of_transaction.find(id);
      if (entity != "GeneralLedger" && (posts == source.entity_of_transaction.end() || posts->second != entity)) {
        target.records.push_back({ids::snake_case(entity) + "_" + id, model,
                                  entity == "Vendor" || entity == "Customer" || entity == "Account" ? number(id) : 1});
      }
    }
  }
  for (const auto& [id, account] : source.accounts) {
    target.accounts[number(id)] = {number(id), "C" + id, account.name, odoo_type(account)};
    if (account.has_statement()) target.journals[number(id)] = {number(id), number(id), account.name, "bank", ""};
  }
  for (const auto& [id, name] : source.parties) target.partners[number(id)] = name;
  std::map<std::string, std::int64_t> move_of;
  std::int64_t next_item = 1;
  for (const auto& transaction : source.ledger) {
    const auto move = 1'000'000 + number(transaction.id);
    const auto entity =
        source.entity_of_transaction.contains(transaction.id) ? source.entity_of_transaction.at(transaction.id) : "LedgerTransaction";
    target.records.push_back({ids::snake_case(entity) + "_" + transaction.id, "account.move", move});
    target.moves[move] = {move, "M" + transaction.id, transaction.date, "posted"};
    move_of[transaction.id] = move;
    for (const auto& posting : transaction.postings) {
      if (posting.account_id.empty()) continue;
      TargetItem item;
      item.id = next_item++;
      item.move_id = move;
      item.account_id = number(posting.account_id);
      item.partner_id = posting.name_id.empty() ? 0 : number(posting.name_id);
      item.balance = item.amount_currency = posting.amount;
      item.currency = source.home_currency;
      item.date = item.maturity = transaction.date;
      item.posted = true;
      target.items.push_back(item);
      if (target.journals.contains(item.account_id)) target.statement_lines.push_back({item.id, move, item.account_id, item.balance});
    }
  }
  set_residuals(source, target, move_of);
  sum_up(target, days_needed(source));
  return target;
}

void sum_up(TargetBooks& target, const std::set<std::string>& days) {
  target.balances.clear();
  for (const auto& day : days) {
    auto& sums = target.balances[day];
    for (const auto& item : target.items) {
      if (item.posted && item.date <= day) sums[item.account_id] += item.balance;
    }
  }
}

RunNotes clean_notes(const SourceBooks& source) {
  RunNotes notes;
  // The ledger's wording of each entity, as far as this company has it.
  std::map<std::string, std::set<std::string>> wordings;
  for (const auto& transaction : source.ledger) {
    if (source.entity_of_transaction.contains(transaction.id))
      wordings[source.entity_of_transaction.at(transaction.id)].insert(transaction.type);
  }
  for (const auto& [entity, ids] : source.ids) {
    const auto& types = wordings[entity];
    if (entity != "GeneralLedger")
      notes.counts.push_back({entity, "", ids.size(), ids.size(), RunNotes::Absence::none, {types.begin(), types.end()}});
  }
  notes.created = 10;
  return notes;
}

SourceBooks small_company() {
  SourceBooks s;
  s.company_name = "Small & Sons";
  s.home_currency = "USD";
  s.accounts = {{"1", {"1", "Checking", "Bank", "Checking", "USD"}},
                {"2", {"2", "Receivables", "Accounts Receivable", "AccountsReceivable", "USD"}},
                {"3", {"3", "Sales", "Income", "SalesOfProductIncome", "USD"}},
                {"4", {"4", "Tax payable", "Other Current Liability", "GlobalTaxPayable", "USD"}},
                {"5", {"5", "Capital", "Equity", "OwnersEquity", "USD"}},
                {"6", {"6", "Retained Earnings", "Equity", "RetainedEarnings", "USD"}}};
  s.parties = {{"90", "Amy"}};
  s.ids = {{"Account", {"1", "2", "3", "4", "5", "6"}},
           {"Customer", {"90"}},
           {"Invoice", {"12"}},
           {"Payment", {"13"}},
           {"JournalEntry", {"11"}}};
  s.entity_of_transaction = {{"11", "JournalEntry"}, {"12", "Invoice"}, {"13", "Payment"}};
  s.labels = {{"Invoice/12", "Invoice 1001, Amy, 2026-01-10"}};
  const auto posting = [](std::string account, std::string amount, std::string party = "") {
    return accounting::Posting{std::move(account), Decimal::of(amount), "", {}, std::move(party), "", ""};
  };
  s.ledger = {
      {"11", "Journal Entry", "2025-12-31", "", {posting("1", "50.00"), posting("5", "-30.00"), posting("3", "-20.00")}},
      {"12", "Invoice", "2026-01-10", "1001", {posting("2", "108.00", "90"), posting("3", "-100.00", "90"), posting("4", "-8.00", "90")}},
      {"13", "Payment", "2026-01-20", "", {posting("1", "60.00", "90"), posting("2", "-60.00", "90")}}};
  s.documents = {{"Invoice", "12", "Invoice 1001, Amy, 2026-01-10", "USD", "90", true, Decimal::of("48.00")},
                 {"Payment", "13", "Payment 13", "USD", "90", true, Decimal::of("0")}};
  s.allocations = {{"13", "12", true, Decimal::of("60.00")}};
  const auto amounts = [](std::vector<std::pair<std::string, std::string>> list) {
    std::vector<accounting::AccountAmount> out;
    for (auto& [id, amount] : list) out.push_back({id, id, Decimal::of(amount)});
    return out;
  };
  s.trial_balances = {{"2025-12-31", "", "USD", amounts({{"1", "50.00"}, {"5", "-30.00"}, {"3", "-20.00"}})},
                      {"2026-01-31", "", "USD",
                       amounts({{"1", "110.00"}, {"2", "48.00"}, {"3", "-100.00"}, {"4", "-8.00"}, {"5", "-30.00"}, {"6", "-20.00"}})}};
  accounting::Statement sheet{"BalanceSheet",
                              "2026-01-01",
                              "2026-01-31",
                              "USD",
                              amounts({{"1", "110.00"}, {"2", "48.00"}, {"4", "-8.00"}, {"5", "-30.00"}, {"6", "-20.00"}}),
                              Decimal::of("100.00"),
                              true,
                              Decimal::of("158.00"),
                              Decimal::of("158.00")};
  accounting::Statement profit{"ProfitAndLoss",       "2026-01-01", "2026-01-31", "USD", amounts({{"3", "-100.00"}}),
                               Decimal::of("100.00"), true,         {},           {}};
  s.balance_sheets = {sheet};
  s.profit_and_losses = {profit};
  s.receivables = accounting::AgedReport{"2026-01-31",
                                         "USD",
                                         {"Current", "1 - 30", "31 - 60"},
                                         {{"90", "Amy", {Decimal(0), Decimal::of("48.00"), Decimal(0)}, Decimal::of("48.00")}},
                                         Decimal::of("48.00")};
  s.payables = accounting::AgedReport{"2026-01-31", "USD", {"Current"}, {}, {}};
  return s;
}

}  // namespace q2o::validator::fakes
