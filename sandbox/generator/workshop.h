#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sandbox/company/company.h"
#include "sandbox/generator/agenda.h"
#include "sandbox/generator/profile.h"
#include "sandbox/generator/random.h"
#include "sandbox/generator/recipe.h"
#include "sandbox/generator/stock.h"

namespace q2o::sandbox::generator {

/// Who a posting is about.
struct Party {
  std::string type;  ///< Customer, Vendor, Employee; empty = nobody
  std::string id;
  std::string name;
};

/// One line to post; debit positive. Without a party of its own it takes that of the transaction.
struct Entry {
  std::string account;  ///< full name; empty = "Not Specified"
  Decimal amount;       ///< in the transaction's currency
  std::string memo = {};
  Party party = {};
  /// Home value that the rate does not give: what an earlier document stands at.
  std::optional<Decimal> home = std::nullopt;
  /// In home currency inside a foreign transaction: gains and losses, cost of goods.
  bool at_home = false;
};

struct Head {
  std::string id;
  std::string type;    ///< wording of the reports
  std::string entity;  ///< empty: only the ledger knows it
  std::string date;
  std::string number = {};
  Party party = {};
  std::string currency = {};  ///< empty = home
};

/// Money received that no deposit has taken to the bank yet.
struct Undeposited {
  std::string entity;  ///< Payment or SalesReceipt
  std::string id;
  Decimal amount;
  std::string method;
  std::string date;
  std::string currency = {};  ///< empty = home
  Decimal home = {};
};

/// The company while it is made: objects, ledger, shelf, calendar. All document families work on it.
class Workshop {
 public:
  explicit Workshop(const Recipe& of) : recipe(of), profile(profile_data(of.profile)), size(size_of(of)), random(of.seed) {}

  const Recipe recipe;
  const ProfileData& profile;
  const Size size;
  Company company;
  Random random;
  Agenda agenda;
  Stock stock;
  std::vector<Undeposited> undeposited;
  /// Full names of the accounts of a larger company's branches and cost centers, by account type.
  std::map<std::string, std::vector<std::string>> crowd_accounts;

  Node currency() const;                       ///< of the company
  Node currency(std::string_view code) const;  ///< empty = of the company
  /// Empty for the company's own: the currency of a name or an account.
  std::string currency_of(const std::string& entity, const std::string& id);
  std::string account_currency(std::string_view full_name);
  /// Home units for one of `code` on a day; 1 for the home currency.
  Decimal rate(std::string_view code, const std::string& day) const;
  /// "Accounts Receivable (A/R)" or that of a foreign currency: "Accounts Receivable (A/R) - EUR".
  static std::string control(const char* account, const std::string& currency);
  /// CurrencyRef and ExchangeRate of a document.
  void set_currency(Node& object, const std::string& code, const std::string& day) const;
  /// What this country calls a thing.
  std::string word(std::string_view text) const;

  /// Id of the shared sequence of all transactions.
  std::string transaction_id() { return std::to_string(++last_transaction_); }
  /// Number of a sales form: one sequence for all kinds, as QuickBooks does it.
  std::string sales_number() { return std::to_string(++last_sales_number_); }
  std::string purchase_number() { return std::to_string(++last_purchase_number_); }
  std::string check_number() { return std::to_string(++last_check_number_); }

  /// Common attributes of a new object.
  Node begin(const std::string& id, const std::string& day);
  Node& put(const std::string& entity, Node object);
  Node& get(const std::string& entity, const std::string& id);
  bool has(const std::string& entity, const std::string& id) const;
  /// A later change of an object: token and time move on.
  void touch(Node& object, const std::string& day);
  void link(const std::string& entity, const std::string& id, const std::string& type, const std::string& linked_id);

  /// {"value": id, "name": copy of the name}
  Node ref(const std::string& entity, const std::string& id);
  Node account_ref(std::string_view full_name);
  std::string account(std::string_view full_name) const;
  /// Id by name in any list of names (customers, vendors by DisplayName, items by Name ...).
  std::string named(const std::string& entity, std::string_view name) const;
  Party party(const std::string& entity, const std::string& id);

  /// Writes one transaction into the ledger. Asserts that it sums to zero. The first entry of a foreign one takes what rounding leaves,
  /// unless its home value is said. Returns what was written.
  const Transaction& post(const Head& head, const std::vector<Entry>& entries);

 private:
  std::string time_of(const std::string& day);

  int last_transaction_ = 0;
  int last_sales_number_ = 1000;
  int last_purchase_number_ = 500;
  int last_check_number_ = 100;
  int seconds_ = 0;
  int last_seq_ = 0;
  std::map<std::string, std::unordered_map<std::string, std::size_t>, std::less<>> index_;
  std::map<std::string, std::unordered_map<std::string, std::string>, std::less<>> names_;  ///< name -> id of the first that bears it
  std::map<std::string, std::string, std::less<>> accounts_;
};

/// Everyday shorthands.
Decimal cents(const Decimal& amount);  ///< rounded half up to two digits

}  // namespace q2o::sandbox::generator
