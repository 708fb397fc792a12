#include "services/validator/adapters/shares.h"

#include "common/acting/acting.h"
#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "common/once/once.h"
#include "common/pg/utc.h"

namespace q2o::validator {
namespace {

constexpr const char* kPurpose = "validator report share";
const std::string kColumns =
    "share_id, migration_id, run, created_by, revoked, " + pg::utc("created_at", "created") + ", " + pg::utc("expires_at", "expires");

v1::ReportShare share_of(const pg::Row& row) {
  v1::ReportShare out;
  out.set_share_id(row.text("share_id"));
  out.set_migration_id(row.text("migration_id"));
  out.set_run(static_cast<std::uint32_t>(row.integer("run")));
  out.set_created_at(row.text("created"));
  out.set_expires_at(row.text("expires"));
  out.set_created_by(row.text("created_by"));
  out.set_revoked(row.boolean("revoked"));
  return out;
}

}  // namespace

Result<Shares::Made> Shares::create(const std::string& tenant, const std::string& migration, std::uint32_t run, std::chrono::hours life,
                                    const std::string& actor) {
  const auto expires = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now() + life);
  return pool_.transact([&](pg::Tx& tx) -> Result<Made> {
    const auto share = once::answered(tx, [&]() -> Result<v1::ReportShare> {
      const auto id = ids::uuid_v4();
      acting::about("share", id);
      return share_of(tx.one(
          std::string("INSERT INTO report_share(share_id, tenant_id, migration_id, run, created_by, expires_at) VALUES ($1, $2, $3, $4, "
                      "$5, $6::timestamptz) RETURNING ") +
              kColumns,
          {id, tenant, migration, static_cast<std::int64_t>(run), actor, calendar::rfc3339(expires)}));
    });
    if (!share) return fail(share.error());
    // Not kept: signed again it is the same token.
    const auto row =
        tx.exec("SELECT extract(epoch FROM expires_at)::bigint AS ends FROM report_share WHERE tenant_id = $1 AND share_id = $2",
                {tenant, share->share_id()});
    if (row.empty())
      return fail(Code::not_found, "the link that this call has made is gone", "SHARE_NOT_FOUND", "Make another with a new key.");
    const std::chrono::system_clock::time_point ends{std::chrono::seconds(row[0].integer("ends"))};
    return Made{*share, crypto::sign_token(key_, kPurpose, {share->share_id()}, ends)};
  });
}

std::vector<v1::ReportShare> Shares::list(const std::string& tenant, const std::string& migration) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<v1::ReportShare> out;
    for (const auto row :
         tx.exec("SELECT " + kColumns + " FROM report_share WHERE tenant_id = $1 AND migration_id = $2 ORDER BY created_at DESC, share_id",
                 {tenant, migration}))
      out.push_back(share_of(row));
    return out;
  });
}

bool Shares::revoke(const std::string& tenant, const std::string& share) {
  return pool_.transact([&](pg::Tx& tx) {
    return tx.exec("UPDATE report_share SET revoked = true WHERE tenant_id = $1 AND share_id = $2", {tenant, share}).affected() == 1;
  });
}

std::optional<SharedReport> Shares::open(const std::string& token) {
  const auto read = crypto::read_token(key_, kPurpose, token, std::chrono::system_clock::now());
  if (!read || read->parts.size() != 1) return std::nullopt;
  const acting::Scope all(acting::everyone());  // the token is ours, and the row says whose report it opens
  return pool_.transact([&](pg::Tx& tx) -> std::optional<SharedReport> {
    const auto rows =
        tx.exec("SELECT tenant_id, migration_id, run FROM report_share WHERE share_id = $1 AND NOT revoked AND expires_at > now()",
                {read->parts[0]});
    if (rows.empty()) return std::nullopt;
    return SharedReport{rows[0].text("tenant_id"), rows[0].text("migration_id"), static_cast<std::uint32_t>(rows[0].integer("run"))};
  });
}

}  // namespace q2o::validator
