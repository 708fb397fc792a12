#include "services/notifier/adapters/people.h"

#include "common/log/log.h"
#include "services/notifier/adapters/announcer.h"

namespace q2o::notifier {
namespace {

constexpr std::string_view kAddress = "notifier.person.address", kName = "notifier.person.name";

}  // namespace

void remember(pg::Tx& tx, const std::string& tenant, const Person& person, const std::string& occurred_at) {
  tx.exec(
      "insert into person (tenant_id, person_id, recipient, address, name, role, active, occurred_at) values ($1, $2, $3, $4, $5, $6, $7, "
      "$8::timestamptz) on conflict (tenant_id, person_id) do update set recipient = excluded.recipient, address = excluded.address, name "
      "= "
      "excluded.name, role = excluded.role, active = excluded.active, occurred_at = excluded.occurred_at where person.occurred_at <= "
      "excluded.occurred_at",
      {tenant, person.id, recipient_of(tx, tenant, person.address), tx.seal_text({tenant, "", kAddress, person.id}, person.address),
       tx.seal_text({tenant, "", kName, person.id}, person.name), person.role, person.active, occurred_at});
}

std::vector<Person> people_with(pg::Tx& tx, const std::string& tenant, const std::set<std::string>& roles) {
  std::vector<Person> out;
  for (const auto row :
       tx.exec("select person_id, address, name, role from person where tenant_id = $1 and active and role = any($2) order by person_id",
               {tenant, std::vector<std::string>(roles.begin(), roles.end())})) {
    const auto id = row.text("person_id");
    try {
      out.push_back({id, tx.open({tenant, "", kAddress, id}, row.text("address")), tx.open({tenant, "", kName, id}, row.text("name")),
                     row.text("role"), true});
    } catch (const std::exception& problem) {  // the others are told
      log::error("a person cannot be read", {{"person", id}, {"error", problem.what()}});
    }
  }
  return out;
}

}  // namespace q2o::notifier
