#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/validator/domain/packed_books.h"
#include "services/validator/domain/unread.h"

/// The only bridge between the two books: external ids.
/// Lists of ids are sorted vectors: half a million nodes of a set would be more than all the rest.
namespace q2o::validator {

struct OwnName {
  std::string entity;  ///< as the source calls it ("SalesReceipt"); kLedgerTransaction for what exists only in the ledger
  std::string id, part;
};
inline constexpr std::string_view kLedgerTransaction = "LedgerTransaction";

class Bridge {
 public:
  /// `unread`: records that nobody could read in this run; an earlier run may have brought them.
  Bridge(const SourceBooks& source, const TargetBooks& target, const std::vector<Unread>& unread = {});

  std::optional<OwnName> parse(const std::string& name) const;
  /// 0 when the account has no counterpart.
  std::int64_t account(const std::string& source_account) const;
  const SourceAccount* source_account(std::int64_t target_account) const;
  std::int64_t partner(const std::string& party) const;
  /// Empty when the partner is none of ours.
  std::string party(std::int64_t partner) const;
  /// A record that could not be read in this run stands in the target as an earlier run read it.
  bool from_earlier_run(const std::string& transaction) const { return earlier_.contains(transaction); }
  /// Everything the transaction became in the ledger.
  std::vector<std::int64_t> moves(const std::string& transaction) const;
  bool is_own_move(std::int64_t move) const;
  /// Source ids of an entity that have at least one record in the target, sorted.
  const std::vector<std::string>& loaded(const std::string& entity) const;
  const std::vector<OwnRecord>& unreadable() const { return unreadable_; }
  /// Records whose entity is known but whose source record does not exist.
  const std::vector<OwnRecord>& orphans() const { return orphans_; }
  /// Records of money movements whose move or payment is gone from the target.
  const std::vector<OwnRecord>& vanished() const { return vanished_; }
  /// Posted items of a move.
  std::vector<TargetItem> items(std::int64_t move) const;
  std::set<std::int64_t> accounts_where(const SourceBooks& source, bool (SourceAccount::*is)() const) const;

 private:
  void take(const OwnRecord& record);
  std::int64_t move_of(const OwnRecord& record) const;
  bool extracted(const std::string& entity, const std::string& id) const;

  const SourceBooks& source_;
  const TargetBooks& target_;
  std::map<std::string, std::string> entities_;  // "sales_receipt" -> "SalesReceipt"
  /// entity -> id as it looks in an external id ("EUR_2026-01-31") -> source id ("EUR/2026-01-31"), where these differ
  std::map<std::string, std::map<std::string, std::string>> ids_;
  std::map<std::string, std::int64_t> accounts_, partners_;
  std::map<std::int64_t, const SourceAccount*> source_accounts_;
  std::map<std::int64_t, std::string> parties_;
  std::vector<std::pair<std::string, std::int64_t>> moves_;
  std::vector<std::int64_t> own_moves_;
  std::map<std::string, std::vector<std::string>> loaded_;
  Places items_;  ///< of posted ones, by move
  std::map<std::int64_t, std::int64_t> move_of_line_;
  std::vector<std::string> ledger_ids_;
  std::set<std::string> earlier_;
  std::map<std::string, std::string> unread_;  ///< transaction id -> entity
  std::vector<OwnRecord> unreadable_, orphans_, vanished_;
};

/// Posting records that were rejected or left out and of which nothing is in the target: what they would have posted explains differences.
/// Transactions that were booked without their record (it could not be read) post all they should, but are settled with nothing.
class Missing {
 public:
  Missing(const SourceBooks& source, const Bridge& bridge, const RunNotes& notes, const std::vector<Unread>& unread);

  /// What is missing on an account over days (from exclusive, empty = the beginning; to inclusive, empty = the end).
  Decimal on_account(const std::string& account, const std::string& after, const std::string& to) const;
  /// The same in a foreign currency, as far as the ledger tells it.
  Decimal in_currency(const std::string& account, const std::string& currency) const;
  Decimal of_party(const std::set<std::string>& accounts, const std::string& party) const;
  bool transaction(const std::string& id) const { return ids_.contains(id); }
  /// Nothing of it is there, or nothing settles it.
  bool unsettled(const std::string& id) const { return ids_.contains(id) || unlinked_.contains(id) || partial_.contains(id); }
  /// Rejected or excluded posting records of which nothing is there, and those of which a part was loaded.
  std::size_t whole() const { return ids_.size(); }
  std::size_t in_part() const { return partial_.size(); }
  bool nothing() const { return ids_.empty() && partial_.empty() && unlinked_.empty(); }

 private:
  struct Piece {
    std::string account, party, date, currency;
    Decimal amount, amount_currency;
  };
  std::vector<Piece> pieces_;
  std::set<std::string> ids_, partial_, unlinked_;
};

/// Transactions that differ, per account: what a difference in a sum comes from.
class Causes {
 public:
  void add(const std::string& account, const std::string& date, const std::string& label, const Decimal& difference);
  /// "comes from: Invoice 1045, Amy, 2026-04-01 (12.00); …"; empty when nothing is known.
  std::string of(const std::set<std::string>& accounts, const std::string& to) const;

 private:
  struct Cause {
    std::string date, label;
    Decimal difference;
  };
  std::map<std::string, std::vector<Cause>> by_account_;
};

}  // namespace q2o::validator
