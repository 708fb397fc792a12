#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "services/validator/domain/bridge.h"

/// What transactions post on receivable or payable accounts, and what the source's payments leave open of it. Pure.
namespace q2o::validator {

/// Receivables or payables: the control accounts of both books.
struct ControlAccounts {
  std::set<std::string> source;
  std::set<std::int64_t> target;
  ControlAccounts(const SourceBooks& books, const TargetBooks& odoo, const Bridge& bridge, bool receivable);
};

/// What a transaction posted on the control accounts, in its own currency.
struct Posted {
  std::string currency;  ///< empty: home currency
  Decimal sum, home;     ///< in `currency`; in home currency
  std::set<std::string> parties;
  bool debit = false, credit = false;
  bool known = true;  ///< false: the ledger has no amounts in the account's currency, or amounts in several
  /// +1 for debits, -1 for credits; 0 where there is nothing or items on both sides, which the source's links cannot tell apart.
  int sign() const { return debit == credit ? 0 : debit ? 1 : -1; }
};
using PostedByTransaction = std::map<std::string, Posted>;

PostedByTransaction posted_on(const SourceBooks& source, const ControlAccounts& accounts);

/// What is open of a transaction, or why that is not known.
struct OpenAmount {
  Decimal amount;                 ///< in the currency of what was posted
  std::string_view unclear = {};  ///< empty: it is known
};

/// By what was posted and what the links settle of it: for what does not tell its own balance (journal entries, checks, deposits, bill
/// payments …).
std::map<std::string, OpenAmount> open_by_links(const SourceBooks& source, const PostedByTransaction& posted, bool receivable);

/// What records that are missing in the target, or settle nothing there, account for of an open amount (source minus target).
struct Explained {
  Decimal amount;     ///< in the currency of what was posted
  bool exact = true;  ///< false: it is settled together with one of them, but the source's links do not say by how much
};

inline constexpr std::string_view kNotExplained =
    "settled together with a record that is missing: how much of the difference comes from that is not known, so nothing is explained";

/// Everything that is missing, and what it settles or is settled with. Where a payment settles several transactions with several others and
/// one of them is missing, nobody can say which of the rest stays open: that is never exact.
std::map<std::string, Explained> explained_open(const SourceBooks& source, const Missing& missing, const PostedByTransaction& posted,
                                                const std::map<std::string, OpenAmount>& open, bool receivable);

/// All of it for one side.
struct OpenItems {
  ControlAccounts accounts;
  PostedByTransaction posted;
  std::map<std::string, OpenAmount> open;
  std::map<std::string, Explained> explained;
  OpenItems(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing, bool receivable)
      : accounts(source, target, bridge, receivable),
        posted(posted_on(source, accounts)),
        open(open_by_links(source, posted, receivable)),
        explained(explained_open(source, missing, posted, open, receivable)) {}
};

}  // namespace q2o::validator
