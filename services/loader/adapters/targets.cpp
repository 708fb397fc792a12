#include "services/loader/adapters/targets.h"

#include <fmt/format.h>

#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "common/rpc/page.h"

namespace q2o::loader {
namespace {

std::string context_of(const std::string& tenant_id, const std::string& target_id) {
  return fmt::format("{}/target/{}/password", tenant_id, target_id);
}

Target target_of(const pg::Row& row) {
  return {row.text("target_id"), row.text("url"), row.text("database_name"), row.text("login"), row.text("state"), row.text("version")};
}

tl::unexpected<Error> unknown(const std::string& target_id) {
  return fail(Code::not_found, fmt::format("there is no target {}", target_id), "TARGET_UNKNOWN",
              "List the targets with `q2o connections`.");
}

}  // namespace

Result<std::string> checked_url(const http::Guard& guard, const std::string& url) {
  auto out = guard.check(url);
  while (out && out->ends_with('/')) out->pop_back();
  return out;
}

Result<Target> Targets::save(const std::string& tenant_id, Target target, const config::Secret& password) {
  const auto url = checked_url(guard_, target.url);
  if (!url) return fail(url.error());
  if (target.database.empty() || target.user.empty() || password.empty())
    return fail(Code::invalid_argument, "database, user and password (or API key) are needed", "TARGET_INCOMPLETE");
  target.url = *url;
  return pool_.transact([&](pg::Tx& tx) {
    const auto rows = tx.exec("select target_id from target where tenant_id = $1 and url = $2 and database_name = $3 and login = $4",
                              {tenant_id, target.url, target.database, target.user});
    target.target_id = rows.empty() ? ids::uuid_v7() : rows[0].text("target_id");
    acting::about("target", target.target_id);
    const auto row = tx.one(
        "insert into target (target_id, tenant_id, url, database_name, login, sealed_password) values ($1, $2, $3, $4, $5, $6) on conflict "
        "(target_id) do update set sealed_password = excluded.sealed_password, state = 'unverified' returning *",
        {target.target_id, tenant_id, target.url, target.database, target.user,
         pg::Param::bytes(sealer_.seal(password, context_of(tenant_id, target.target_id)))});
    return target_of(row);
  });
}

Result<Targets::Page> Targets::list(const std::string& tenant_id, const std::string& after, std::uint32_t size) {
  if (!after.empty() && !find(tenant_id, after)) return rpc::bad_page_token();
  const std::uint32_t most = rpc::page_size(size);
  return pool_.transact([&](pg::Tx& tx) {
    Page page;
    // One row more is read, so that a full last page has no token.
    for (const auto row : tx.exec("select * from target where tenant_id = $1 and ($2 = '' or (created_at, target_id) > (select created_at, "
                                  "target_id from target where tenant_id = $1 and target_id::text = $2)) order by created_at, target_id "
                                  "limit $3",
                                  {tenant_id, after, static_cast<std::int64_t>(most) + 1})) {
      if (page.targets.size() == most) {
        page.more = page.targets.back().target_id;
        break;
      }
      page.targets.push_back(target_of(row));
    }
    return page;
  });
}

Result<Target> Targets::find(const std::string& tenant_id, const std::string& target_id) {
  if (!ids::is_uuid(target_id)) return unknown(target_id);
  return pool_.transact([&](pg::Tx& tx) -> Result<Target> {
    const auto rows = tx.exec("select * from target where tenant_id = $1 and target_id = $2", {tenant_id, target_id});
    if (rows.empty()) return unknown(target_id);
    return target_of(rows[0]);
  });
}

Result<TargetAccess> Targets::access(const std::string& tenant_id, const std::string& target_id) {
  if (!ids::is_uuid(target_id)) return unknown(target_id);
  return pool_.transact([&](pg::Tx& tx) -> Result<TargetAccess> {
    const auto rows = tx.exec("select * from target where tenant_id = $1 and target_id = $2", {tenant_id, target_id});
    if (rows.empty()) return unknown(target_id);
    auto password = sealer_.open(rows[0].bytes("sealed_password"), context_of(tenant_id, target_id));
    if (!password) return fail(password.error());
    const auto target = target_of(rows[0]);
    return TargetAccess{tenant_id, target_id, target.url, target.database, target.user, std::move(*password)};
  });
}

}  // namespace q2o::loader
