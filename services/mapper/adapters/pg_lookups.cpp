#include "services/mapper/adapters/pg_lookups.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace q2o::mapper {
namespace {

/// Kinds that must be the same in the next run of the same books: names of documents, codes of accounts and journals.
constexpr std::array<std::string_view, 2> kKeptOverRuns{"number", "account_code"};
constexpr std::string_view kLookupValue = "mapper.lookup.value";
constexpr char kKeyEnd = '\x1f';  // stands in no JSON

/// Key and value of a row whose value was opened; rows from before there were keys have theirs in the column.
std::pair<std::string, std::string> read_entry(std::string opened, const pg::Row& row) {
  const auto end = opened.rfind(kKeyEnd);
  if (end == std::string::npos) return {row.text("key"), std::move(opened)};
  return {opened.substr(0, end), opened.substr(end + 1)};
}

}  // namespace

PgLookups::PgLookups(const RunState& run)
    : revision(run.revision),
      tenant_(run.tenant),
      migration_(run.migration),
      run_scope_(fmt::format("{}/{}", run.migration, run.run)),
      connection_scope_(fmt::format("{}/{}", run.tenant, run.connection)),
      run_(run.run),
      dry_run_(run.dry_run) {}

const std::string& PgLookups::read_scope(std::string_view kind) const {
  return std::find(kKeptOverRuns.begin(), kKeptOverRuns.end(), kind) == kKeptOverRuns.end() ? run_scope_ : connection_scope_;
}

/// What is kept over runs is the tenant's; the rest ends with the migration's key.
sealing::Place PgLookups::place(std::string_view scope, std::string_view where, std::string_view id) const {
  return {tenant_, scope == connection_scope_ ? std::string_view() : std::string_view(migration_), where, id};
}

void PgLookups::load(std::string_view kind, Entries& entries) const {
  // In a dry run of a kept kind the run's own values stand beside those of the connection, and win; so do sealed ones over older ones.
  for (const auto row : tx_->exec("SELECT scope, key, value FROM lookup WHERE tenant_id = $1 AND scope IN ($2, $4) AND kind = $3 "
                                  "ORDER BY scope = $4, starts_with(key, E'\\x03')",
                                  {tenant_, read_scope(kind), kind, write_scope(kind)})) {
    auto [key, value] = read_entry(tx_->open(place(row.text("scope"), kLookupValue, row.text("key")), row.text("value")), row);
    entries.insert_or_assign(std::move(key), Remembered(std::move(value)));
  }
}

void PgLookups::changed(std::string_view kind, std::string_view key, std::string_view json) {
  changes_.push_back({std::string(kind), std::string(key), std::string(json)});
}

void PgLookups::flush() {
  // The last value of a key counts; one statement must not touch a row twice.
  std::map<std::pair<std::string, std::string>, std::string> last;
  for (auto& change : changes_) last[{std::move(change.kind), std::move(change.key)}] = std::move(change.value);
  changes_.clear();
  std::vector<std::string> scopes, kinds, keys, values;
  for (auto& [name, value] : last) {
    const auto& scope = write_scope(name.first);
    scopes.push_back(scope);
    kinds.push_back(name.first);
    if (tx_->seal() == nullptr) {
      keys.push_back(name.second);
      values.push_back(std::move(value));
      continue;
    }
    // A key may be a name or an address: a fingerprint stands for it, and it is sealed with its value.
    keys.push_back(tx_->fingerprint(place(scope, "mapper.lookup.key", name.first), name.second));
    values.push_back(tx_->seal_text(place(scope, kLookupValue, keys.back()), name.second + kKeyEnd + value));
  }
  if (keys.empty()) return;
  tx_->exec(
      "INSERT INTO lookup (tenant_id, scope, kind, key, value) SELECT $5, given.* FROM unnest($1::text[], $2::text[], $3::text[], "
      "$4::text[]) AS given "
      "ON CONFLICT (tenant_id, scope, kind, key) DO UPDATE SET value = excluded.value",
      {scopes, kinds, keys, values, tenant_});
}

void PgLookups::read_ledger(const std::vector<std::string>& ids) const {
  // One look into the index per id. Said as id = ANY(…), a prepared plan may go through the whole run and compare every row with every id.
  for (const auto row : tx_->exec(
           "SELECT wanted.id, found.body FROM unnest($3::text[]) AS wanted(id) CROSS JOIN LATERAL (SELECT t.body FROM ledger_transaction t "
           "WHERE t.migration_id = $1 AND t.run = $2 AND t.id = wanted.id OFFSET 0) AS found",
           {migration_, run_, ids})) {
    const auto id = row.text("id");
    unparsed_.insert_or_assign(id, tx_->open(ledger_place(tenant_, migration_, ledger_id(run_, id)), row.text("body")));
  }
}

void PgLookups::prefetch(const std::vector<std::string>& transaction_ids) {
  read_ledger(transaction_ids);
  for (const auto& id : transaction_ids) {
    if (!unparsed_.contains(id)) absent_.insert(id);
  }
}

void PgLookups::forget_ledger() {
  ledger_.clear();
  unparsed_.clear();
  absent_.clear();
}

const accounting::LedgerTransaction* PgLookups::load_ledger(std::string_view transaction_id) const {
  if (absent_.contains(transaction_id)) return nullptr;
  if (!unparsed_.contains(transaction_id)) read_ledger({std::string(transaction_id)});
  const auto found = unparsed_.find(transaction_id);
  if (found == unparsed_.end()) {
    absent_.emplace(transaction_id);
    return nullptr;
  }
  auto transaction = ledger_from_json(found->second);
  unparsed_.erase(found);
  return &ledger_.insert_or_assign(std::string(transaction_id), std::move(transaction)).first->second;
}

std::string to_json(const accounting::LedgerTransaction& transaction) {
  json::Writer out;
  out.begin_object().field("id", std::string_view(transaction.id)).field("type", std::string_view(transaction.type));
  out.field("date", std::string_view(transaction.date))
      .field("number", std::string_view(transaction.document_number))
      .key("postings")
      .begin_array();
  for (const auto& posting : transaction.postings) {
    out.begin_object().field("account", std::string_view(posting.account_id)).field("amount", posting.amount);
    if (!posting.currency.empty()) out.field("currency", std::string_view(posting.currency));
    if (posting.amount_currency) out.field("amount_currency", *posting.amount_currency);
    if (!posting.name_id.empty()) out.field("name_id", std::string_view(posting.name_id));
    if (!posting.name.empty()) out.field("name", std::string_view(posting.name));
    if (!posting.memo.empty()) out.field("memo", std::string_view(posting.memo));
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

accounting::LedgerTransaction ledger_from_json(const std::string& text) {
  const auto document = json::Document::parse(text).value();
  const auto& root = document.root();
  const auto member = [](const json::Value& value, std::string_view name) { return std::string(value[name].text()); };
  accounting::LedgerTransaction transaction{member(root, "id"), member(root, "type"), member(root, "date"), member(root, "number"), {}};
  for (const auto& item : root["postings"].items()) {
    accounting::Posting posting;
    posting.account_id = member(item, "account");
    posting.amount = item["amount"].decimal().value();
    posting.currency = member(item, "currency");
    if (item.has("amount_currency")) posting.amount_currency = item["amount_currency"].decimal().value();
    posting.name_id = member(item, "name_id");
    posting.name = member(item, "name");
    posting.memo = member(item, "memo");
    transaction.postings.push_back(std::move(posting));
  }
  return transaction;
}

}  // namespace q2o::mapper
