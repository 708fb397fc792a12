// What an undo did, for people.
#include <charconv>
#include <map>

#include "services/loader/adapters/pg_undo_store.h"
#include "services/loader/adapters/sealed_item.h"

namespace q2o::loader {
namespace {

constexpr std::uint32_t kPageMax = 1000;

/// The newest label of each record in the source.
std::map<std::string, std::string> labels_of(pg::Tx& tx, const std::string& migration_id, const std::vector<std::string>& names) {
  std::map<std::string, std::string> out;
  for (const auto row : tx.exec("select distinct on (external_id) tenant_id, migration_id, run, external_id, label from item where "
                                "migration_id = $1 and external_id = "
                                "any($2::text[]) order by external_id, run desc",
                                {migration_id, names}))
    out[row.text("external_id")] = opened(tx, row, "label", kItemLabel);
  return out;
}

void add_values(pg::Tx& tx, const v1::GetUndoRequest& request, v1::GetUndoResponse& out) {
  for (const auto row : tx.exec("select * from undo_value where migration_id = $1 and run = $2 and state = 'kept' order by model, odoo_id, "
                                "field",
                                {request.migration_id(), request.run()})) {
    auto& kept = *out.add_kept();
    kept.set_model(row.text("model"));
    kept.set_odoo_id(row.integer("odoo_id"));
    kept.set_label(row.text("field"));
    kept.set_reason(tx.open({row.text("tenant_id"), row.text("migration_id"), kValueReason,
                             value_id(row.text("model"), row.integer("odoo_id"), row.text("field"))},
                            row.text("reason")));
  }
}

}  // namespace

v1::RunUndone undo_summary(pg::Tx& tx, const RunKey& key, bool dry_run) {
  v1::RunUndone out;
  out.set_dry_run(dry_run);
  const pg::Params of_run{key.migration_id, key.run};
  // What is planned will be done only where nothing is done: a run at work has not done it yet.
  for (const auto row :
       tx.exec("select model, count(*) filter (where state = 'removed' or ($3::boolean and state = 'planned' and not reverse and not "
               "adopted)) as removed, count(*) filter (where state = 'reversed' or ($3::boolean and state = 'planned' and reverse)) as "
               "reversed, count(*) filter (where state = 'kept') as kept from undo_record where migration_id = $1 and run = $2 group by "
               "model order by model",
               {key.migration_id, key.run, dry_run})) {
    if (row.integer("removed") + row.integer("reversed") + row.integer("kept") == 0) continue;
    auto& count = *out.add_counts();
    count.set_model(row.text("model"));
    count.set_removed(static_cast<std::uint64_t>(row.integer("removed")));
    count.set_reversed(static_cast<std::uint64_t>(row.integer("reversed")));
    count.set_kept(static_cast<std::uint64_t>(row.integer("kept")));
  }
  const auto values = tx.one(
      dry_run ? "select (select count(*) from changed_value v join run r using (target_id, migration_id) where r.migration_id = $1 and "
                "r.run = $2) as restored, 0::bigint as kept"
              : "select count(*) filter (where state = 'restored') as restored, count(*) filter (where state = 'kept') as kept from "
                "undo_value where migration_id = $1 and run = $2",
      of_run);
  out.set_restored(static_cast<std::uint64_t>(values.integer("restored")));
  out.set_left(static_cast<std::uint64_t>(values.integer("kept")));
  return out;
}

Result<v1::GetUndoResponse> undo_report(pg::Pool& pool, const std::string& tenant_id, const v1::GetUndoRequest& request) {
  std::int64_t after = 0;
  const auto& token = request.page_token();
  const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), after);
  if (!token.empty() && (problem != std::errc() || end != token.data() + token.size()))
    return fail(Code::invalid_argument, "page_token is none that a page before gave", "PAGE_TOKEN_INVALID", "Begin without one.");
  const std::uint32_t most = request.page_size() == 0 ? kPageMax : std::min(request.page_size(), kPageMax);
  return pool.transact([&](pg::Tx& tx) -> Result<v1::GetUndoResponse> {
    v1::GetUndoResponse out;
    const auto runs = tx.exec("select dry_run from run where tenant_id = $1 and migration_id = $2 and run = $3 and kind = 'undo'",
                              {tenant_id, request.migration_id(), request.run()});
    if (runs.empty()) return fail(Code::not_found, "the loader knows no such undo", "RUN_UNKNOWN", "q2o history lists the runs.");
    *out.mutable_undone() = undo_summary(tx, {request.migration_id(), request.run()}, runs[0].boolean("dry_run"));
    std::vector<std::string> names;
    std::int64_t last = 0;
    for (const auto row :
         tx.exec("select * from undo_record where migration_id = $1 and run = $2 and state = 'kept' and position > $3 order "
                 "by position limit $4",
                 {request.migration_id(), request.run(), after, static_cast<std::int64_t>(most)})) {
      auto& kept = *out.add_kept();
      kept.set_model(row.text("model"));
      kept.set_odoo_id(row.integer("odoo_id"));
      kept.set_external_id(row.text("external_id"));
      kept.set_reason(opened(tx, row, "reason", kUndoReason));
      names.push_back(kept.external_id());
      last = row.integer("position");
    }
    const auto labels = labels_of(tx, request.migration_id(), names);
    for (auto& kept : *out.mutable_kept())
      if (const auto label = labels.find(kept.external_id()); label != labels.end()) kept.set_label(label->second);
    if (names.size() == most)
      out.set_next_page_token(std::to_string(last));
    else
      add_values(tx, request, out);
    return out;
  });
}

}  // namespace q2o::loader
