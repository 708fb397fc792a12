#include "services/identity/people/adapters/usage_reader.h"

#include "common/pg/acting.h"

namespace q2o::identity::people {
namespace {

constexpr std::chrono::hours kUsual{30 * 24};
constexpr int kLinesMost = 1000;

bool is_bad_time(const pg::SqlError& problem) {
  return problem.sqlstate.starts_with("2200");  // 22007, 22008: no time, or none that exists
}

v1::UsageLine line_of(const pg::Row& row) {
  v1::UsageLine out;
  out.set_key_id(row.text("key_id"));
  out.set_endpoint(row.text("method"));
  out.set_calls(static_cast<std::uint64_t>(row.integer("calls")));
  out.set_refused(static_cast<std::uint64_t>(row.integer("refused")));
  out.set_failed(static_cast<std::uint64_t>(row.integer("failed")));
  out.set_milliseconds(static_cast<std::uint64_t>(row.integer("milliseconds")));
  out.set_milliseconds_max(static_cast<std::uint64_t>(row.integer("milliseconds_max")));
  return out;
}

}  // namespace

Result<v1::GetUsageResponse> read_usage(pg::Pool& pool, const std::string& tenant, const v1::GetUsageRequest& request,
                                        std::chrono::system_clock::time_point now) {
  const auto from = request.from().empty() ? text_of(now - kUsual) : request.from();
  const auto to = request.to().empty() ? text_of(now + std::chrono::hours(1)) : request.to();
  const auto bad_time = [] {
    return fail(Code::invalid_argument, "from or to is no time", "BAD_TIME", "Give both as 2026-03-01T00:00:00Z.");
  };
  constexpr auto kLetters = "0123456789-:.TZ+";
  if ((from + to).find_first_not_of(kLetters) != std::string::npos) return bad_time();
  const auto key = request.key_id().substr(0, request.key_id().find('\0'));
  try {
    return pool.transact([&](pg::Tx& tx) {
      pg::act_for(tx, acting::tenant(tenant));
      v1::GetUsageResponse out;
      for (const auto row :
           tx.exec("select key_id, method, sum(calls)::bigint as calls, "
                   "coalesce(sum(calls) filter (where status between 400 and 499), 0)::bigint as refused, "
                   "coalesce(sum(calls) filter (where status >= 500), 0)::bigint as failed, "
                   "(sum(microseconds) / 1000)::bigint as milliseconds, (max(microseconds_max) / 1000)::bigint as milliseconds_max "
                   "from usage where tenant_id = $1 and hour >= date_trunc('hour', $2::timestamptz) and hour < $3::timestamptz "
                   "and ($4 = '' or key_id = $4) group by key_id, method order by calls desc, method, key_id limit $5",
                   {tenant, from, to, key, kLinesMost})) {
        *out.add_lines() = line_of(row);
        out.set_calls(out.calls() + out.lines().rbegin()->calls());
      }
      const std::string in_period = " >= date_trunc('hour', $2::timestamptz) and ";
      const auto begun = tx.one(
          "select (select count(*) from usage_migration where tenant_id = $1 and created_at" + in_period +
              "created_at < $3::timestamptz and ($4 = '' or key_id = $4)) as migrations, (select coalesce(sum(r.records), 0)::bigint from "
              "usage_run r left join usage_migration m using (tenant_id, migration_id) where r.tenant_id = $1 and r.loaded_at" +
              in_period + "r.loaded_at < $3::timestamptz and ($4 = '' or m.key_id = $4)) as records",
          {tenant, from, to, key});
      out.set_migrations(static_cast<std::uint64_t>(begun.integer("migrations")));
      out.set_records(static_cast<std::uint64_t>(begun.integer("records")));
      return out;
    });
  } catch (const pg::SqlError& problem) {
    if (is_bad_time(problem)) return bad_time();
    throw;
  }
}

}  // namespace q2o::identity::people
