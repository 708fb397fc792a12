#pragma once

#include <set>
#include <stdexcept>

#include "services/billing/app/ports.h"
#include "services/billing/app/run_order.h"

namespace q2o::billing::fakes {

/// The store in memory. Keeps what was published, in order.
class FakeMigrations final : public Migrations {
 public:
  std::map<std::string, v1::Migration> rows;
  std::map<std::string, std::vector<v1::Event>> events;
  std::vector<v1::Migration> published;
  std::map<std::string, Answered> keys;
  std::set<std::string> purging;  ///< tenants
  std::map<std::string, std::map<std::string, StageCounts>> run_counts;
  std::set<std::string> facts;
  std::map<std::string, std::map<std::uint32_t, v1::Run>> run_rows;

  void insert(Aggregate& migration) override {
    rows[migration.get().migration_id()] = migration.get();
    published.push_back(migration.get());
  }
  std::optional<Aggregate> find(const std::string& tenant, const std::string& id) override {
    const auto found = rows.find(id);
    if (found == rows.end() || found->second.tenant_id() != tenant) return std::nullopt;
    return Aggregate(found->second);
  }
  std::optional<v1::Migration> read(const std::string& tenant, const std::string& id) override {
    const auto found = find(tenant, id);
    return found ? std::optional(found->get()) : std::nullopt;
  }
  std::vector<v1::Migration> list(const std::string& tenant, const std::string& after, std::uint32_t most) override {
    std::vector<v1::Migration> out;
    for (const auto& [id, row] : rows) {
      if (row.tenant_id() == tenant && id > after && out.size() < most) out.push_back(row);
    }
    return out;
  }
  std::vector<Aggregate> using_connection(const std::string& tenant, const std::string& id) override {
    std::vector<Aggregate> out;
    for (const auto& [key, row] : rows) {
      if (row.tenant_id() == tenant && (row.source_connection_id() == id || row.target_id() == id)) out.emplace_back(row);
    }
    return out;
  }
  std::vector<v1::Migration> in_states(const std::vector<State>&, const std::string&, std::uint32_t) override { return {}; }
  void save(Aggregate& migration) override {
    auto& row = rows.at(migration.get().migration_id());
    if (row.version() != migration.stored_version()) throw std::logic_error("changed in between");
    row = migration.get();
    if (migration.touched_run()) run_rows[row.migration_id()][row.run()] = run_of(row);
    for (const auto& event : migration.events()) events[row.migration_id()].push_back(event);
    published.push_back(row);
  }
  std::vector<v1::Event> history(const std::string& id, std::uint64_t after, std::uint32_t most) override {
    std::vector<v1::Event> out;
    for (const auto& event : events[id]) {
      if (event.version() > after && out.size() < most) out.push_back(event);
    }
    return out;
  }
  std::vector<v1::Run> runs(const std::string& id) override {
    std::vector<v1::Run> out;
    for (auto run : run_rows[id]) {
      run.second.set_extracted(has_run_fact(id, run.first, std::string(kRunExtracted)));
      out.push_back(run.second);
    }
    return out;
  }
  void one_at_a_time(const std::string&) override {}
  bool purge_goes_on(const std::string& tenant) override { return purging.contains(tenant); }
  std::optional<Answered> answered(const std::string& tenant, const std::string& key) override {
    const auto found = keys.find(tenant + "/" + key);
    return found == keys.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(const std::string& tenant, const std::string& key, const Answered& answer) override { keys[tenant + "/" + key] = answer; }
  void count_extracted(const std::string& m, std::uint32_t run, const std::string& e, std::uint64_t n) override {
    at(m, run, e).extracted = n;
  }
  void count_mapped(const std::string& m, std::uint32_t run, const std::string& e, const StageCounts::Mapped& n) override {
    at(m, run, e).mapped = n;
  }
  void count_loaded(const std::string& m, std::uint32_t run, const std::string& e, const StageCounts::Loaded& n) override {
    at(m, run, e).loaded = n;
  }
  void set_run_fact(const std::string& m, std::uint32_t run, const std::string& f) override {
    facts.insert(m + "/" + std::to_string(run) + f);
  }
  bool has_run_fact(const std::string& m, std::uint32_t run, const std::string& f) override {
    return facts.contains(m + "/" + std::to_string(run) + f);
  }
  bool facts_are_old = false;
  bool run_fact_is_old(const std::string&, std::uint32_t, const std::string&) override { return facts_are_old; }
  std::map<std::string, StageCounts> counts(const std::string& m, std::uint32_t run) override {
    return run_counts[m + "/" + std::to_string(run)];
  }

 private:
  StageCounts& at(const std::string& m, std::uint32_t run, const std::string& e) { return run_counts[m + "/" + std::to_string(run)][e]; }
};

class FakePeers final : public Peers {
 public:
  bool source_verified = true, target_verified = true;
  std::string current_mapping = "mapping-1";
  unsigned fiscal_year_first_month = 1;
  std::set<std::string> sources{"source"}, targets{"target"};
  Result<Source> source(const std::string&, const std::string& id) override {
    if (!sources.contains(id)) return fail(Code::not_found, "no such connection", "CONNECTION_NOT_FOUND");
    return Source{"qbo1", "quickbooks_online", source_verified, "not tried yet", fiscal_year_first_month};
  }
  Result<Target> target(const std::string&, const std::string& id) override {
    if (!targets.contains(id)) return fail(Code::not_found, "no such target", "TARGET_NOT_FOUND");
    return Target{target_verified, "blocked"};
  }
  Result<std::string> mapping(const std::string&, const std::string&, const std::string& version) override {
    return version.empty() ? current_mapping : version;
  }
};

}  // namespace q2o::billing::fakes
