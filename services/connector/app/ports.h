#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/bus/bus.h"
#include "common/config/config.h"
#include "common/http/http.h"
#include "q2o/connector/v1/raw.pb.h"
#include "services/connector/domain/connection.h"
#include "services/connector/domain/manifest.h"

/// What the use cases need of the outside world. Everything here is called from several threads at once.
namespace q2o::connector {

using std::chrono::milliseconds;

/// The source's HTTP interface: one request, one answer.
class SourceApi {
 public:
  virtual ~SourceApi() = default;
  virtual Result<http::Response> send(const http::Request& request, milliseconds deadline) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() = 0;
  /// False when stopped before the time was over.
  virtual bool wait(milliseconds time, std::stop_token stop) = 0;
};

/// Access tokens that work at this moment, by connection.
class AccessTokens {
 public:
  virtual ~AccessTokens() = default;
  /// Error reason CONNECTION_BROKEN: a person has to connect again.
  virtual Result<config::Secret> current(const std::string& connection_id, int access_seconds, const std::stop_token& stop = {}) = 0;
  /// The source refused `refused`: another one.
  virtual Result<config::Secret> renew(const std::string& connection_id, const config::Secret& refused, int access_seconds,
                                       const std::stop_token& stop = {}) = 0;
};

/// The request budget of a connection, shared by all replicas.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;
  /// How long from now until each of `count` requests may leave.
  virtual std::vector<milliseconds> reserve(const std::string& connection_id, const Budget& budget, int count) = 0;
  /// Nobody sends anything on this connection for a while.
  virtual void block(const std::string& connection_id, milliseconds time) = 0;
  /// How many of the `most` simultaneous requests this process may use for the next `ttl`; 0: the others have them all. `busy` of it are
  /// under way now: also where it may use less from now on, nobody else gets those.
  virtual int slots(const std::string& connection_id, const std::string& owner, int most, int busy, milliseconds ttl) = 0;
};

/// The right to renew a connection's tokens: one holder among all processes, for a limited time. A later right has a higher fence.
struct RenewalRight {
  std::string connection_id;
  std::int64_t fence = 0;
};

/// Connections with their sealed secrets.
class ConnectionStore {
 public:
  virtual ~ConnectionStore() = default;
  virtual Result<SignIn> open(const std::string& connection_id) = 0;
  /// Nothing: another process is renewing.
  virtual std::optional<RenewalRight> begin_renewal(const std::string& connection_id) = 0;
  /// For as long again; false: another process may renew now.
  virtual bool extend_renewal(const RenewalRight& right) = 0;
  /// Stores the pair unless one of a later right is there; either way what is there now. Safe to repeat, also long after the right
  /// has run out: the pair of the latest right is the one that lives.
  virtual Tokens store_renewed(const RenewalRight& right, const Tokens& tokens) = 0;
  /// The source refuses for good: remembered and announced, unless somebody has signed in since.
  virtual void renewal_refused(const RenewalRight& right, const Error& why) = 0;
  virtual void end_renewal(const RenewalRight& right) = 0;
  virtual Connection save(const NewConnection& wanted) = 0;
  /// The same in one step with `verified`: a company that has been read already.
  virtual Connection save_verified(const NewConnection& wanted, const CompanyFacts& facts) = 0;
  virtual std::optional<Connection> find(const std::string& tenant, const std::string& connection_id) = 0;
  /// At most `most`, in the order they were made; those behind connection `after` (empty: from the first).
  virtual std::vector<Connection> list(const std::string& tenant, const std::string& after, std::uint32_t most) = 0;
  /// Remembers name and currency, announces ConnectionVerified.
  virtual void verified(const std::string& connection_id, const std::string& company_name, const std::string& home_currency,
                        unsigned fiscal_year_first_month) = 0;
  /// A broken connection gets another chance (a person asked to verify it).
  virtual void reopen(const std::string& connection_id) = 0;
  /// Remembers and announces ConnectionBroken.
  virtual void broken(const std::string& connection_id, const Error& why) = 0;

  /// From here on nobody uses the tokens, announced as ConnectionBroken; what is left is to end the consent at the source. Asked again: the
  /// same. Error not_found.
  virtual Result<SignIn> begin_disconnect(const std::string& tenant, const std::string& connection_id) = 0;
  /// The consent has ended, or nobody can end it: the tokens are forgotten. A connection that was signed in again meanwhile stays as it is.
  virtual void disconnected(const std::string& connection_id, const std::string& message) = 0;
  /// The source has not confirmed the end yet: again after a while.
  virtual void disconnect_later(const std::string& connection_id, milliseconds wait) = 0;
  /// One whose consent is still to be ended now and how long that has been tried; nobody else gets it for a minute.
  struct Leaving {
    SignIn sign_in;
    milliseconds tried_for{0};
  };
  virtual std::optional<Leaving> next_leaving() = 0;
  /// Whether another tenant lives on the same company: ending the consent would end that one too.
  virtual bool lives_elsewhere(const Connection& connection) = 0;
};

/// Sign-ins that a browser is away for. What is stored says nothing to who reads it: see challenge_of().
class AttemptStore {
 public:
  virtual ~AttemptStore() = default;
  /// Forgets what has expired; keeps a tenant's newest ones only.
  virtual void begin(const std::string& tenant, const std::string& challenge, const std::string& redirect_uri, milliseconds lifetime) = 0;
  /// The redirect address it was begun with, once; nothing: never begun, over, or used.
  virtual std::optional<std::string> take(const std::string& tenant, const std::string& challenge) = 0;
};

/// The replay log. Returns after the broker has acknowledged all; positions in the order of the messages.
class RawLog {
 public:
  virtual ~RawLog() = default;
  virtual Result<std::vector<bus::Position>> publish(const std::vector<v1::RawMessage>& messages) = 0;
};

}  // namespace q2o::connector
