#pragma once

#include <atomic>
#include <memory>
#include <random>
#include <semaphore>

#include "common/json/json.h"
#include "services/connector/app/budget_gate.h"
#include "services/connector/app/ports.h"
#include "services/connector/domain/backoff.h"
#include "services/connector/domain/fault.h"
#include "services/connector/domain/query.h"
#include "services/connector/domain/reports.h"

namespace q2o::connector {

/// How many large answers are taken apart at a time: as nodes they need six times their bytes, and more than a few are no faster.
using Readers = std::counting_semaphore<16>;

struct CallOptions {
  milliseconds deadline{130000};      ///< the source itself gives up after 120 s
  milliseconds throttle_wait{60000};  ///< after a 429 that does not say how long
  milliseconds throttle_wait_max{3600000};
  milliseconds throttle_total{3600000};  ///< of one question; longer than that a person must know
  /// False: a source that refuses because too much is asked is answered with "later" and the time, for a caller who waits himself.
  bool wait_when_throttled = true;
  int attempts = 6;
  Backoff backoff;
  std::shared_ptr<Readers> readers = std::make_shared<Readers>(2);  ///< shared by all callers of the process
};

/// A file of the source, whole.
struct SourceFile {
  std::string content_type;  ///< as the store of the source says; may be empty
  std::string bytes;
};

/// What the counters want to know about calls.
class CallProbe {
 public:
  virtual ~CallProbe() = default;
  virtual void answered(std::string_view /*kind*/, std::string_view /*outcome*/, milliseconds /*took*/) {}
};

/// Questions to one company at the source: within its budget, signed in, repeated where the fault table says so.
class SourceCaller {
 public:
  template <class T>
  using Asked = tl::expected<T, Trouble>;
  using Answer = Asked<json::Document>;
  /// Told when a wait of some length begins, and with an empty reason after each answer: nothing is waited for any more.
  using Waits = std::function<void(const std::string& reason, milliseconds time)>;

  SourceCaller(Connection connection, const Manifest& manifest, SourceApi& api, BudgetGate& gate, AccessTokens& tokens, Clock& clock,
               CallProbe& probe, CallOptions options, Waits waits);

  /// `kind` is for the counters: "page", "count" or "other" (of files: "file").
  Answer query(const std::string& statement, std::stop_token stop, std::string_view kind = "other");
  /// What has changed in an entity since a moment, as the platform's change feed tells it.
  Answer changes(const std::string& entity, const std::string& since, std::stop_token stop);
  /// `divisible`: the caller can ask for less, so an answer that takes too long or is too big (`bytes_max`; 0: the client's own limit) is
  /// not asked for again as it is.
  Answer report(const ReportRequest& report, bool divisible, std::stop_token stop, std::size_t bytes_max = 0);
  /// A report as it came, for those who only keep it.
  Asked<std::string> report_text(const ReportRequest& report, bool divisible, std::stop_token stop, std::size_t bytes_max = 0);
  /// The rows of a page. Trouble `split`: the source or what it answered has no such rows.
  Asked<std::vector<Row>> page(const EntityRule& rule, const std::string& statement, std::stop_token stop);
  /// The bytes behind a record of Manifest::files.entity.
  Asked<SourceFile> file(const std::string& id, std::stop_token stop);
  std::uint64_t requests() const { return requests_; }
  const Connection& connection() const { return connection_; }

 private:
  struct Question {
    std::string_view kind;  ///< for the counters
    std::string url, accept = "application/json";
    bool signed_in = true;
    std::size_t bytes_max = 0;  ///< 0: the client's own limit
  };
  template <class T>
  using Examine = std::function<Asked<T>(Result<http::Response>)>;
  template <class T>
  Asked<T> call(const Question& question, const Examine<T>& examine, std::stop_token stop);
  Question about(const ReportRequest& report, std::size_t bytes_max) const;
  /// Takes out of a large answer what is wanted; the rest of it does not stay.
  template <class T, class Take>
  Asked<T> extract(const Question& question, bool divisible, const Take& take, std::stop_token stop);
  Answer ask(const Question& question, bool divisible, std::stop_token stop);
  Answer examine(Result<http::Response> response, bool divisible) const;
  Asked<std::string> examine_link(Result<http::Response> response) const;
  Asked<SourceFile> examine_file(Result<http::Response> response) const;
  std::string url(const std::string& path, std::map<std::string, std::string> parameters) const;
  /// What one question has been through.
  struct Patience {
    bool renewed = false;
    milliseconds throttled{0};
  };
  std::optional<Trouble> wait_or_renew(const Trouble& trouble, const config::Secret& token, Patience& patience,
                                       const std::stop_token& stop);

  const Connection connection_;
  const Manifest& manifest_;
  SourceApi& api_;
  BudgetGate& gate_;
  AccessTokens& tokens_;
  Clock& clock_;
  CallProbe& probe_;
  const CallOptions options_;
  const Waits waits_;
  std::atomic<std::uint64_t> requests_{0};
};

/// Why a file beyond the platform's limit is not fetched.
Error too_big(const FileRule& files);

}  // namespace q2o::connector
