#include "services/connector/app/run_extractor.h"

#include <fmt/format.h>

#include "services/connector/app/entity_extractor.h"
#include "services/connector/app/ledger_extractor.h"
#include "services/connector/app/overlay_extractor.h"

namespace q2o::connector {
namespace {

// Sequence 1 is RunStart: what is above has begun.
constexpr std::uint64_t kRunStart = 1;

Step publish_start(RunContext& run, const std::vector<const EntityRule*>& plan) {
  const auto& known = run.caller.connection();
  std::map<std::string, std::string> company{{"company_name", known.company_name}, {"home_currency", known.home_currency}};
  if (known.company_name.empty() || known.home_currency.empty()) {
    auto read = read_company(run.caller, run.manifest, run.stop);
    if (!read) {
      const bool later = read.error().retry == Retry::after_backoff;
      return tl::unexpected(run.halt("company", Trouble{later ? FaultAction::retry : FaultAction::permanent, read.error()}));
    }
    company = std::move(*read);
  }
  v1::RawMessage message;
  auto& start = *message.mutable_run_start();
  start.set_platform(run.manifest.platform);
  start.set_mapping_version(run.job.mapping_version);
  start.set_home_currency(company["home_currency"]);
  start.set_company_name(company["company_name"]);
  for (const auto* rule : plan) start.add_entities(rule->name);
  return run.publish({message}, {}, {});
}

/// The earlier run's records of the entity; null where the log does not hold them any more.
Stepped<std::unique_ptr<Comparison>> earlier_records(RunContext& run, const EntityRule& rule, RecordedRun& recorded) {
  const auto& changes = run.manifest.changes;
  auto comparison =
      std::make_unique<Comparison>(changes.shown, rule.name, changes.closed_capture.empty() ? "" : run.captured(changes.closed_capture));
  const auto read = recorded.read(rule.name, [&](const Row& row) { comparison->was(row); }, run.stop);
  if (!read && read.error().code == Code::data_loss) return nullptr;
  if (!read) return tl::unexpected(run.halt(rule.name, Trouble{FaultAction::retry, read.error()}));
  for (const auto& id : run.journal.ids(rule.name)) comparison->seen(id);  // sent before this process came
  return comparison;
}

Step extract_entity(RunContext& run, const EntityRule& rule, Lookahead& lookahead) {
  if (rule.listing == Listing::ledger) return LedgerExtractor(run, rule).run();
  return EntityExtractor(run, rule, lookahead.take(rule)).run();
}

Step extract_changes(RunContext& run, const EntityRule& rule, RecordedRun& recorded) {
  if (rule.listing == Listing::ledger) return LedgerExtractor(run, rule).run();
  if (run.state.entities[rule.name].done) return EntityExtractor(run, rule).run();
  const auto earlier = earlier_records(run, rule, recorded);
  if (!earlier) return tl::unexpected(earlier.error());
  run.comparison = earlier->get();
  auto done = rule.changes == Changes::in_full ? EntityExtractor(run, rule).run() : OverlayExtractor(run, rule, recorded).run();
  run.comparison = nullptr;
  return done;
}

}  // namespace

Result<std::map<std::string, std::string>> read_company(SourceCaller& caller, const Manifest& manifest, std::stop_token stop) {
  std::map<std::string, std::string> values;
  for (const auto& capture : manifest.captures) values[capture.name];
  for (const auto& rule : manifest.entities) {
    if (rule.listing != Listing::once) continue;
    auto answer = caller.query(once_statement(manifest, rule), stop);
    if (!answer) return tl::unexpected(std::move(answer.error().error));
    auto rows = rows_in(manifest, rule, answer->root());
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& capture : manifest.captures) {
      if (capture.entity != rule.name || rows->empty()) continue;
      const auto document = json::Document::parse(rows->front().body);
      if (document) values[capture.name] = std::string(text_at(document->root(), capture.path));
    }
  }
  if (values["home_currency"].empty())
    return fail(Code::failed_precondition, "the source does not say its home currency", "NO_HOME_CURRENCY",
                "Check the company's preferences at the source.");
  return values;
}

std::vector<const EntityRule*> plan_of(const Manifest& manifest, const std::vector<std::string>& wanted) {
  std::vector<const EntityRule*> plan;
  for (const auto& rule : manifest.entities) {
    if (rule.listing == Listing::none) continue;
    // Documents refer to settings, reference data and ledger: only they can be left out.
    const bool chosen =
        wanted.empty() || rule.stage != manifest.stages.back() || std::find(wanted.begin(), wanted.end(), rule.name) != wanted.end();
    if (chosen) plan.push_back(&rule);
  }
  return plan;
}

Step extract_run(RunContext& run, RecordedRun* recorded) {
  const auto plan = plan_of(run.manifest, run.job.entities);
  if (run.state.sequence < kRunStart)
    if (auto done = publish_start(run, plan); !done) return done;
  std::optional<Lookahead> lookahead;
  if (recorded == nullptr) lookahead.emplace(run, plan);  // what lies over an earlier run asks for little
  for (std::size_t turn = 0; turn < plan.size(); ++turn) {
    const auto& rule = *plan[turn];
    if (lookahead) lookahead->before(turn);
    auto done = recorded == nullptr ? extract_entity(run, rule, *lookahead) : extract_changes(run, rule, *recorded);
    if (!done) return done;
  }
  v1::RawMessage end;
  end.mutable_run_end()->set_messages(run.state.sequence + 1);
  return run.publish({end}, {}, {}, {}, true);
}

}  // namespace q2o::connector
