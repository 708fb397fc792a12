#include "services/connector/adapters/changes_report.h"

#include <algorithm>

#include "services/connector/adapters/postgres_replay.h"
#include "services/connector/adapters/sealed_texts.h"

namespace q2o::connector {
namespace {

constexpr std::uint32_t kPageMax = 1000;
/// Between entity and id in a page token; in neither of them.
constexpr char kSeparator = '\n';

void fill(pg::Tx& tx, v1::SourceChange& out, const pg::Row& row) {
  const auto id = change_id(static_cast<std::uint64_t>(row.integer("run")), row.text("entity"), row.text("source_id"));
  const auto open = [&](std::string_view where, std::string_view column) {
    return tx.open({row.text("tenant_id"), row.text("migration_id"), where, id}, row.text(column));
  };
  out.set_entity(row.text("entity"));
  out.set_source_id(row.text("source_id"));
  out.set_kind(row.text("kind"));
  out.set_closed(row.boolean("closed"));
  out.set_number(open(kChangeNumber, "number"));
  out.set_party(open(kChangeParty, "party"));
  out.set_before_date(row.text("before_date"));
  out.set_before_amount(open(kChangeBefore, "before_amount"));
  out.set_after_date(row.text("after_date"));
  out.set_after_amount(open(kChangeAfter, "after_amount"));
}

void fill_entities(pg::Tx& tx, const pg::Params& run, v1::ListChangesResponse& out) {
  for (const auto row : tx.exec(
           "SELECT e.entity, e.reading, coalesce(c.added, 0) AS added, coalesce(c.changed, 0) AS changed, coalesce(c.deleted, 0) AS "
           "deleted "
           "FROM extraction_entity e LEFT JOIN (SELECT entity, count(*) FILTER (WHERE kind = 'new') AS added, count(*) FILTER (WHERE kind "
           "= 'deleted') AS deleted, count(*) FILTER (WHERE kind NOT IN ('new', 'deleted')) AS changed FROM source_change WHERE "
           "migration_id = $1 AND run = $2 GROUP BY entity) AS c ON c.entity = e.entity WHERE e.migration_id = $1 AND e.run = $2 ORDER "
           "BY e.entity",
           run)) {
    auto& entity = *out.add_entities();
    entity.set_entity(row.text("entity"));
    entity.set_reading(row.text("reading"));
    entity.set_added(static_cast<std::uint64_t>(row.integer("added")));
    entity.set_changed(static_cast<std::uint64_t>(row.integer("changed")));
    entity.set_deleted(static_cast<std::uint64_t>(row.integer("deleted")));
  }
}

}  // namespace

Result<v1::ListChangesResponse> changes_report(pg::Tx& tx, const std::string& tenant, const v1::ListChangesRequest& request) {
  const auto run = recorded_run(tx, tenant, request.migration_id(), request.run());
  if (!run) return fail(run.error());
  const auto split = request.page_token().find(kSeparator);
  if (!request.page_token().empty() && split == std::string::npos)
    return fail(Code::invalid_argument, "page_token is none that a page before gave", "PAGE_TOKEN_INVALID", "Begin without one.");
  const auto entity = request.page_token().substr(0, split == std::string::npos ? 0 : split);
  const auto id = split == std::string::npos ? std::string() : request.page_token().substr(split + 1);
  const auto size = std::min(request.page_size() == 0 ? kPageMax : request.page_size(), kPageMax);
  v1::ListChangesResponse out;
  out.set_base_run(static_cast<std::uint32_t>(
      tx.one("SELECT base_run FROM extraction WHERE migration_id = $1 AND run = $2", {request.migration_id(), *run}).integer("base_run")));
  fill_entities(tx, {request.migration_id(), *run}, out);
  for (const auto row : tx.exec("SELECT * FROM source_change WHERE migration_id = $1 AND run = $2 AND (closed OR NOT $3) AND (entity, "
                                "source_id) > ($4, $5) ORDER BY entity, source_id LIMIT $6",
                                {request.migration_id(), *run, request.closed_only(), entity, id, static_cast<std::int64_t>(size)}))
    fill(tx, *out.add_changes(), row);
  if (static_cast<std::uint32_t>(out.changes_size()) == size)
    out.set_next_page_token(out.changes(out.changes_size() - 1).entity() + kSeparator + out.changes(out.changes_size() - 1).source_id());
  return out;
}

}  // namespace q2o::connector
