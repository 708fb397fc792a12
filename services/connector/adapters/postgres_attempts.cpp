#include "services/connector/adapters/postgres_attempts.h"

namespace q2o::connector {
namespace {

/// Of one tenant at a time: a person opens the page a few times, a program that opens it for ever fills no table.
constexpr int kOpenMax = 20;

}  // namespace

void PostgresAttempts::begin(const std::string& tenant, const std::string& challenge, const std::string& redirect_uri,
                             milliseconds lifetime) {
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("DELETE FROM oauth_attempt WHERE expires_at < now()");
    tx.exec(
        "DELETE FROM oauth_attempt WHERE tenant_id = $1 AND challenge IN (SELECT challenge FROM oauth_attempt WHERE tenant_id = $1 ORDER "
        "BY "
        "begun_at DESC OFFSET $2)",
        {tenant, kOpenMax - 1});
    tx.exec(
        "INSERT INTO oauth_attempt (tenant_id, challenge, redirect_uri, expires_at) VALUES ($1, $2, $3, now() + $4 * interval '1 ms') ON "
        "CONFLICT DO NOTHING",
        {tenant, challenge, redirect_uri, static_cast<std::int64_t>(lifetime.count())});
  });
}

std::optional<std::string> PostgresAttempts::take(const std::string& tenant, const std::string& challenge) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<std::string> {
    const auto rows =
        tx.exec("DELETE FROM oauth_attempt WHERE tenant_id = $1 AND challenge = $2 RETURNING redirect_uri, expires_at > now() AS open",
                {tenant, challenge});
    if (rows.empty() || !rows[0].boolean("open")) return std::nullopt;
    return rows[0].text("redirect_uri");
  });
}

}  // namespace q2o::connector
