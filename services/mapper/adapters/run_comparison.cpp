#include "services/mapper/adapters/run_comparison.h"

#include <algorithm>

namespace q2o::mapper {
namespace {

/// What a source record became when it became no record of the target; empty: it did.
std::string without_targets(const v1::MappedRecord& record) {
  if (!record.merged().empty()) return "merged: " + record.merged();
  if (!record.excluded().empty()) return "excluded: " + record.excluded();
  if (record.has_reject()) return "rejected: " + record.reject().message();
  return {};
}

/// A source record in few bytes: only whether it was there is asked.
std::size_t mark(const std::string& source) {
  return std::hash<std::string>{}(source);
}

}  // namespace

std::string json_text(std::string_view text) {
  json::Writer out;
  return out.string(text).take();
}

RunComparison::RunComparison(MappedRun before, MappedRun after, bool by_month)
    : before_(std::move(before)), after_(std::move(after)), by_month_(by_month) {
  const std::set<std::string> one(before_.wanted.begin(), before_.wanted.end()), other(after_.wanted.begin(), after_.wanted.end());
  for (const auto& entity : one.empty() ? other : one)
    if (one.empty() || other.empty() || other.contains(entity)) only_.insert(entity);
  limited_ = !one.empty() || !other.empty();
}

void RunComparison::take_before(const v1::MappedMessage& message, std::int64_t offset) {
  for (const auto& record : message.batch().records()) {
    const auto source = message.batch().entity() + "/" + record.source_id();
    if (auto text = without_targets(record); !text.empty())
      outcomes_before_.insert_or_assign(source, std::move(text));
    else
      taken_before_.insert(mark(source));
    for (const auto& target : record.targets().records()) {
      auto& entry = entries_[target.external_id()];
      if (entry.place.before == kNowhere) post(target, 0);
      entry.hash = target.content_hash();
      entry.place.before = offset;
    }
  }
}

void RunComparison::take_after(const v1::MappedMessage& message, std::int64_t offset) {
  for (const auto& record : message.batch().records()) {
    compare_outcome(message.batch().entity(), record);
    for (const auto& target : record.targets().records()) {
      auto& entry = entries_[target.external_id()];
      if (entry.place.after == kNowhere) post(target, 1);
      entry.equal = entry.place.before != kNowhere && entry.hash == target.content_hash();
      entry.place.after = offset;
    }
  }
}

void RunComparison::post(const v1::TargetRecord& target, std::size_t side) {
  const bool account = target.model() == "account.account" && target.operation() == "create";
  if (!account && target.model() != "account.move" && target.model() != "account.payment" &&
      target.model() != "account.bank.statement.line")
    return;
  const auto body = json::Document::parse(target.values_json());
  if (!body) return;  // the loader rejects it; the record's own difference shows it
  if (account) {
    const auto& values = body->root()["values"];
    labels_[target.external_id()] = std::string(values["code"].text()) + " " + std::string(values["name"].text());
    return;
  }
  for (const auto& posting : postings_of(target.model(), target.operation(), body->root()))
    sums_[{posting.account, by_month_ ? posting.month : ""}][side] += posting.amount;
}

void RunComparison::compare_outcome(const std::string& entity, const v1::MappedRecord& record) {
  const auto source = entity + "/" + record.source_id();
  const auto known = outcomes_before_.find(source);
  if (known == outcomes_before_.end() && !taken_before_.contains(mark(source))) return;  // new in the source
  const std::string was = known == outcomes_before_.end() ? "" : known->second, now = without_targets(record);
  if (was == now || !compared_.insert(mark(source)).second) return;
  auto& out = outcomes_.emplace_back();
  out.set_kind("outcome");
  out.set_entity(entity);
  out.set_source_id(record.source_id());
  out.set_label(record.label());
  auto& field = *out.add_fields();
  field.set_path("outcome");
  field.set_before_json(json_text(was.empty() ? "taken over" : was));
  field.set_after_json(json_text(now.empty() ? "taken over" : now));
}

v1::DiffSummary RunComparison::summary() const {
  v1::DiffSummary out;
  out.set_run_before(before_.number);
  out.set_run_after(after_.number);
  out.set_mapping_before(before_.mapping);
  out.set_mapping_after(after_.mapping);
  for (const auto& [id, entry] : entries_) {
    if (entry.equal)
      out.set_equal(out.equal() + 1);
    else if (entry.place.before == kNowhere)
      out.set_added(out.added() + 1);
    else if (entry.place.after == kNowhere)
      out.set_vanished(out.vanished() + 1);
    else
      out.set_changed(out.changed() + 1);
  }
  out.set_outcomes(outcomes_.size());
  for (const auto& entity : only_) out.add_entities(entity);
  return out;
}

std::vector<v1::AccountDiff> RunComparison::accounts() const {
  std::vector<v1::AccountDiff> out;
  for (const auto& [key, sums] : sums_) {
    if (sums[0] == sums[1]) continue;
    auto& account = out.emplace_back();
    account.set_account(key.first);
    const auto label = labels_.find(key.first);
    account.set_label(label == labels_.end() ? "" : label->second);
    account.set_month(key.second);
    account.set_before(sums[0].to_string(2));
    account.set_after(sums[1].to_string(2));
    account.set_difference((sums[1] - sums[0]).to_string(2));
  }
  return out;
}

std::vector<std::string> RunComparison::different() const {
  std::vector<std::pair<std::int64_t, std::string>> found;
  for (const auto& [id, entry] : entries_)
    if (!entry.equal) found.emplace_back(entry.place.after == kNowhere ? entry.place.before : entry.place.after, id);
  std::sort(found.begin(), found.end());
  std::vector<std::string> ids;
  for (auto& [offset, id] : found) ids.push_back(std::move(id));
  return ids;
}

RunComparison::Place RunComparison::place(const std::string& external_id) const {
  return entries_.at(external_id).place;
}

}  // namespace q2o::mapper
