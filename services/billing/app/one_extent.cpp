#include "services/billing/app/one_extent.h"

#include <fmt/format.h>

#include "common/rpc/page.h"
#include "services/billing/domain/extent.h"

namespace q2o::billing {
namespace {

/// The mapper ended the run before any transaction: its choice was none (FIRST_DAY_BEFORE_BOOKS).
bool had_no_choice(const v1::Run& run) {
  return run.state() == v1::STATE_FAILED && run.reason().rfind("mapper: Nothing was posted before", 0) == 0;
}

}  // namespace

bool has_written_into(Migrations& migrations, const std::string& migration_id, const std::string& target) {
  const auto runs = migrations.runs(migration_id);
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->target_id() != target || run->order().dry_run() || had_no_choice(*run)) continue;
    return run->order().kind() != v1::RUN_KIND_UNDO || run->state() != v1::STATE_READY;
  }
  return false;
}

Status may_write_into(Migrations& migrations, const v1::Migration& wanted, const std::string& target) {
  std::string after;
  for (auto page = migrations.list(wanted.tenant_id(), after, rpc::kPageMax); !page.empty();
       page = migrations.list(wanted.tenant_id(), after, rpc::kPageMax)) {
    for (const auto& known : page) {
      after = known.migration_id();
      if (known.source_connection_id() != wanted.source_connection_id() || known.migration_id() == wanted.migration_id()) continue;
      if (same(known.extent(), wanted.extent()) || !has_written_into(migrations, known.migration_id(), target)) continue;
      return fail(Code::failed_precondition,
                  fmt::format("migration {} has brought {} into this Odoo; now {} is wanted", known.migration_id(),
                              in_words(known.extent()), in_words(wanted.extent())),
                  "EXTENT_CHANGED",
                  "Run it again without another choice, or take it back first (q2o undo), or choose another Odoo database.");
    }
  }
  return {};
}

}  // namespace q2o::billing
