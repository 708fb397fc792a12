#include "common/content/sweeper.h"

#include <toml++/toml.h>

#include "common/liveness/pause.h"
#include "common/log/log.h"

namespace q2o::content {
namespace {

constexpr int kPiece = 5000;
constexpr std::chrono::hours kEvery{1};
constexpr std::chrono::minutes kLease{5};

tl::unexpected<Error> wrong(const std::string& file, const std::string& what) {
  return fail(Code::invalid_argument, file + ": " + what, "CONFIG_SYNTAX", "The file itself says in its head what an entry needs.");
}

}  // namespace

Result<std::vector<Rule>> read_rules(const std::string& path, const std::string& service) {
  try {
    const auto file = toml::parse_file(path);
    std::vector<Rule> out;
    const auto* tables = file["table"].as_array();
    if (tables == nullptr) return wrong(path, "there is no [[table]]");
    for (const auto& entry : *tables) {
      if (!entry.is_table()) return wrong(path, "every table is a [[table]]");
      const auto& table = *entry.as_table();
      if (table["service"].value_or("") != service) continue;
      Rule rule{table["name"].value_or(""), table["column"].value_or(""), table["only"].value_or(""), 0};
      rule.days = static_cast<int>(file["days"][table["age"].value_or("")].value_or(std::int64_t{0}));
      if (rule.table.empty() || rule.column.empty() || rule.days < 1)
        return wrong(path, "table '" + rule.table + "' of " + service + " needs a name, a column and an age of [days] from 1 day on");
      out.push_back(std::move(rule));
    }
    return out;
  } catch (const toml::parse_error& problem) {
    return wrong(path, "line " + std::to_string(problem.source().begin.line) + ": " + std::string(problem.description()));
  }
}

Sweeper::Sweeper(pg::Pool& pool, std::vector<Rule> rules, std::string owner, metrics::Registry& metrics)
    : pool_(pool), rules_(std::move(rules)), owner_(std::move(owner)), metrics_(metrics) {}

std::uint64_t Sweeper::delete_some(const Rule& rule, const pg::Lease& lease) {
  return pool_.transact([&](pg::Tx& tx) -> std::uint64_t {
    if (!pg::renew(tx, lease, kLease)) return 0;  // another replica has it by now
    return tx
        .exec("delete from \"" + rule.table + "\" where ctid = any(array(select ctid from \"" + rule.table + "\" where \"" + rule.column +
                  "\" < now() - $1 * interval '1 day'" + (rule.only.empty() ? "" : " and (" + rule.only + ")") + " limit " +
                  std::to_string(kPiece) + "))",
              {rule.days})
        .affected();
  });
}

std::uint64_t Sweeper::sweep(std::stop_token stop) {
  std::uint64_t sum = 0;
  const auto lease = pool_.transact([&](pg::Tx& tx) { return pg::try_lease(tx, "retention", "all", owner_, kLease); });
  if (!lease) return 0;
  for (const auto& rule : rules_) {
    std::uint64_t rows = 0;
    for (std::uint64_t piece = 1; piece > 0 && !stop.stop_requested(); rows += piece) piece = delete_some(rule, *lease);
    metrics_.counter("q2o_retention_rows_total", "Rows deleted because of their age", {{"table", rule.table}})
        .add(static_cast<double>(rows));
    if (rows > 0) log::info("rows deleted because of their age", {{"table", rule.table}, {"rows", rows}, {"days", rule.days}});
    sum += rows;
  }
  return sum;  // the lease runs out by itself: one replica an hour is enough
}

void Sweeper::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      sweep(stop);
    } catch (const std::exception& problem) {
      log::warn("old rows were not deleted, trying again in an hour", {{"error", problem.what()}});
    }
    liveness::pause(kEvery, stop);
  }
}

}  // namespace q2o::content
