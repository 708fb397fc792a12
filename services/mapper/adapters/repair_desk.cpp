#include "services/mapper/adapters/repair_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "services/mapper/adapters/repair_store.h"
#include "services/mapper/adapters/rows.h"
#include "services/mapper/domain/stream.h"

namespace q2o::mapper {
namespace {

constexpr std::uint32_t kPageMax = 1000;

void fill(v1::Repair& out, const Repair& repair) {
  out.set_number(static_cast<std::uint64_t>(repair.number));
  out.set_entity(repair.entity);
  out.set_source_id(repair.source_id);
  out.set_label(repair.label);
  out.set_kind(std::string(word_of(repair.kind)));
  out.set_path(repair.path);
  if (repair.before != "null") out.set_before_json(repair.before);
  out.set_value_json(repair.value);
  out.set_why(repair.why);
  out.set_actor(repair.actor);
  out.set_at(repair.at);
  out.set_counts(repair.counts);
}

tl::unexpected<Error> invalid(std::string message, std::string reason, std::string hint) {
  return fail(Code::invalid_argument, std::move(message), std::move(reason), std::move(hint));
}

Status check(const v1::RepairRecordRequest& request) {
  const int kinds = (request.changes().empty() ? 0 : 1) + (request.exclude() ? 1 : 0) + (request.withdraw() ? 1 : 0);
  if (kinds != 1)
    return invalid("a repair sets values, or leaves the record out, or takes earlier repairs back", "REPAIR_KIND",
                   "Say one of --set, --use, --exclude and --withdraw.");
  if (request.why().find_first_not_of(' ') == std::string::npos)
    return invalid("a reason is needed", "REASON_MISSING", "Say --why: it stands in the report beside the record.");
  return {};
}

/// Of the newest reject or note that has one.
std::string label_of(pg::Tx& tx, const std::string& tenant, const std::string& migration, const v1::TraceRecordResponse::Record& record) {
  constexpr const char* kOf =
      "SELECT tenant_id, migration_id, run, entity, source_id, label FROM {} WHERE tenant_id = $1 AND migration_id = $2 AND entity = $3 "
      "AND source_id = $4 AND label <> ''";
  const auto rows = tx.exec(fmt::format("{} UNION ALL {} ORDER BY run DESC LIMIT 1", fmt::format(kOf, "reject"), fmt::format(kOf, "note")),
                            {tenant, migration, record.entity(), record.source_id()});
  return rows.empty() ? std::string() : opened(tx, rows[0], "label", "mapper.label");
}

Result<std::vector<Repair>> read_changes(const v1::TraceRecordResponse::Record& record, const v1::RepairRecordRequest& request) {
  if (!record.body_missing().empty() || record.readings().empty())
    return fail(Code::failed_precondition,
                fmt::format("what the source sent of {} {} is not there any more: {}", record.entity(), record.source_id(),
                            record.readings().empty() ? "only the ledger has it" : record.body_missing()),
                "RECORD_BYTES_GONE", "Read the source again (q2o migrate), then repair the record; or leave it out with --exclude.");
  const auto document = json::Document::parse(record.body());
  if (!document || !document->root().is_object())
    return fail(Code::failed_precondition,
                fmt::format("{} {} is no JSON object: no value in it can be replaced", record.entity(), record.source_id()),
                "RECORD_UNREADABLE", "Correct it in the source and run q2o migrate, or leave it out with --exclude.");
  std::vector<Repair> repairs;
  for (const auto& change : request.changes()) {
    ValueChange wanted{change.path(), std::nullopt, change.json(), change.everywhere()};
    if (change.json().empty()) wanted.text = change.text();
    auto repair = read_change(document->root(), wanted);
    if (!repair) return fail(repair.error());
    repairs.push_back(std::move(*repair));
  }
  return repairs;
}

/// What earlier repairs of the record permit.
Status fits(const std::vector<Repair>& earlier, const v1::TraceRecordResponse::Record& record, const v1::RepairRecordRequest& request) {
  const auto of_record = [&](const Repair& repair) {
    return repair.counts && repair.entity == record.entity() && repair.source_id == record.source_id();
  };
  if (request.withdraw() && std::ranges::none_of(earlier, of_record))
    return fail(Code::failed_precondition, fmt::format("nothing was decided about {} {}", record.entity(), record.source_id()),
                "NOTHING_TO_WITHDRAW", "q2o repairs lists what was decided.");
  const bool left_out =
      std::ranges::any_of(earlier, [&](const Repair& repair) { return of_record(repair) && repair.kind == Repair::Kind::exclude; });
  if (left_out && !request.withdraw())
    return fail(Code::failed_precondition, fmt::format("{} {} is left out", record.entity(), record.source_id()), "RECORD_LEFT_OUT",
                "Take that back first: q2o repair … --withdraw.");
  return {};
}

}  // namespace

Result<v1::TraceRecordResponse::Record> RepairDesk::find(const rpc::Caller& caller, const v1::RepairRecordRequest& request) const {
  v1::TraceRecordRequest wanted;
  wanted.set_migration_id(request.migration_id());
  wanted.set_entity(request.entity());
  wanted.set_word(request.word());
  wanted.set_with_body(!request.changes().empty());
  auto traced = tracer_.trace(caller.tenant, wanted);
  if (!traced) return fail(traced.error());
  if (traced->records_size() > 1) {
    std::string ids;
    for (const auto& record : traced->records()) ids += (ids.empty() ? "" : ", ") + record.source_id();
    return invalid(fmt::format("{} {} may be any of {}", request.entity(), request.word(), ids), "AMBIGUOUS_RECORD",
                   "Give its id in the source.");
  }
  if (traced->records(0).entity() == "GeneralLedger")
    return invalid("the source's ledger is what everything is proven by: it cannot be repaired", "LEDGER_DECIDES",
                   "Correct it in the source and run q2o migrate.");
  return traced->records(0);
}

Result<v1::RepairRecordResponse> RepairDesk::repair(const rpc::Caller& caller, const v1::RepairRecordRequest& request) const {
  if (auto fine = check(request); !fine) return fail(fine.error());
  const auto record = find(caller, request);
  if (!record) return fail(record.error());
  std::vector<Repair> repairs(1);
  repairs.front().kind = request.exclude() ? Repair::Kind::exclude : Repair::Kind::withdraw;
  if (!request.changes().empty()) {
    auto read = read_changes(*record, request);
    if (!read) return fail(read.error());
    repairs = std::move(*read);
  }
  v1::RepairRecordResponse response;
  Status refused;
  pool_.transact([&](pg::Tx& tx) {
    response.Clear();
    const auto last = repair_store::last(tx, caller.tenant, request.migration_id());
    refused = fits(repair_store::read(tx, caller.tenant, request.migration_id(), last), *record, request);
    if (!refused) return;
    const auto label = label_of(tx, caller.tenant, request.migration_id(), *record);
    for (auto repair : repairs) {
      repair.entity = record->entity();
      repair.source_id = record->source_id();
      repair.label = label;
      repair.why = request.why();
      repair.actor = caller.actor;
      repair_store::add(tx, caller.tenant, request.migration_id(), repair);
      repair.counts = repair.kind != Repair::Kind::withdraw;
      fill(*response.add_repairs(), repair);
    }
  });
  if (!refused) return fail(refused.error());
  return response;
}

Result<v1::ListRepairsResponse> RepairDesk::list(const rpc::Caller& caller, const v1::ListRepairsRequest& request) const {
  std::int64_t after = 0;
  const auto& token = request.page_token();
  const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), after);
  if (!token.empty() && (problem != std::errc() || end != token.data() + token.size()))
    return invalid("page_token is none that a page before gave", "PAGE_TOKEN_INVALID", "Begin without one.");
  const std::uint32_t size = request.page_size() == 0 ? kPageMax : std::min(request.page_size(), kPageMax);
  // Which count follows from all of them; people type them one by one, so they are few.
  const auto all = pool_.transact([&](pg::Tx& tx) {
    return repair_store::read(tx, caller.tenant, request.migration_id(), repair_store::last(tx, caller.tenant, request.migration_id()));
  });
  v1::ListRepairsResponse response;
  for (const auto& repair : all) {
    if (repair.number <= after) continue;
    if (static_cast<std::uint32_t>(response.repairs_size()) == size) {
      response.set_next_page_token(std::to_string(response.repairs().rbegin()->number()));
      break;
    }
    fill(*response.add_repairs(), repair);
  }
  return response;
}

}  // namespace q2o::mapper
