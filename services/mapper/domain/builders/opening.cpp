#include "services/mapper/domain/builders/opening.h"

#include <algorithm>

#include "services/mapper/domain/builders/links.h"

namespace q2o::mapper::builders {
namespace {

void add(std::vector<Item>& sums, const Item& item) {
  auto found =
      std::find_if(sums.begin(), sums.end(), [&](const Item& sum) { return sum.account == item.account && sum.currency == item.currency; });
  if (found == sums.end()) {
    found = sums.insert(sums.end(), Item{});
    found->account = item.account;
    found->currency = item.currency;
  }
  found->balance += item.balance;
  found->amount_currency += item.amount_currency;
}

void add(std::vector<OpenPart>& open, const std::string& record, const Item& item) {
  const auto found = std::find_if(open.begin(), open.end(), [&](const OpenPart& part) {
    return part.record == record && part.item.account == item.account && part.item.currency == item.currency &&
           part.item.partner == item.partner;
  });
  if (found == open.end()) {
    open.push_back({record, item});
    return;
  }
  found->item.balance += item.balance;
  found->item.amount_currency += item.amount_currency;
}

void write_item(json::Writer& out, const Item& item) {
  out.field("account", item.account).field("home", item.balance.to_string()).field("amount", item.amount_currency.to_string());
  out.field("currency", item.currency);
}

void write_target(json::Writer& out, const Target& target) {
  out.begin_object().field("external_id", target.external_id).field("model", target.model).field("operation", target.operation);
  out.field("wave", target.wave).field("values", target.values_json).field("post", target.post).key("references").begin_array();
  for (const auto& reference : target.references) out.string(reference);
  out.end_array().end_object();
}

Item read_item(const json::Value& value) {
  Item item;
  item.account = value["account"].text();
  item.balance = value["home"].decimal().value();
  item.amount_currency = value["amount"].decimal().value();
  item.currency = value["currency"].text();
  return item;
}

Target read_target(const json::Value& value) {
  Target target;
  target.external_id = value["external_id"].text();
  target.model = value["model"].text();
  target.operation = value["operation"].text();
  target.wave = value["wave"].text();
  target.values_json = value["values"].text();
  target.post = value["post"].truthy();
  for (const auto& reference : value["references"].items()) target.references.emplace_back(reference.text());
  return target;
}

std::vector<Target> read_targets(const json::Value& list) {
  std::vector<Target> targets;
  for (const auto& value : list.items()) targets.push_back(read_target(value));
  return targets;
}

/// Matches of a record with itself (a receipt with its money, a payment with its statement line) end where they began.
bool among_own(const Target& match, const std::set<std::string>& own) {
  const auto values = json::Document::parse(match.values_json).value();
  return own.contains(std::string(values.root()["debit"].text())) && own.contains(std::string(values.root()["credit"].text()));
}

}  // namespace

Before before_of(const Scope& scope, const Outcome& outcome) {
  Before before;
  before.entity = scope.source.entity;
  before.id = scope.source.id;
  before.label = outcome.label;
  before.losses = outcome.losses;
  const auto* ledger = own_ledger(scope);
  before.date = ledger == nullptr ? scope.text_at("TxnDate").substr(0, 10) : ledger->date;
  before.number = scope.text_at("DocNumber");
  if (before.number.empty()) before.number = scope.text_at("PaymentRefNum");
  if (before.number.empty() && ledger != nullptr) before.number = ledger->document_number;
  if (ledger != nullptr) {
    for (const auto& item : ledger_items(scope, *ledger, scope.text_at("DueDate").substr(0, 10))) {
      add(before.sums, item);
      const bool undeposited = scope.is_undeposited(item.account);
      if (!undeposited && !scope.is_open_item(item.account)) continue;
      add(before.open, holding_record(scope, before.entity, before.id, item.account), item);
    }
  }
  std::set<std::string> own;
  for (const auto& target : outcome.targets) {
    if (target.operation == "create") own.insert(target.external_id);
  }
  for (const auto& target : outcome.targets) {
    if (target.operation == "match" && !among_own(target, own)) before.matches.push_back(target);
    if (target.model == "account.move" && target.wave == "documents") before.document = target;
    if (target.model == "mail.message") before.notes.push_back(target);
  }
  return before;
}

std::string write(const Before& before) {
  json::Writer out;
  out.begin_object().field("date", before.date).field("number", before.number).field("label", before.label);
  out.key("sums").begin_array();
  for (const auto& item : before.sums) {
    out.begin_object();
    write_item(out, item);
    out.end_object();
  }
  out.end_array().key("open").begin_array();
  for (const auto& part : before.open) {
    out.begin_object().field("record", part.record);
    write_item(out, part.item);
    out.field("entity", part.item.partner.entity).field("party", part.item.partner.id).field("maturity", part.item.maturity).end_object();
  }
  out.end_array().key("matches").begin_array();
  for (const auto& target : before.matches) write_target(out, target);
  out.end_array().key("documents").begin_array();
  if (before.document) write_target(out, *before.document);
  out.end_array().key("notes").begin_array();
  for (const auto& target : before.notes) write_target(out, target);
  out.end_array().key("losses").begin_array();
  for (const auto& loss : before.losses)
    out.begin_object().field("field", loss.field).field("value", loss.value).field("reason", loss.reason).end_object();
  out.end_array().end_object();
  return out.take();
}

Before read_before(std::string_view entity, std::string_view id, std::string text) {
  const auto document = json::Document::parse(std::move(text)).value();
  const auto& root = document.root();
  Before before;
  before.entity = entity;
  before.id = id;
  before.date = root["date"].text();
  before.number = root["number"].text();
  before.label = root["label"].text();
  for (const auto& value : root["sums"].items()) before.sums.push_back(read_item(value));
  for (const auto& value : root["open"].items()) {
    OpenPart part{std::string(value["record"].text()), read_item(value)};
    part.item.partner = {std::string(value["entity"].text()), std::string(value["party"].text())};
    part.item.maturity = value["maturity"].text();
    before.open.push_back(std::move(part));
  }
  before.matches = read_targets(root["matches"]);
  auto documents = read_targets(root["documents"]);
  if (!documents.empty()) before.document = std::move(documents.front());
  before.notes = read_targets(root["notes"]);
  for (const auto& value : root["losses"].items())
    before.losses.push_back({std::string(value["field"].text()), std::string(value["value"].text()), std::string(value["reason"].text())});
  return before;
}

std::set<std::string> records_of(const Before& before) {
  std::set<std::string> records;
  for (const auto& part : before.open) records.insert(part.record);
  if (before.document) records.insert(before.document->external_id);
  return records;
}

}  // namespace q2o::mapper::builders
