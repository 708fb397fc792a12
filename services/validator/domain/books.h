#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "accounting/general_ledger.h"
#include "accounting/statements.h"
#include "services/validator/domain/clearing.h"
#include "services/validator/domain/long_list.h"

/// The two sides of the proof as plain values. Neither knows what mapper or loader believe: the source side comes from the reports
/// and records that the source gave, the target side from Odoo's own ledger; external ids are the only bridge.
namespace q2o::validator {

struct SourceAccount {
  std::string id, name, type, sub_type, currency;
  std::string number = {};  ///< the source's own account number; often empty
  bool is_profit_and_loss() const;
  bool is_receivable() const { return type == "Accounts Receivable"; }
  bool is_payable() const { return type == "Accounts Payable"; }
  bool is_money() const { return type == "Bank" || type == "Credit Card" || sub_type == "UndepositedFunds"; }
  bool has_statement() const { return type == "Bank" || type == "Credit Card"; }
  bool is_tax() const { return sub_type == "SalesTaxPayable" || sub_type == "GlobalTaxPayable"; }
};

/// A document that can be open.
struct SourceDocument {
  std::string entity, id, label, currency, party_id;
  bool receivable = true;  ///< else payable
  Decimal open;            ///< signed as its item stands on the control account: debit positive, in `currency`
  std::string due = {};    ///< ISO: when it is due, else its date; may be empty
};

/// An amount that a payment settles on another transaction, in the currency of both.
struct Allocation {
  std::string payment, settled;  ///< transaction ids
  bool receivable = true;        ///< else payable
  Decimal amount;                ///< never negative
  std::string date = {};         ///< of the payment, ISO
};

/// A deposit takes another transaction's money out of Undeposited Funds.
struct Deposited {
  std::string deposit, taken;  ///< transaction ids
};

/// What lies before the first day, as the source has it at the end of the day before.
struct CutOver {
  std::string first_day, date;  ///< ISO; date = the day before
  bool archive = false;
  std::uint64_t transactions = 0, open = 0;                        ///< before; those of which something is open
  std::map<std::string, Decimal> balances;                         ///< by account, as a trial balance of that date has them
  std::map<std::pair<std::string, std::string>, Decimal> parties;  ///< by control account and party
  Clearing clearing;                                               ///< of all of the source's books
};
/// The account between open items and balances, and the transaction that has the balances.
inline constexpr std::string_view kOpeningClearing = "@openingclearing", kOpening = "opening", kOpeningBalance = "OpeningBalance";

/// A file that hangs on records.
struct SourceFile {
  std::string entity, id, name;
  std::optional<std::uint64_t> bytes;  ///< as the source says
};

/// Labels by entity and id ("Invoice/12"), on a shelf.
struct LabelPlaces {
  LongList<std::string> texts;
  std::map<std::string, std::vector<std::pair<std::string, std::uint64_t>>> of_entity;  ///< by id
};

/// What grows with the company is asked by the functions below: a company that was read lies on shelves, a small one that is made by hand
/// in the plain lists.
struct SourceBooks {
  std::string company_name, home_currency;
  unsigned fiscal_year_first_month = 1;
  std::map<std::string, SourceAccount> accounts;
  std::map<std::string, std::string> parties;                ///< customers, vendors, employees: one id space
  std::map<std::string, std::set<std::string>> ids;          ///< per entity, what was extracted
  std::map<std::string, std::string> labels;                 ///< "Invoice/12" -> number, party and date for people
  std::map<std::string, std::string> entity_of_transaction;  ///< transaction id -> entity; absent: only in the ledger
  std::vector<SourceDocument> documents;
  std::vector<Allocation> allocations;
  std::vector<Deposited> deposited;
  std::map<std::string, Decimal> rates;  ///< of foreign documents, by transaction: home units per foreign one
  std::vector<SourceFile> files;
  std::vector<accounting::LedgerTransaction> ledger;
  std::vector<accounting::TrialBalance> trial_balances;
  std::vector<accounting::Statement> balance_sheets, profit_and_losses;
  std::optional<accounting::AgedReport> receivables, payables;
  std::optional<CutOver> cut_over;                ///< set: the rest is what has to be there of it
  std::map<std::string, std::string> unreadable;  ///< report name -> why it could not be read

  LongList<SourceDocument> long_documents;
  LongList<Allocation> long_allocations;
  LongList<accounting::LedgerTransaction> long_ledger;
  LabelPlaces long_labels;
  std::string long_last_day;  ///< of long_ledger

