#include "services/mapper/adapters/run_differ.h"

#include <fmt/format.h>

#include <limits>

#include "services/mapper/adapters/run_comparison.h"

namespace q2o::mapper {
namespace {

constexpr std::size_t kPayloadsAtATime = 2'000;
constexpr std::size_t kFieldsMax = 200;

tl::unexpected<Error> lost(const MappedRun& run, const Error& why) {
  return fail(Code::data_loss,
              fmt::format("what run {} has mapped is not in the log any more: its retention has passed ({})", run.number, why.message),
              "DIFF_RANGE_LOST",
              fmt::format("Map it again without loading (q2o replay --run {} --mapping {} --dry-run) and compare with that run; where the "
                          "source's records are gone too, run the migration again (q2o migrate).",
                          run.number, run.mapping.substr(0, 12)));
}

/// A record of the target with its place in the source.
struct Payload {
  std::string entity, source_id, label;
  v1::TargetRecord target;
};
using Payloads = std::unordered_map<std::string, Payload>;

std::vector<FieldChange> changes_of(const v1::TargetRecord& before, const v1::TargetRecord& after) {
  std::vector<FieldChange> changes;
  const auto was = json::Document::parse(before.values_json()), now = json::Document::parse(after.values_json());
  if (was && now) changes = changed_fields(was->root(), now->root());
  const auto compare = [&](const char* name, const std::string& one, const std::string& other) {
    if (one != other) changes.push_back({name, json_text(one), json_text(other)});
  };
  compare("model", before.model(), after.model());
  compare("operation", before.operation(), after.operation());
  compare("file", before.file().source_id(), after.file().source_id());
  compare("file.changed", before.file().changed(), after.file().changed());
  return changes;
}

v1::RecordDiff describe(const std::string& id, const Payload* before, const Payload* after) {
  const Payload& one = after != nullptr ? *after : *before;
  v1::RecordDiff out;
  out.set_kind(before == nullptr ? "added" : after == nullptr ? "vanished" : "changed");
  out.set_entity(one.entity);
  out.set_source_id(one.source_id);
  out.set_label(one.label);
  out.set_external_id(id);
  out.set_model(one.target.model());
  if (before == nullptr || after == nullptr) return out;
  const auto changes = changes_of(before->target, after->target);
  for (std::size_t i = 0; i < std::min(changes.size(), kFieldsMax); ++i) {
    auto& field = *out.add_fields();
    field.set_path(changes[i].path);
    field.set_before_json(changes[i].before);
    field.set_after_json(changes[i].after);
  }
  out.set_fields_left_off(changes.size() - std::min(changes.size(), kFieldsMax));
  return out;
}

Result<MappedRun> find_run(pg::Tx& tx, const std::string& tenant, const std::string& topic, const v1::DiffRunsRequest& request,
                           std::uint32_t number) {
  const auto rows =
      tx.exec("SELECT * FROM run WHERE tenant_id = $1 AND migration_id = $2 AND run = $3", {tenant, request.migration_id(), number});
  if (rows.empty())
    return fail(Code::not_found, fmt::format("run {} has mapped nothing", number), "RUN_UNKNOWN",
                "`q2o history` lists the runs of the migration.");
  const auto row = rows[0];
  if (row.text("state") != "mapped")
    return fail(Code::failed_precondition, fmt::format("run {} is not mapped to its end", number), "RUN_NOT_MAPPED",
                "Wait for it (q2o watch), or compare with a run that came to its end.");
  return MappedRun{
      number,
      row.text("mapping_version"),
      {topic, static_cast<std::int32_t>(row.integer("mapped_partition")), row.integer("mapped_first"), row.integer("mapped_last")},
      row.text_array("wanted")};
}

/// The log of one comparison.
class Reading {
 public:
  using Each = std::function<void(const v1::MappedMessage& message, std::int64_t offset)>;
  Reading(const bus::Options& options, std::string migration, RunComparison& both, std::stop_token stop)
      : options_(options), migration_(std::move(migration)), both_(both), stop_(std::move(stop)) {}

