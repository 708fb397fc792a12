#pragma once

#include "q2o/connector/v1/assessment.pb.h"
#include "services/billing/payments/app/quotes.h"

namespace q2o::billing::payments {

/// Who counts in the real sources. Never called inside a database transaction. Thread-safe.
class Counters {
 public:
  virtual ~Counters() = default;
  /// The newest count of a connection, as far as it is; nothing: it was never counted.
  virtual Result<std::optional<connector::v1::Assessment>> newest(const std::string& tenant, const std::string& connection_id) = 0;
  /// Begins to count, or tells of the count that is under way.
  virtual Result<connector::v1::Assessment> begin(const std::string& tenant, const std::string& connection_id) = 0;
};

/// Prices by what the source really holds. May be asked as often as one likes: it counts once a day at most, unless it is told to.
class Analysis {
 public:
  Analysis(TransactBoth transact, Counters& counters, Peers& peers, Quotes& quotes, Prices prices, Clock now, Probe& probe)
      : transact_(std::move(transact)),
        counters_(counters),
        peers_(peers),
        quotes_(quotes),
        prices_(std::move(prices)),
        now_(std::move(now)),
        probe_(probe) {}

  /// Errors: not_found; failed_precondition SOURCE_MISSING, WRONG_STATE (it is paid), ASSESSMENT_FAILED (a person is needed).
  Result<v1::AnalyzeVolumeResponse> analyze(const Caller& caller, const v1::AnalyzeVolumeRequest& request);

 private:
  Result<v1::Migration> subject(const Caller& caller, const v1::AnalyzeVolumeRequest& request);
  Result<connector::v1::Assessment> counted(const std::string& tenant, const std::string& connection, bool again);
  /// Puts the count and the extent's first day into the migration; whether either is new.
  Result<bool> keep(const Caller& caller, const v1::Migration& subject, const v1::Extent& extent, const v1::CountedVolume& volume);

  TransactBoth transact_;
  Counters& counters_;
  Peers& peers_;
  Quotes& quotes_;
  Prices prices_;
  Clock now_;
  Probe& probe_;
};

}  // namespace q2o::billing::payments
