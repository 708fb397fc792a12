#include "services/loader/tests/small_books.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/json/json.h"
#include "common/migrations/migrations.h"
#include "services/loader/adapters/inbox.h"

namespace q2o::loader::testing {
namespace {

const json::Document& books() {
  static const json::Document document = [] {
    std::ifstream file(std::string(Q2O_SOURCE_DIR) + "/services/loader/tests/data/small_books.json");
    std::stringstream text;
    text << file.rdbuf();
    return std::move(*json::Document::parse(text.str()));
  }();
  return document;
}

void references(const json::Value& value, std::set<std::string>& out) {
  for (const auto& item : value.items()) references(item, out);
  for (const auto& member : value.members()) {
    // {"ref": NAME} alone is an expression; beside other keys "ref" is a field of the record.
    const bool alone = value.members().size() == 1 && (member.key == "ref" || member.key == "move_of");
    if ((alone || member.key == "debit" || member.key == "credit") && member.value.is_string()) out.emplace(member.value.text());
    if (member.key == "order_line" && member.value.items().size() == 2 && member.value.items()[0].is_string())
      out.emplace(member.value.items()[0].text());
    if (member.key == "holder") out.emplace(fmt::format("{}|{}", member.value.items()[0].text(), member.value.items()[1].text()));
    references(member.value, out);
  }
}

mapper::v1::RunPlan plan() {
  mapper::v1::RunPlan out;
  out.set_mapping_version("test");
  out.set_home_currency("USD");
  out.set_target_settings_json(
      R"({"currency":"USD","country":"US","fiscalyear_last_month":"12","fiscalyear_last_day":31,"tax_calculation_rounding_method":"round_globally",)"
      R"("decimal_precision":{"Product Price":6,"Product Unit of Measure":6,"Discount":6},"company":{"name":"Small Books Ltd","city":"Bayshore","state":"CA"},)"
      R"("no_default_taxes":true,"book_close_date":null})");
  for (const auto* name : {"account", "sale_management"}) out.add_modules()->set_name(name);
  for (const auto* entity : {"Invoice", "JournalEntry", "LedgerTransaction"}) out.add_transaction_entities(entity);
  for (std::uint32_t number = 0; number < 7; ++number) {
    auto& wave = *out.add_waves();
    wave.set_number(number);
    wave.set_name(fmt::format("wave {}", number));
    for (const auto& one : books().root().items())
      if (one["wave"].text() == std::to_string(number)) wave.add_entities(std::string(one["entity"].text()));
  }
  return out;
}

void fill(mapper::v1::TargetRecord& out, const json::Value& one) {
  out.set_external_id(std::string(one["external_id"].text()));
  out.set_model(std::string(one["model"].text()));
  out.set_operation(std::string(one["operation"].text()));
  out.set_wave(static_cast<std::uint32_t>(std::stoul(std::string(one["wave"].text()))));
  out.set_values_json(std::string(one["values"].raw()));
  out.set_post(one["post"].truthy());
  out.set_content_hash(ids::sha256_hex(out.model() + out.operation() + out.values_json()));
  std::set<std::string> names;
  references(one["values"], names);
  for (const auto& name : names) out.add_references(name);
  if (!one.has("file")) return;
  out.mutable_file()->set_source_id(std::string(one["file"]["id"].text()));
  out.mutable_file()->set_bytes(std::stoul(std::string(one["file"]["bytes"].text())));
}

/// Amy was merged into her sub-customer: another project, and the hours are on it.
std::string after_the_merge(const json::Value& one) {
  std::string text(one.raw());
  const auto put = [&](std::string_view from, std::string_view to) {
    if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  };
  put(R"("qbo9_proj")", R"("qbo9_proj_2")");
  if (one["external_id"].text() != "qbo9_proj") return text;
  put(R"("source_id":"proj")", R"("source_id":"proj_2")");
  put(R"("name":"Amy")", R"("name":"Sub")");
  put("qbo9_customer_1", "qbo9_customer_2");
  return text;
}

}  // namespace

std::size_t small_books_size() {
  return static_cast<std::size_t>(std::ranges::count_if(books().root().items(), [](const auto& one) { return !one.has("file"); }));
}

bus::Incoming SmallBooks::message(mapper::v1::MappedMessage body) {
  body.set_sequence(++sequence);
  body.mutable_scope()->set_tenant_id(tenant);
  body.mutable_scope()->set_migration_id(migration);
  body.mutable_scope()->set_run(run);
  body.mutable_scope()->set_connection(connection);
  bus::Incoming out;
  out.topic = topic::kMapped;
  out.key = migration;
  out.value = body.SerializeAsString();
  out.headers["ce_id"] = ids::uuid_v5({migration, std::to_string(run), "mapper", std::to_string(sequence)});
  return out;
}

mapper::v1::MappedBatch SmallBooks::one_transaction() const {
  mapper::v1::MappedBatch batch;
  batch.set_entity(booked_as);
  auto& source = *batch.add_records();
  source.set_source_id(transaction);
  for (int part = 1; part <= parts; ++part) {
    const auto name =
        fmt::format("{}_{}_{}{}", connection, ids::snake_case(booked_as), transaction, part == 1 ? "" : fmt::format("_part{}", part));
    const auto record = json::Document::parse(fmt::format(
        R"({{"external_id":"{}","model":"account.move","operation":"create","wave":5,"post":true,"values":{{"values":{{"move_type":"entry",)"
        R"("journal_id":{{"ref":"qbo9_j_gen"}},"date":"{}","line_ids":{{"lines":[)"
        R"({{"account_id":{{"ref":"qbo9_account_79"}},"balance":7.5,"amount_currency":7.5}},)"
        R"({{"account_id":{{"ref":"qbo9_account_79"}},"balance":-7.5,"amount_currency":-7.5}}]}}}},"context":{{"skip_invoice_sync":true}}}}}})",
        name, day));
    fill(*source.mutable_targets()->add_records(), record->root());
  }
  return batch;
}

std::vector<bus::Incoming> SmallBooks::stream() {
  std::vector<bus::Incoming> out;
  mapper::v1::MappedMessage body;
  *body.mutable_run_plan() = plan();
  out.push_back(message(body));
  std::set<std::string> entities;
  for (const auto& one : books().root().items()) {
    if (one.has("file") && !files) continue;
    entities.insert(std::string(one["entity"].text()));
    if (left_out.contains(std::string(one["external_id"].text()))) continue;
    const auto changed = json::Document::parse(merged ? after_the_merge(one) : std::string(one.raw()));
    const auto& now = changed->root();
    body.Clear();
    auto& batch = *body.mutable_batch();
    batch.set_entity(std::string(now["entity"].text()));
    auto& record = *batch.add_records();
    record.set_source_id(std::string(now["source_id"].text()));
    fill(*record.mutable_targets()->add_records(), now);
    out.push_back(message(body));
  }
  if (!booked_as.empty()) {
    *body.mutable_batch() = one_transaction();
    entities.insert(booked_as);
    out.push_back(message(body));
  }
  for (const auto& id : rejected) {
    body.Clear();
    body.mutable_batch()->set_entity("Invoice");
    auto& record = *body.mutable_batch()->add_records();
    record.set_source_id(id);
    record.mutable_reject()->set_reason("UNKNOWN_VALUE");
    out.push_back(message(body));
  }
  for (const auto& id : excluded) {
    body.Clear();
    body.mutable_batch()->set_entity("Invoice");
    auto& record = *body.mutable_batch()->add_records();
    record.set_source_id(id);
    record.set_excluded("Left out: a duplicate");
    out.push_back(message(body));
  }
  for (const auto& entity : entities) {
    body.Clear();
    body.mutable_entity_end()->set_entity(entity);
    body.mutable_entity_end()->set_complete(!incomplete.contains(entity) && !incomplete.contains(""));
    out.push_back(message(body));
  }
  body.Clear();
  body.mutable_run_end()->set_messages(sequence);
  out.push_back(message(body));
  return out;
}

bus::Incoming SmallBooks::migration_message(const std::string& target_id, std::uint64_t version, bool paused) const {
  billing::v1::Migration body;
  body.set_tenant_id(tenant);
  body.set_migration_id(migration);
  body.set_version(version);
  body.set_state(billing::v1::STATE_RUNNING);
  body.set_directive(paused ? billing::v1::DIRECTIVE_PAUSE : billing::v1::DIRECTIVE_GO);
  body.set_run(run);
  body.set_target_id(target_id);
  bus::Incoming out;
  out.topic = topic::kMigration;
  out.key = migration;
  out.value = body.SerializeAsString();
  out.headers["ce_id"] = ids::uuid_v5({migration, "billing", std::to_string(version)});
  out.headers["ce_type"] = "q2o.billing.v1.Migration";
  return out;
}

}  // namespace q2o::loader::testing
