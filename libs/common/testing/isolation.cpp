#include "common/testing/isolation.h"

#include <fmt/format.h>

#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "common/testing/testing.h"

namespace q2o::testing {
namespace {

/// A value that a column of this type takes; new each time, so that no key is met twice.
std::string value_of(const std::string& type) {
  if (type.ends_with("[]")) return "'{}'";
  if (type == "uuid" || type == "text") return "'" + ids::uuid_v4() + "'";
  if (type == "boolean") return "false";
  if (type == "bytea") return "''";
  if (type.starts_with("timestamp")) return "now()";
  if (type == "xid8") return "'0'";
  return "1";
}

/// A row of the tenant with what the table insists on; references to other tables are not looked at.
void fill(pg::Tx& tx, const std::string& schema, const std::string& table, const std::string& tenant) {
  std::string columns = "tenant_id", values = "'" + tenant + "'";
  for (const auto row : tx.exec("select attname, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = "
                                "($1 || '.' || $2)::regclass and attnum > 0 and not attisdropped and attnotnull and not atthasdef and "
                                "attidentity = '' and attname <> 'tenant_id'",
                                {schema, table})) {
    columns += ", \"" + row.text("attname") + "\"";
    values += ", " + value_of(row.text("type"));
  }
  tx.exec(fmt::format("insert into {}.{} ({}) values ({})", schema, table, columns, values));
}

}  // namespace

pg::Options as_administrator(pg::Options options) {
  options.user = "q2o";
  return options;
}

std::vector<std::string> isolation_complaints(const pg::Options& options) {
  std::vector<std::string> complaints, tables;
  pg::Pool admin(as_administrator(options)), pool(options);
  const std::string ann = ids::uuid_v4(), eve = ids::uuid_v4();
  admin.transact([&](pg::Tx& tx) {
    tx.exec("set local session_replication_role = replica");
    for (const auto row :
         tx.exec("select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced from pg_class c join pg_attribute "
                 "a on a.attrelid = c.oid where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and a.attname = "
                 "'tenant_id' and not a.attisdropped order by 1",
                 {options.schema})) {
      tables.push_back(row.text("relname"));
      if (!row.boolean("forced"))
        complaints.push_back(tables.back() + " is under no row level security: isolate_tenants() in a schema file");
      for (const auto& tenant : {ann, eve}) fill(tx, options.schema, tables.back(), tenant);
    }
  });
  if (tables.empty()) complaints.emplace_back("the schema has no table of tenants");
  const auto in = [&](const acting::Whom& whom, const std::string& sql) {
    const acting::Scope scope(whom);
    return pool.transact([&](pg::Tx& tx) { return tx.exec(sql).affected(); });
  };
  for (const auto& table : tables) {
    const auto must = [&](const char* who, const acting::Whom& whom, const std::string& whose, std::size_t seen) {
      const auto found = in(whom, fmt::format("select 1 from {} where tenant_id = '{}'", table, whose));
      if (found != seen) complaints.push_back(fmt::format("{}: {} sees {} rows of a tenant, not {}", table, who, found, seen));
    };
    must("the tenant", acting::tenant(ann), ann, 1);
    must("the service", acting::everyone(), ann, 1);
    must("another tenant", acting::tenant(eve), ann, 0);
    must("nobody", acting::nobody(), ann, 0);
    must("a tenant with quotes", acting::tenant("' or true --"), ann, 0);
    for (const auto* change : {"update {} set tenant_id = tenant_id where tenant_id = '{}'", "delete from {} where tenant_id = '{}'"})
      if (in(acting::tenant(eve), fmt::format(fmt::runtime(change), table, ann)) != 0)
        complaints.push_back(table + ": another tenant changes rows: " + change);
    try {
      in(acting::tenant(eve), fmt::format("update {} set tenant_id = '{}' where tenant_id = '{}'", table, ann, eve));
      complaints.push_back(table + ": a tenant gives a row to another one");
    } catch (const pg::SqlError& refused) {
      if (std::string_view(refused.what()).find("row-level security") == std::string_view::npos)
        complaints.push_back(table + ": " + refused.what());
    }
  }
  return complaints;
}

}  // namespace q2o::testing
