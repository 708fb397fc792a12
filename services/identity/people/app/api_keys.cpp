#include "services/identity/people/app/api_keys.h"

#include "common/once/once.h"
#include "common/pg/acting.h"
#include "services/identity/people/adapters/sealed.h"
#include "services/identity/people/app/words.h"
#include "services/identity/people/domain/credentials.h"

namespace q2o::identity::people {
namespace {

constexpr std::uint32_t kDaysUsual = 365;
constexpr std::uint32_t kDaysMost = 730;
constexpr std::int64_t kKeysMost = 100;

const std::string kColumns = "select key_id, name, scopes, rate_per_minute, " + utc("created_at", "created") + ", " +
                             utc("expires_at", "expires") + ", " + utc("last_used_at", "last_used") + ", " + utc("revoked_at", "revoked") +
                             " from api_key where tenant_id = $1 ";

v1::ApiKey read(pg::Tx& tx, const std::string& tenant, const pg::Row& row) {
  v1::ApiKey out;
  out.set_key_id(row.text("key_id"));
  out.set_name(open_or_purged(tx, of_tenant(tenant, kApiKeyName, out.key_id()), row.text("name")));
  for (const auto& scope : row.text_array("scopes")) out.add_scopes(scope);
  out.set_rate_per_minute(static_cast<std::uint32_t>(row.integer("rate_per_minute")));
  out.set_created_at(row.text("created"));
  out.set_expires_at(row.text("expires"));
  out.set_last_used_at(row.text("last_used"));
  out.set_revoked_at(row.text("revoked"));
  return out;
}

Status good_scopes(const google::protobuf::RepeatedPtrField<std::string>& scopes, const std::set<std::string, std::less<>>& all) {
  if (scopes.empty())
    return fail(Code::invalid_argument, "the key may do nothing: it has no scopes", "SCOPE_UNKNOWN", "Give one at least.");
  for (const auto& scope : scopes) {
    if (all.contains(scope)) continue;
    std::string known;
    for (const auto& one : all) known += (known.empty() ? "" : ", ") + one;
    return fail(Code::invalid_argument, "there is no such scope", "SCOPE_UNKNOWN", "There are: " + known + ".");
  }
  return {};
}

}  // namespace

Result<ApiKeys::Created> ApiKeys::create(const v1::CreateApiKeyRequest& request, const Visit& visit) {
  if (request.name().empty()) return fail(Code::invalid_argument, "the key has no name", "BAD_NAME", "Name it after what uses it.");
  if (const auto good = good_name(request.name(), "the key's name"); !good) return fail(good.error());
  if (const auto good = good_scopes(request.scopes(), tools_.settings.scopes); !good) return fail(good.error());
  if (request.expires_in_days() > kDaysMost)
    return fail(Code::invalid_argument, "a key lives for 730 days at most", "BAD_EXPIRY", "Make a new one before it ends.");
  const auto days = request.expires_in_days() == 0 ? kDaysUsual : request.expires_in_days();
  const auto most = tools_.settings.key_rate_per_minute;
  const auto rate = request.rate_per_minute() == 0 ? most : std::min(most, request.rate_per_minute());
  const std::set<std::string> scopes(request.scopes().begin(), request.scopes().end());
  auto parts = new_api_key();
  const auto make = [&](pg::Tx& tx) -> Result<Created> {
    const auto now = tools_.now();
    ensure_tenant(tx, visit.tenant, now);
    if (tx.one("select count(*) as n from api_key where tenant_id = $1 and revoked_at is null and expires_at > $2",
               {visit.tenant, text_of(now)})
            .integer("n") >= kKeysMost)
      return fail(Code::failed_precondition, "the company has 100 keys", "TOO_MANY_KEYS", "Revoke those that nobody uses.");
    tx.exec(
        "insert into api_key (key_id, tenant_id, name, secret_hash, scopes, rate_per_minute, created_by, created_at, expires_at) "
        "values ($1, $2, $3, $4, $5, $6, nullif($7, '')::uuid, $8, $9)",
        {parts.key_id, visit.tenant, tx.seal_text(of_tenant(visit.tenant, kApiKeyName, parts.key_id), request.name()),
         hash_of(parts.secret.reveal()), std::vector<std::string>(scopes.begin(), scopes.end()), rate, visit.person, text_of(now),
         text_of(now + std::chrono::hours(24) * days)});
    tools_.audit.append(tx,
                        {visit.tenant, visit.actor, "api_key.created", "api_key/" + parts.key_id, request.name(), visit.client_address});
    return Created{read(tx, visit.tenant, tx.one(kColumns + "and key_id = $2", {visit.tenant, parts.key_id})), text_of(parts)};
  };
  return tools_.pool.transact([&](pg::Tx& tx) {
    return once::shown_once(tx, [&] { return make(tx); }, [](const Created& created) { return "api_key/" + created.key.key_id(); });
  });
}

std::vector<v1::ApiKey> ApiKeys::list(const std::string& tenant) {
  return tools_.pool.transact([&](pg::Tx& tx) {
    pg::act_for(tx, acting::tenant(tenant));
    std::vector<v1::ApiKey> out;
    for (const auto row : tx.exec(kColumns + "order by created_at desc, key_id limit 1000", {tenant})) out.push_back(read(tx, tenant, row));
    return out;
  });
}

Result<v1::ApiKey> ApiKeys::revoke(const std::string& key_id, const Visit& visit) {
  const auto unknown = [] {
    return fail(Code::not_found, "the company has no such key", "KEY_UNKNOWN", "List the keys and take an id from there.");
  };
  if (!is_key_id(key_id)) return unknown();
  return tools_.pool.transact([&](pg::Tx& tx) -> Result<v1::ApiKey> {
    pg::act_for(tx, acting::tenant(visit.tenant));
    const bool fresh = tx.exec("update api_key set revoked_at = $3 where tenant_id = $1 and key_id = $2 and revoked_at is null",
                               {visit.tenant, key_id, text_of(tools_.now())})
                           .affected() > 0;
    const auto rows = tx.exec(kColumns + "and key_id = $2", {visit.tenant, key_id});
    if (rows.empty()) return unknown();
    if (fresh) {
      tx.notify(kAccessChannel);
      tools_.audit.append(tx, {visit.tenant, visit.actor, "api_key.revoked", "api_key/" + key_id, "", visit.client_address});
    }
    return read(tx, visit.tenant, rows[0]);
  });
}

}  // namespace q2o::identity::people
