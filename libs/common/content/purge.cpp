#include "common/content/purge.h"

#include <algorithm>

namespace q2o::content {
namespace {

constexpr int kPiece = 5000;

struct Table {
  std::string name, condition;
};

/// Tables with the condition that finds a tenant's or a migration's rows ($1, $2).
std::vector<Table> tables(pg::Tx& tx, bool of_migration, const std::vector<std::string>& spared) {
  std::vector<Table> out;
  for (const auto row :
       tx.exec("select c.table_name, max(c.column_name) filter (where c.column_name in ('tenant_id', 'tenant')) as tenant, "
               "bool_or(c.column_name = 'migration_id') as migration, bool_or(c.column_name = 'scope') as scope "
               "from information_schema.columns c join information_schema.tables t using (table_schema, table_name) "
               "where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' group by c.table_name order by c.table_name")) {
    const auto name = row.text("table_name");
    const bool is_spared = name == "outbox" || std::ranges::find(spared, name) != spared.end();
    if (is_spared || row.is_null("tenant")) continue;
    Table table{name, row.text("tenant") + "::text = $1"};
    if (of_migration && row.boolean("migration"))
      table.condition += " and migration_id::text = $2";
    else if (of_migration && row.boolean("scope"))  // "migration/run"
      table.condition += " and starts_with(scope, $2 || '/')";
    else if (of_migration)
      continue;  // shared by the tenant's migrations
    else
      table.condition += " and $2 = ''";
    out.push_back(std::move(table));
  }
  return out;
}

std::uint64_t delete_rows(pg::Pool& pool, const Table& table, const std::string& tenant, const std::string& migration) {
  std::uint64_t sum = 0;
  for (;;) {
    const auto rows = pool.transact([&](pg::Tx& tx) {
      return tx
          .exec("delete from \"" + table.name + "\" where ctid = any(array(select ctid from \"" + table.name + "\" where " +
                    table.condition + " limit " + std::to_string(kPiece) + "))",
                {tenant, migration})
          .affected();
    });
    sum += rows;
    if (rows == 0) return sum;
  }
}

}  // namespace

std::map<std::string, std::uint64_t> purge(pg::Pool& pool, const std::string& tenant, const std::string& migration,
                                           const std::vector<std::string>& spared) {
  auto left = pool.transact([&](pg::Tx& tx) { return tables(tx, !migration.empty(), spared); });
  std::map<std::string, std::uint64_t> counts;
  // A table that others refer to can only be emptied after them.
  while (!left.empty()) {
    std::vector<Table> waiting;
    for (const auto& table : left) {
      try {
        counts[table.name] += delete_rows(pool, table, tenant, migration);
      } catch (const pg::SqlError& problem) {
        if (problem.sqlstate != "23503") throw;
        waiting.push_back(table);
      }
    }
    if (waiting.size() == left.size()) throw std::runtime_error("rows of " + left.front().name + " are still referred to");
    left = std::move(waiting);
  }
  return counts;
}

}  // namespace q2o::content
