#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "services/connector/app/oauth.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

/// Access tokens that work. They are looked up for each request, so a connection that was ended anywhere is used no more from then on.
/// One process renews at a time (a lease, no transaction is open during the call); a new pair is stored before it is used; the refresh
/// token before it is kept one round, so that a crash between the server's answer and our commit locks nobody out. A pair that cannot
/// be stored, because the database is away, stays here until it can: see store_pending(). Throws when the database is away.
class TokenKeeper : public AccessTokens {
 public:
  TokenKeeper(ConnectionStore& store, OAuthClient& oauth, Clock& clock) : store_(store), oauth_(oauth), clock_(clock) {}

  Result<config::Secret> current(const std::string& connection_id, int access_seconds, const std::stop_token& stop = {}) override;
  /// Renews, unless somebody else has done so already.
  Result<config::Secret> renew(const std::string& connection_id, const config::Secret& refused, int access_seconds,
                               const std::stop_token& stop = {}) override;
  /// Stores pairs that came while the database was away, as soon as it is back; when stopped, a last time before it returns.
  void store_pending(const std::stop_token& stop);
  std::size_t pending() const;

 private:
  struct Pending {
    RenewalRight right;
    Tokens tokens;
  };
  bool fresh(const Tokens& tokens) const;
  Result<Tokens> renewed(const std::string& connection_id, const config::Secret& refused, int access_seconds, const std::stop_token& stop);
  std::optional<Result<Tokens>> what_is_there(const std::string& connection_id, const config::Secret& refused);
  Result<Tokens> under_right(const RenewalRight& right, int access_seconds);
  void give_back(const RenewalRight& right);
  Result<Tokens> refresh(const SignIn& sign_in, int access_seconds, const std::function<bool()>& may_ask);
  Result<Tokens> store(const Pending& pair);
  std::shared_ptr<std::mutex> alone(const std::string& connection_id);
  std::optional<Pending> pending_of(const std::string& connection_id) const;
  bool store_all_pending();

  ConnectionStore& store_;
  OAuthClient& oauth_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any came_;
  std::map<std::string, Pending> pending_;
  std::map<std::string, std::shared_ptr<std::mutex>> alone_;
};

}  // namespace q2o::connector