  /// The run's batches in a part of its range.
  Status batches(const MappedRun& run, const bus::Range& range, const Each& each) const {
    const auto done = bus::read_range(
        options_, range,
        [&](const bus::Incoming& incoming) {
          if (incoming.key != migration_) return;
          v1::MappedMessage message;
          if (!message.ParseFromString(incoming.value) || message.scope().run() != run.number || !message.has_batch()) return;
          if (both_.compares(message.batch().entity())) each(message, incoming.offset);
        },
        stop_);
    if (!done && done.error().reason == "REPLAY_RANGE_LOST") return lost(run, done.error());
    return done;
  }

  /// Payloads of these records in one of the runs.
  Result<Payloads> payloads(std::span<const std::string> ids, bool before) const {
    const MappedRun& run = before ? both_.before() : both_.after();
    std::unordered_set<std::string> wanted;
    bus::Range range{run.range.topic, run.range.partition, std::numeric_limits<std::int64_t>::max(), RunComparison::kNowhere};
    for (const auto& id : ids) {
      const auto offset = before ? both_.place(id).before : both_.place(id).after;
      if (offset == RunComparison::kNowhere) continue;
      wanted.insert(id);
      range.first = std::min(range.first, offset);
      range.last = std::max(range.last, offset);
    }
    Payloads found;
    if (wanted.empty()) return found;
    const auto done = batches(run, range, [&](const v1::MappedMessage& message, std::int64_t) {
      for (const auto& record : message.batch().records())
        for (const auto& target : record.targets().records())
          if (wanted.contains(target.external_id()))
            found.insert_or_assign(target.external_id(), Payload{message.batch().entity(), record.source_id(), record.label(), target});
    });
    if (!done) return fail(done.error());
    return found;
  }

 private:
  const bus::Options& options_;
  const std::string migration_;
  RunComparison& both_;
  const std::stop_token stop_;
};

/// False: nobody wants more.
bool give_overview(const RunComparison& both, const RunDiffer::Give& give) {
  v1::DiffRunsResponse part;
  *part.mutable_summary() = both.summary();
  if (!give(part)) return false;
  for (auto& account : both.accounts()) {
    *part.mutable_account() = std::move(account);
    if (!give(part)) return false;
  }
  for (const auto& outcome : both.outcomes()) {
    *part.mutable_record() = outcome;
    if (!give(part)) return false;
  }
  return true;
}

Status give_records(const Reading& reading, const RunComparison& both, const RunDiffer::Give& give) {
  const auto ids = both.different();
  v1::DiffRunsResponse part;
  for (std::size_t from = 0; from < ids.size(); from += kPayloadsAtATime) {
    const auto some = std::span(ids).subspan(from, std::min(kPayloadsAtATime, ids.size() - from));
    const auto before = reading.payloads(some, true);
    if (!before) return fail(before.error());
    const auto after = reading.payloads(some, false);
    if (!after) return fail(after.error());
    const auto find = [](const Payloads& all, const std::string& id) {
      const auto found = all.find(id);
      return found == all.end() ? nullptr : &found->second;
    };
    for (const auto& id : some) {
      *part.mutable_record() = describe(id, find(*before, id), find(*after, id));
      if (!give(part)) return {};
    }
  }
  return {};
}

}  // namespace

Status RunDiffer::diff(const std::string& tenant, const v1::DiffRunsRequest& request, std::stop_token stop, const Give& give) const {
  std::vector<MappedRun> runs;
  const auto found = pool_.transact([&](pg::Tx& tx) -> Status {
    runs.clear();
    for (const auto number : {request.run_before(), request.run_after()}) {
      auto run = find_run(tx, tenant, mapped_topic_, request, number);
      if (!run) return fail(run.error());
      runs.push_back(std::move(*run));
    }
    return {};
  });
  if (!found) return found;
  RunComparison both(runs[0], runs[1], request.by_month());
  const Reading reading(bus_, request.migration_id(), both, std::move(stop));
  if (auto done = reading.batches(runs[0], runs[0].range, [&](const auto& one, auto offset) { both.take_before(one, offset); }); !done)
    return done;
  if (auto done = reading.batches(runs[1], runs[1].range, [&](const auto& one, auto offset) { both.take_after(one, offset); }); !done)
    return done;
  if (!give_overview(both, give)) return {};
  return give_records(reading, both, give);
}

}  // namespace q2o::mapper
