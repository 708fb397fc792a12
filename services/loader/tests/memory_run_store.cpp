#include "services/loader/tests/memory_run_store.h"

#include <fmt/format.h>

#include "common/ids/ids.h"

namespace q2o::loader::testing {

Item item(std::int64_t number, const std::string& external_id, std::vector<std::string> references, std::uint32_t wave,
          const std::string& extra) {
  Item out;
  out.number = number;
  out.entity = "Customer";
  out.source_id = external_id;
  out.external_id = external_id;
  out.model = "res.partner";
  out.operation = "create";
  out.wave = wave;
  std::string parents;
  for (const auto& name : references) parents += fmt::format(R"(,"parent_{0}":{{"ref":"{0}"}})", name);
  out.values_json = fmt::format(R"({{"values":{{"name":"{}"{}{}}}}})", external_id, parents, extra);
  out.content_hash = ids::sha256_hex(out.values_json);
  out.references = std::move(references);
  return out;
}

void MemoryRunStore::begin_run(std::uint32_t run) {
  info.key.run = run;
  info.settings_changed = false;
  state = "working";
  states_.clear();
  facts.clear();
  fates.clear();
  std::erase_if(settings_made, [](const Setting& one) { return one.restored || one.restore_call.empty(); });
  sums = {};
  for (auto& wave : stream.waves) wave.completed = false;
}

std::vector<RunInfo> MemoryRunStore::runnable() {
  return state == "working" && now != Directive::pause ? std::vector{info} : std::vector<RunInfo>{};
}

std::vector<Item> MemoryRunStore::waiting_items(const RunInfo&, std::uint32_t wave, const Place& after, std::size_t most) {
  std::map<Place, Item> waiting;
  for (const auto& one : items) {
    const auto& at = states_[one.number];
    if (one.wave > wave || Place{one.wave, one.number} <= after || at == "done" || at == "rejected") continue;
    auto& item = waiting[{one.wave, one.number}] = one;
    item.parked = at == "parked";
    item.ledger_hash = ledger[one.external_id];
    item.ledger_outcome = outcomes[one.external_id];
  }
  std::vector<Item> out;
  for (auto& [place, item] : waiting)
    if (out.size() < most) out.push_back(std::move(item));
  return out;
}

std::vector<SourceState> MemoryRunStore::sources(const RunKey&, std::int64_t after) {
  std::map<std::pair<std::string, std::string>, SourceState> out;  // ids are unique within an entity only
  for (const auto& one : items) {
    if (one.number <= after) continue;
    auto& source = out[{one.entity, one.source_id}];
    source.entity = one.entity;
    source.source_id = one.source_id;
    const auto& at = states_[one.number];
    source.open += at.empty() ? 1 : 0;
    source.parked += at == "parked" ? 1 : 0;
    source.rejected |= at == "rejected";
    source.last = std::max(source.last, one.number);
    ++source.records;
  }
  std::vector<SourceState> list;
  for (auto& [id, source] : out) list.push_back(source);
  return list;
}

void MemoryRunStore::store(const RunInfo&, const Hold&, std::span<const Fate> stored) {
  if (lost) throw LeaseLost();
  for (const auto& fate : stored) {
    fates[fate.item.external_id] = fate;
    states_[fate.item.number] = fate.kind == Fate::Kind::done ? "done" : fate.kind == Fate::Kind::parked ? "parked" : "rejected";
    if (fate.kind == Fate::Kind::rejected) ++sums.rejected;
    if (fate.kind != Fate::Kind::done) continue;
    ledger[fate.item.external_id] = fate.item.content_hash;
    outcomes[fate.item.external_id] = fate.outcome;
    ++(fate.outcome == "created" ? sums.created : fate.outcome == "changed" ? sums.changed : sums.unchanged);
  }
}

void MemoryRunStore::forget(const RunInfo&, const Hold&, const std::vector<std::string>& external_ids) {
  for (const auto& name : external_ids) ledger.erase(name);
}

void MemoryRunStore::complete_wave(const RunInfo&, const Hold&, const Wave& wave) {
  for (auto& one : stream.waves)
    if (one.number == wave.number) one.completed = true;
}

std::size_t MemoryRunStore::reject_parked(const RunInfo& run, const Hold& hold) {
  std::vector<Fate> out;
  for (const auto& one : items) {
    if (states_[one.number] != "parked") continue;
    out.push_back({Fate::Kind::rejected, one, 0, "", "", "WAITS_FOR_PARENT", "waits for " + fates[one.external_id].waits_for, ""});
  }
  store(run, hold, out);
  return out.size();
}

void MemoryRunStore::end(const RunInfo&, const Hold&, const std::string& how, const v1::StatusFact& fact) {
  state = how;
  stored_at_end = fates.size();
  facts.push_back(fact);
}

void MemoryRunStore::remember_setting(const RunInfo&, const Hold&, const Setting& setting) {
  info.settings_changed = true;
  const auto at = std::ranges::find(settings_made, setting.name, &Setting::name);
  if (at == settings_made.end()) return settings_made.push_back(setting);
  if (at->restored) *at = setting;
}

void MemoryRunStore::mark_restored(const RunInfo&, const Hold&, const std::string& name, bool restored, const std::string& note) {
  for (auto& one : settings_made)
    if (one.name == name) one.restored = restored, one.note = note;
}

std::vector<Setting> MemoryRunStore::to_restore(const RunInfo&) {
  std::vector<Setting> out;
  std::ranges::copy_if(settings_made, std::back_inserter(out),
                       [](const Setting& one) { return !one.restored && !one.restore_call.empty(); });
  return out;
}

std::vector<Setting> MemoryRunStore::temporary(const RunInfo&) {
  std::vector<Setting> out;
  std::ranges::copy_if(settings_made, std::back_inserter(out), [](const Setting& one) { return !one.restore_call.empty(); });
  return out;
}

}  // namespace q2o::loader::testing
