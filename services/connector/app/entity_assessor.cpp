#include "services/connector/app/entity_assessor.h"

#include <fmt/format.h>

#include "services/connector/domain/sample.h"

namespace q2o::connector {
namespace {

/// Half of the first and half of the last records: what a company does today is not what it did in its first year.
constexpr int kSampleRows = 100;

Trouble unusable(Error error) {
  return {FaultAction::permanent, std::move(error)};
}

int year_of(Day day) {
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

/// The source refuses something about one entity; everything else can be asked.
bool concerns_one_entity(const Trouble& trouble) {
  return trouble.action == FaultAction::absent || trouble.action == FaultAction::absent_if_optional ||
         trouble.action == FaultAction::permanent || trouble.action == FaultAction::split;
}

void explain(const EntityRule& rule, const Trouble& trouble, v1::AssessedEntity& out) {
  const bool off = trouble.action == FaultAction::absent;
  const bool refused = trouble.action == FaultAction::absent_if_optional && rule.optional;
  if (off) out.set_absence(v1::ABSENCE_FEATURE_OFF);
  if (refused) out.set_absence(v1::ABSENCE_REFUSED);
  out.set_explanation(fmt::format("{}: {}.{}{}",
                                  off       ? "The feature is off in the source"
                                  : refused ? "The source refused to list it"
                                            : "The source did not answer what was asked about it",
                                  trouble.error.message, trouble.error.hint.empty() ? "" : " ", trouble.error.hint));
}

}  // namespace

std::vector<const EntityRule*> assessed_entities(const Manifest& manifest) {
  std::vector<const EntityRule*> all;
  for (const auto& rule : manifest.entities)
    if (rule.listing == Listing::paged || rule.listing == Listing::once) all.push_back(&rule);
  return all;
}

SourceCaller::Asked<Assessed> EntityAssessor::assess(const EntityRule& rule) {
  Assessed out;
  out.entity.set_entity(rule.name);
  out.entity.set_posts(!rule.ledger_types.empty());
  if (const auto trouble = look(rule, out)) {
    if (!concerns_one_entity(*trouble)) return tl::unexpected(*trouble);
    explain(rule, *trouble, out.entity);
  }
  return out;
}

std::optional<Trouble> EntityAssessor::look(const EntityRule& rule, Assessed& out) {
  std::vector<std::string> values;
  if (!rule.filter_in.empty()) {
    auto found = captured(rule.filter_capture);
    if (!found) return found.error();
    if (found->empty()) return std::nullopt;  // nothing to ask for
    values = std::move(*found);
  }
  const std::string where = where_of(rule, values);
  if (rule.listing == Listing::paged && rule.countable) {
    const auto counted = count(rule, where);
    if (!counted) return counted.error();
    out.entity.set_records(*counted);
    if (*counted == 0) return std::nullopt;
    if (auto trouble = count_years(rule, out)) return trouble;
  }
  return sample(rule, where, out.entity);
}

std::optional<Trouble> EntityAssessor::count_years(const EntityRule& rule, Assessed& out) {
  if (rule.count_date.empty()) return std::nullopt;
  const auto first = edge(rule, true);
  if (!first) return first.error();
  const auto last = edge(rule, false);
  if (!last) return last.error();
  std::uint64_t dated = 0;
  if (*first && *last && **first <= **last) {
    out.span = Period{**first, **last};
    for (int year = year_of(**first); year <= year_of(**last); ++year) {
      const auto counted = count(rule, where_in_year(rule, year));
      if (!counted) return counted.error();
      auto& added = *out.entity.add_years();
      added.set_year(static_cast<std::uint32_t>(year));
      added.set_records(*counted);
      dated += *counted;
    }
  }
  // Counted a moment later: a record that came meanwhile is no reason for a difference.
  if (dated > out.entity.records()) out.entity.set_records(dated);
  out.entity.set_undated(out.entity.records() - dated);
  return std::nullopt;
}

std::optional<Trouble> EntityAssessor::sample(const EntityRule& rule, const std::string& where, v1::AssessedEntity& out) {
  std::vector<std::string> statements;
  if (rule.listing == Listing::once) {
    statements = {once_statement(manifest_, rule)};
  } else if (out.records() <= kSampleRows) {
    statements = {page_statement(manifest_, rule, where, 1, kSampleRows)};
  } else {
    statements = {page_statement(manifest_, rule, where, 1, kSampleRows / 2),
                  page_statement(manifest_, rule, where, out.records() - kSampleRows / 2 + 1, kSampleRows / 2)};
  }
  Sample sample;
  for (const auto& statement : statements) {
    const auto found = rows(rule, statement);
    if (!found) return found.error();
    for (const auto& row : *found) sample.add(row.body);
  }
  out.set_sampled(sample.records());
  if (rule.listing == Listing::once || !rule.countable) out.set_records(sample.records());
  for (const auto& [path, records] : sample.fields()) {
    auto& field = *out.add_fields();
    field.set_path(path);
    field.set_records(records);
  }
  return std::nullopt;
}

SourceCaller::Asked<std::uint64_t> EntityAssessor::count(const EntityRule& rule, const std::string& where) {
  auto answer = caller_.query(count_statement(manifest_, rule, where), stop_, "count");
  if (!answer) return tl::unexpected(std::move(answer.error()));
  auto counted = count_in(manifest_, answer->root());
  if (!counted) return tl::unexpected(unusable(counted.error()));
  return *counted;
}

SourceCaller::Asked<std::vector<Row>> EntityAssessor::rows(const EntityRule& rule, const std::string& statement) {
  auto answer = caller_.query(statement, stop_, "page");
  if (!answer) return tl::unexpected(std::move(answer.error()));
  auto found = rows_in(manifest_, rule, answer->root());
  if (!found) return tl::unexpected(unusable(found.error()));
  return std::move(*found);
}

SourceCaller::Asked<std::optional<Day>> EntityAssessor::edge(const EntityRule& rule, bool first) {
  const auto found = rows(rule, edge_statement(manifest_, rule, rule.count_date, first));
  if (!found) return tl::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  const auto document = json::Document::parse(found->front().body);
  const auto day = document ? parse_day(document->root().at(rule.count_date).text()) : Result<Day>(fail(document.error()));
  if (!day) return tl::unexpected(unusable(day.error()));
  return *day;
}

/// Values that another entity's condition needs, e.g. the currencies in use.
SourceCaller::Asked<std::vector<std::string>> EntityAssessor::captured(const std::string& name) {
  std::vector<std::string> values;
  for (const auto& capture : manifest_.captures) {
    const EntityRule* rule = capture.name == name ? manifest_.find(capture.entity) : nullptr;
    if (rule == nullptr) continue;
    const auto found = rows(*rule, page_statement(manifest_, *rule, where_of(*rule, {}), 1, manifest_.query.page_rows));
    if (!found) return tl::unexpected(found.error());
    for (const auto& row : *found)
      if (const auto document = json::Document::parse(row.body)) values.emplace_back(text_at(document->root(), capture.path));
  }
  return values;
}

}  // namespace q2o::connector
