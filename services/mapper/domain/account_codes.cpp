#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "services/mapper/domain/language/scalar.h"
#include "services/mapper/domain/preparations.h"

namespace q2o::mapper {
namespace {

struct Range {
  std::string_view type;
  int first;
};
/// Where generated codes begin, by AccountType: the usual order of a chart.
constexpr Range kRanges[]{{"Bank", 10000},
                          {"Accounts Receivable", 11000},
                          {"Other Current Asset", 12000},
                          {"Fixed Asset", 15000},
                          {"Other Asset", 18000},
                          {"Accounts Payable", 20000},
                          {"Credit Card", 21000},
                          {"Other Current Liability", 22000},
                          {"Long Term Liability", 26000},
                          {"Equity", 30000},
                          {"Income", 40000},
                          {"Cost of Goods Sold", 50000},
                          {"Expense", 60000},
                          {"Other Income", 70000},
                          {"Other Expense", 80000}};
constexpr int kUnknownTypes = 90000;

/// Accounts of the target's chart that its defaults name (partners, categories): taken over, so that the defaults follow.
struct Heir {
  std::string_view type, sub_type, chart_name;
};
constexpr Heir kHeirs[]{{"Accounts Receivable", "", "receivable"},
                        {"Accounts Payable", "", "payable"},
                        {"Income", "SalesOfProductIncome", "income"},
                        {"Cost of Goods Sold", "", "cost_of_goods_sold"},
                        {"Other Current Asset", "Inventory", "stock_valuation"}};

/// Outstanding Receipts and Payments bear these (the chart's own codes), and the clearing of opening balances.
const std::set<std::string, std::less<>> kReserved{"101403", "101404", "101405"};

std::string_view member(const Source& account, std::string_view name) {
  return (*account.body)[name].text();
}

bool usable(std::string_view number) {
  return !number.empty() && number.size() <= 64 &&
         std::all_of(number.begin(), number.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.'; });
}

int range_of(std::string_view type) {
  const auto* found = std::find_if(std::begin(kRanges), std::end(kRanges), [&](const Range& range) { return range.type == type; });
  return found == std::end(kRanges) ? kUnknownTypes : found->first;
}

bool id_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

class Codes {
 public:
  Codes(std::span<const Source> accounts, Lookups& lookups) : accounts_(accounts), lookups_(lookups), taken_(kReserved) {}

  std::map<std::string, std::string> assign() {
    keep_earlier();
    take_own_numbers();
    generate();
    return codes_;
  }

 private:
  void give(const Source& account, std::string code) {
    taken_.insert(code);
    std::string text;
    json::append_text(text, code);
    lookups_.put("account_code", account.id, text);
    codes_[account.id] = std::move(code);
  }

  void keep_earlier() {
    for (const auto& account : accounts_) {
      const auto* earlier = lookups_.find("account_code", account.id);
      if (earlier == nullptr) continue;
      codes_[account.id] = earlier->text();
      taken_.emplace(earlier->text());
    }
  }

  /// All usable numbers first: a generated code must not take one that a later account bears.
  void take_own_numbers() {
    std::map<std::string_view, int> borne;
    for (const auto& account : accounts_) ++borne[member(account, "AcctNum")];
    for (const auto& account : accounts_) {
      const auto number = member(account, "AcctNum");
      if (codes_.contains(account.id) || !usable(number) || borne[number] > 1 || taken_.contains(number)) continue;
      give(account, std::string(number));
    }
  }

  void generate() {
    std::vector<const Source*> rest;
    for (const auto& account : accounts_) {
      if (!codes_.contains(account.id)) rest.push_back(&account);
    }
    std::sort(rest.begin(), rest.end(), [](const Source* a, const Source* b) {
      return std::tuple(range_of(member(*a, "AccountType")), member(*a, "FullyQualifiedName"), std::string_view(a->id)) <
             std::tuple(range_of(member(*b, "AccountType")), member(*b, "FullyQualifiedName"), std::string_view(b->id));
    });
    std::map<int, int> next;
    for (const auto* account : rest) {
      const int first = range_of(member(*account, "AccountType"));
      std::string code;
      do {
        // Beyond 999 of one type the number gets longer instead of running into the next range.
        const int running = ++next[first];
        code = running < 1000 ? std::to_string(first + running) : fmt::format("{:02}{}", first / 1000, running + 100000);
      } while (taken_.contains(code));
      give(*account, code);
    }
  }

  std::span<const Source> accounts_;
  Lookups& lookups_;
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, std::string> codes_;
};

std::map<std::string, std::string_view> heirs(std::span<const Source> accounts, const RunContext& run) {
  std::map<std::string, std::string_view> adopted;
  for (const auto& heir : kHeirs) {
    const Source* best = nullptr;
    for (const auto& account : accounts) {
      const auto currency = (*account.body)["CurrencyRef"]["value"].text();
      if (member(account, "AccountType") != heir.type || (!heir.sub_type.empty() && member(account, "AccountSubType") != heir.sub_type))
        continue;
      if ((!currency.empty() && currency != run.home_currency) || member(account, "Active") == "false") continue;
      if (best == nullptr || id_before(account.id, best->id)) best = &account;
    }
    if (best != nullptr) adopted.emplace(best->id, heir.chart_name);
  }
  return adopted;
}

/// Codes of the journals that every Odoo company has, and of those made from the mapping.
const std::set<std::string, std::less<>> kJournalCodes{"BILL", "BNK1", "CABA", "CSH1", "EXCH", "INV", "MISC",
                                                       "QBCG", "QBGL", "QBJE", "STJ",  "TAX",  "VAL"};

std::string letters(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (result.size() < 4 && std::isalnum(static_cast<unsigned char>(c)) != 0)
      result.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return result.empty() ? "BANK" : result;
}

/// Odoo cuts journal codes to five characters and wants them unique.
std::map<std::string, std::string> journal_codes(std::span<const Source> accounts, MoneyMode mode, Lookups& lookups) {
  auto taken = kJournalCodes;
  std::map<std::string, std::string> codes;
  std::vector<const Source*> fresh;
  for (const auto& account : accounts) {
    const auto type = member(account, "AccountType");
    // In mode native a payment waits in Undeposited Funds by a method line of its bank; otherwise the account has a cash journal.
    const bool undeposited = mode != MoneyMode::native && member(account, "AccountSubType") == "UndepositedFunds";
    if (type != "Bank" && type != "Credit Card" && !undeposited) continue;
    const auto* earlier = lookups.find("account_code", account.id + "/journal");
    if (earlier == nullptr) {
      fresh.push_back(&account);
    } else {
      taken.emplace(codes[account.id] = earlier->text());
    }
  }
  std::sort(fresh.begin(), fresh.end(), [](const Source* a, const Source* b) { return id_before(a->id, b->id); });
  for (const auto* account : fresh) {
    const std::string stem = letters(member(*account, "Name"));
    std::string code = stem;
    for (int n = 2; taken.contains(code); ++n) {
      const std::string number = std::to_string(n);
      code = (number.size() < 5 ? stem.substr(0, 5 - number.size()) : std::string()) + number;
    }
    taken.insert(code);
    std::string text;
    json::append_text(text, code);
    lookups.put("account_code", account->id + "/journal", text);
    codes[account->id] = code;
  }
  return codes;
}

void keep_undeposited(std::span<const Source> accounts, Lookups& lookups) {
  const Source* best = nullptr;
  for (const auto& account : accounts) {
    if (member(account, "AccountSubType") == "UndepositedFunds" && (best == nullptr || id_before(account.id, best->id))) best = &account;
  }
  if (best == nullptr) return;
  json::Writer plan;
  plan.begin_object().field("account", std::string_view(best->id)).end_object();
  lookups.put("account_plan", "undeposited", plan.take());
}

}  // namespace

void prepare_accounts(std::span<const Source> accounts, const RunContext& run, Lookups& lookups) {
  const auto codes = Codes(accounts, lookups).assign();
  const auto adopted = heirs(accounts, run);
  const auto journals = journal_codes(accounts, run.money_mode, lookups);
  keep_undeposited(accounts, lookups);
  for (const auto& [id, code] : codes) {
    json::Writer plan;
    plan.begin_object().field("code", std::string_view(code));
    if (const auto heir = adopted.find(id); heir != adopted.end()) plan.field("adopt", heir->second);
    if (const auto journal = journals.find(id); journal != journals.end()) plan.field("journal", std::string_view(journal->second));
    plan.end_object();
    lookups.put("account_plan", id, plan.take());
  }
}

}  // namespace q2o::mapper
