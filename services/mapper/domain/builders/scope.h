#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/mapper/domain/builders/expression.h"
#include "services/mapper/domain/model.h"

namespace q2o::mapper::builders {

/// Thrown inside the builders and turned into Outcome::reject at their border (guarded(), registry.cpp): a record is read in dozens of
/// places, and each may find it unusable; carrying Result through all of them would hide the bookkeeping.
struct Refusal {
  Reject reject;
};
[[noreturn]] void refuse(std::string_view field, std::string_view value, std::string_view reason, std::string message, std::string hint);

/// A customer, vendor or employee; empty entity = nobody.
struct Party {
  std::string entity, id;
  bool operator==(const Party&) const = default;
  explicit operator bool() const { return !entity.empty(); }
};

/// Where a value stands in the source: put together only when there is something to say about it.
struct Where {
  std::string_view place, member;
  Where(std::string_view path) : place(path) {}
  Where(const std::string& path) : place(path) {}
  Where(const char* path) : place(path) {}
  Where(std::string_view path, std::string_view below) : place(path), member(below) {}
  std::string text() const;
};
/// An account that was looked up: where several things are asked of it, it is looked up once. Valid until the next Lookups::put().
struct KnownAccount {
  explicit KnownAccount(const json::Value& account) : record(account), type(account["AccountType"].text()) {}
  const json::Value& record;
  std::string_view type;
  bool is_bank() const { return type == "Bank" || type == "Credit Card"; }  ///< bank, cash or card
  bool is_receivable() const { return type == "Accounts Receivable"; }
  bool is_payable() const { return type == "Accounts Payable"; }
  bool is_open_item() const { return is_receivable() || is_payable(); }
};

/// "Line" and 3 -> "Line.3"
std::string below(std::string_view path, std::size_t index);

/// One record being built: where it is read, its ids, and what is known about the books around it.
class Scope {
 public:
  Scope(const Source& source_record, const json::Value& parameters, const RunContext& context, Lookups& known, std::vector<Loss>& lost)
      : source(source_record), parameter(parameters), run(context), lookups(known), losses(lost) {}

  const Source& source;
  const json::Value& parameter;
  const RunContext& run;
  Lookups& lookups;
  std::vector<Loss>& losses;  ///< what was found missing and taken all the same

  const json::Value& at(std::string_view path) const;
  std::string text_at(std::string_view path) const { return std::string(at(path).text()); }
  /// Refuses what is no number; absent = nothing.
  std::optional<Decimal> amount_at(std::string_view path) const { return amount_of(at(path), path); }
  std::string date_at(std::string_view path) const;  ///< required, ISO
  static std::optional<Decimal> amount_of(const json::Value& value, const Where& where);

  /// The record arrives as what is open of it, if at all.
  bool before_first_day() const;
  std::string own(std::string_view part = {}) const { return run.external_id(source.entity, source.id, part); }
  std::string id(std::string_view entity, std::string_view record, std::string_view part = {}) const {
    return run.external_id(entity, record, part);
  }
  /// The same, written where it belongs.
  RecordOf ref(std::string_view entity, std::string_view record, std::string_view part = {}) const { return {run, entity, record, part}; }
  RecordOf journal(std::string_view part) const { return ref("CompanyInfo", company_record(), part); }
  std::string_view company_record() const;  ///< the id of the company's own record
  std::string company_id(std::string_view part) const { return id("CompanyInfo", company_record(), part); }
  std::string parameter_or(std::string_view name, std::string_view fallback) const;

  // --- the books around it ---
  /// Refuses when the record was not seen before.
  const json::Value& required(std::string_view entity, std::string_view record, std::string_view field) const;
  /// The record behind a reference of the source; nullptr when `record` is empty, or when it is not there and the mapping takes the loss
  /// (noted). Refuses otherwise.
  const json::Value* referred(std::string_view entity, std::string_view record, const Where& where) const;
  KnownAccount known(std::string_view account) const;
  std::string_view account_type(std::string_view account) const { return known(account).type; }
  bool is_bank(std::string_view account) const { return known(account).is_bank(); }
  bool is_receivable(std::string_view account) const { return known(account).is_receivable(); }
  bool is_payable(std::string_view account) const { return known(account).is_payable(); }
  bool is_open_item(std::string_view account) const { return known(account).is_open_item(); }
  bool is_undeposited(std::string_view account) const;
  /// Every movement of the account is a statement line of its journal.
  bool has_statement(std::string_view account) const;
  /// Money comes to and goes from it by its own journal.
  bool has_journal(std::string_view account) const {
    if (account.starts_with('@')) return false;  // the target's own accounts
    return is_bank(account) || (run.money_mode != MoneyMode::native && is_undeposited(account));
  }
  bool is_profit_and_loss(std::string_view account) const;
  bool is_cost_of_goods(std::string_view account) const;  ///< inventory or cost of goods sold
  std::string_view account_currency(std::string_view account) const;
  std::string_view account_currency(const KnownAccount& account) const;
  /// The currency that all items of the account must bear: banks, cards, receivables and payables have one, others take any (home).
  std::string_view bound_currency(const KnownAccount& account) const;
  /// The account of this type and currency with the lowest id; empty when there is none.
  std::string first_account(std::string_view type, std::string_view currency = {}, std::string_view sub_type = {}) const;
  Party party(std::string_view name_id) const;  ///< of a ledger name; empty id = nobody
  Expression partner(const Party& party) const;
  Expression currency(std::string_view iso) const;

  const accounting::LedgerTransaction* ledger(std::string_view transaction) const { return lookups.ledger(transaction); }
};

}  // namespace q2o::mapper::builders
