#pragma once

#include "common/crypto/crypto.h"
#include "common/pg/pg.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

class PostgresConnections : public ConnectionStore {
 public:
  PostgresConnections(pg::Pool& pool, const crypto::Sealer& sealer, std::string owner)
      : pool_(pool), sealer_(sealer), owner_(std::move(owner)) {}
  Result<SignIn> open(const std::string& connection_id) override;
  std::optional<RenewalRight> begin_renewal(const std::string& connection_id) override;
  bool extend_renewal(const RenewalRight& right) override;
  Tokens store_renewed(const RenewalRight& right, const Tokens& tokens) override;
  void renewal_refused(const RenewalRight& right, const Error& why) override;
  void end_renewal(const RenewalRight& right) override;
  Connection save(const NewConnection& wanted) override;
  Connection save_verified(const NewConnection& wanted, const CompanyFacts& facts) override;
  std::optional<Connection> find(const std::string& tenant, const std::string& connection_id) override;
  std::vector<Connection> list(const std::string& tenant, const std::string& after, std::uint32_t most) override;
  void verified(const std::string& connection_id, const std::string& company_name, const std::string& home_currency,
                unsigned fiscal_year_first_month) override;
  void reopen(const std::string& connection_id) override;
  void broken(const std::string& connection_id, const Error& why) override;
  Result<SignIn> begin_disconnect(const std::string& tenant, const std::string& connection_id) override;
  void disconnected(const std::string& connection_id, const std::string& message) override;
  void disconnect_later(const std::string& connection_id, milliseconds wait) override;
  std::optional<Leaving> next_leaving() override;
  bool lives_elsewhere(const Connection& connection) override;

 private:
  Connection save(pg::Tx& tx, const NewConnection& wanted);
  Result<SignIn> read(pg::Tx& tx, const std::string& connection_id, bool lock);
  std::string seal(const Connection& connection, const Tokens& tokens) const;
  std::string seal(const Connection& connection, const Credentials& credentials) const;
  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
  const std::string owner_;  ///< of the right to renew
};

}  // namespace q2o::connector
