#pragma once

#include "common/crypto/crypto.h"
#include "common/pg/pg.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

class PostgresConnections : public ConnectionStore {
 public:
  PostgresConnections(pg::Pool& pool, const crypto::Sealer& sealer) : pool_(pool), sealer_(sealer) {}
  Result<SignIn> open(const std::string& connection_id) override;
  Result<Tokens> renew(const std::string& connection_id, const std::function<Result<Renewal>(const SignIn&)>& work) override;
  Connection save(const NewConnection& wanted) override;
  std::optional<Connection> find(const std::string& tenant, const std::string& connection_id) override;
  std::vector<Connection> list(const std::string& tenant, const std::string& after, std::uint32_t most) override;
  void verified(const std::string& connection_id, const std::string& company_name, const std::string& home_currency) override;
  void reopen(const std::string& connection_id) override;
  void broken(const std::string& connection_id, const Error& why) override;

 private:
  Result<SignIn> read(pg::Tx& tx, const std::string& connection_id, bool lock);
  std::string seal(const Connection& connection, const Tokens& tokens) const;
  std::string seal(const Connection& connection, const Credentials& credentials) const;
  pg::Pool& pool_;
  const crypto::Sealer& sealer_;
};

}  // namespace q2o::connector