  Rows<SourceDocument> all_documents() const { return {documents, long_documents}; }
  Rows<Allocation> all_allocations() const { return {allocations, long_allocations}; }
  /// By date, then by id.
  Rows<accounting::LedgerTransaction> transactions() const { return {ledger, long_ledger}; }
  /// Of the ledger; empty where it is.
  std::string first_day() const;
  std::string last_day() const;

  std::string label(const std::string& entity, const std::string& id) const;
  std::string account_name(const std::string& id) const;
  std::string party_name(const std::string& id) const;
  const SourceAccount* retained_earnings() const;
};

struct TargetAccount {
  std::int64_t id = 0;
  std::string code, name, type;
  bool is_profit_and_loss() const { return type.rfind("income", 0) == 0 || type.rfind("expense", 0) == 0; }
};
struct TargetMove {
  std::int64_t id = 0;
  std::string name, date, state;
};
struct TargetItem {
  std::int64_t id = 0, move_id = 0, account_id = 0, partner_id = 0;
  Decimal balance, amount_currency, residual, residual_currency;
  std::string currency, date, maturity;
  bool posted = false;
};
struct StatementLine {
  std::int64_t id = 0, move_id = 0, journal_id = 0;
  Decimal amount;
};
struct TargetJournal {
  std::int64_t id = 0, default_account_id = 0;
  std::string name, type, currency;
};
/// One external id of ours, without module and connection: "invoice_12", "payment_15_line".
struct OwnRecord {
  std::string name, model;
  std::int64_t id = 0;
};

struct TargetBooks {
  std::string home_currency;
  std::vector<OwnRecord> records;
  std::map<std::int64_t, TargetAccount> accounts;
  std::map<std::int64_t, TargetMove> moves;
  std::vector<TargetItem> items;
  std::map<std::int64_t, std::int64_t> move_of_payment;
  std::map<std::int64_t, std::string> state_of_payment;
  std::vector<StatementLine> statement_lines;
  std::map<std::int64_t, TargetJournal> journals;
  std::map<std::int64_t, std::string> partners;
  std::map<std::int64_t, std::uint64_t> file_bytes;  ///< of our attachments
  LongList<OwnRecord> long_records;
  LongList<TargetMove> long_moves;
  LongList<TargetItem> long_items;
  Places move_places;  ///< of long_moves, by id

  Rows<OwnRecord> all_records() const { return {records, long_records}; }
  Rows<TargetItem> all_items() const { return {items, long_items}; }
  std::optional<TargetMove> move(std::int64_t id) const;
  bool has_move(std::int64_t id) const;
  void each_move(const std::function<void(const TargetMove&)>& take) const;

  /// Odoo's own sums (read_group over posted items): date -> account -> balance of everything up to that day.
  std::map<std::string, std::map<std::int64_t, Decimal>> balances;

  Decimal balance(const std::string& date, std::int64_t account) const;
};

/// What happened to source records on the way, as connector, mapper and loader tell it. Only listed and counted, never trusted for amounts.
struct RunNotes {
  struct Reject {
    std::string entity, source_id, field, value, reason, message, hint, label;
  };
  struct Note {
    std::string entity, source_id, kind, reason, label;
    bool posting = false;
  };
  struct Setting {
    std::string name, before, during, note;
    bool restored = false;
  };
  /// Why nothing of an entity was read although it was asked for.
  enum class Absence { none, feature_off, refused };
  struct Count {
    std::string entity, explanation;
    std::uint64_t counted = 0, extracted = 0;
    Absence absence = Absence::none;
    std::vector<std::string> ledger_types = {};  ///< what the ledger calls transactions of this entity; empty: it never posts
  };
  std::vector<Reject> rejects;
  std::vector<Note> notes;
  std::vector<Setting> settings;
  std::vector<Count> counts;
  std::vector<std::string> ledger_only_types;  ///< what the ledger calls transactions that no entity has
  std::uint64_t created = 0, changed = 0, unchanged = 0, removed = 0;
  /// Found by a run that asked for changes, in books that the source, or Odoo by a lock date, has closed.
  struct ClosedChange {
    std::string entity, source_id, kind, number, party, before_date, before_amount, after_date, after_amount;
  };
  std::vector<ClosedChange> closed_changes;
  std::uint32_t base_run = 0;
  std::map<std::string, std::string> missing;  ///< what could not be asked, and why
};

}  // namespace q2o::validator
