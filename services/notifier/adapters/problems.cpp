#include "services/notifier/adapters/problems.h"

#include "common/ids/ids.h"
#include "common/pg/utc.h"

namespace q2o::notifier {
namespace {

constexpr std::string_view kMessage = "notifier.problem.message", kHint = "notifier.problem.hint";

}  // namespace

void add_problem(pg::Tx& tx, const std::string& tenant, const std::string& migration, const std::string& kind, const std::string& message,
                 const std::string& hint) {
  const auto place = ids::uuid_v7();
  tx.exec("insert into problem (tenant_id, migration_id, kind, message, hint, place) values ($1, nullif($2, '')::uuid, $3, $4, $5, $6)",
          {tenant, migration, kind, tx.seal_text({tenant, migration, kMessage, place}, message),
           tx.seal_text({tenant, migration, kHint, place}, hint), place});
}

std::vector<v1::Problem> problems(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::int64_t before,
                                  std::uint32_t most, std::int64_t& next) {
  std::vector<v1::Problem> out;
  next = 0;
  for (const auto row :
       tx.exec("select number, migration_id, kind, message, hint, place, " + pg::utc("created_at", "at") +
                   " from problem where tenant_id = $1::uuid and ($2 = '' or migration_id = nullif($2, '')::uuid) and ($3::bigint = 0 "
                   "or number < $3) order by number "
                   "desc limit $4",
               {tenant, migration, before, static_cast<std::int64_t>(most) + 1})) {
    if (out.size() == most) return out;  // there are more: `next` is the last one taken
    const auto of = row.text("migration_id"), place = row.text("place");
    auto& problem = out.emplace_back();
    problem.set_at(row.text("at"));
    problem.set_migration_id(of);
    problem.set_kind(row.text("kind"));
    problem.set_message(tx.open({tenant, of, kMessage, place}, row.text("message")));
    problem.set_hint(tx.open({tenant, of, kHint, place}, row.text("hint")));
    next = row.integer("number");
  }
  next = 0;
  return out;
}

}  // namespace q2o::notifier
