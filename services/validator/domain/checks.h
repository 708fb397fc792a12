#pragma once

#include "services/validator/domain/bridge.h"
#include "services/validator/domain/proof.h"
#include "services/validator/domain/unread.h"

/// The sections of the proof. Each is pure and stands alone; `causes` is filled by the comparison of transactions and used by the sums.
namespace q2o::validator {

Check check_counts(const SourceBooks& source, const Bridge& bridge, const RunNotes& notes, const std::vector<Unread>& unread);
Check check_transactions(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                         Causes& causes);
Check check_transaction_parties(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing);
/// Of books with a first day.
Check check_cut_over(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                     const Causes& causes);
Check check_trial_balances(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                           const Causes& causes);
Check check_balance_sheets(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                           const Causes& causes);
Check check_profit_and_loss(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                            const Causes& causes);
Check check_parties(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing, bool receivable);
Check check_documents(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing);
Check check_money(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing);
Check check_tax(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing);
Check check_currencies(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing);
Check check_own_accounts(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge);
/// Files post nothing: what is wrong with one is an exception, never a difference of the books.
Check check_files(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const RunNotes& notes);
Check check_leftovers(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge);

}  // namespace q2o::validator
