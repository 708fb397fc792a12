#include "services/validator/domain/source_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/json/json.h"
#include "services/validator/domain/calendar.h"

namespace q2o::validator {
namespace {

std::string text_of(const json::Value& value) {
  return std::string(value.text());
}

/// Kinds with a date and an id that never post; ids of time activities are a sequence of their own.
bool never_posts(std::string_view entity) {
  static constexpr std::array<std::string_view, 6> kinds{"TimeActivity", "Estimate",        "PurchaseOrder",
                                                         "Budget",       "ReimburseCharge", "RecurringTransaction"};
  return std::ranges::find(kinds, entity) != kinds.end();
}

/// Where a document tells its own open amount, and how that stands on the control account.
struct OpenField {
  std::string_view entity, field, fallback, party;
  bool receivable;
  int sign;
};
constexpr std::array<OpenField, 5> kOpenFields{{{"Invoice", "Balance", "", "CustomerRef", true, 1},
                                                {"CreditMemo", "RemainingCredit", "Balance", "CustomerRef", true, -1},
                                                {"Payment", "UnappliedAmt", "", "CustomerRef", true, -1},
                                                {"Bill", "Balance", "", "VendorRef", false, -1},
                                                {"VendorCredit", "Balance", "", "VendorRef", false, 1}}};

template <class T>
void keep(std::vector<T>& memory, LongList<T>& list, T value) {
  if (list.on_shelf())
    list.add(value);
  else
    memory.push_back(std::move(value));
}

void take_open_amount(SourceBooks& books, const std::string& entity, const std::string& id, const std::string& label,
                      const json::Value& body) {
  for (const auto& field : kOpenFields) {
    if (field.entity != entity) continue;
    const auto& value = body[field.field].is_null() && !field.fallback.empty() ? body[field.fallback] : body[field.field];
    const auto amount = value.decimal();
    if (!amount) return;
    keep(books.documents, books.long_documents,
         SourceDocument{entity, id, label, text_of(body["CurrencyRef"]["value"]), text_of(body[field.party]["value"]), field.receivable,
                        field.sign > 0 ? *amount : -*amount, text_of(body["DueDate"].text().empty() ? body["TxnDate"] : body["DueDate"])});
  }
}

bool settles(std::string_view entity) {
  return entity == "Payment" || entity == "BillPayment";
}

/// A payment's lines say how much of which transaction they settle; the first link of a line is the one its amount is for.
void take_allocations(SourceBooks& books, const std::string& entity, const std::string& id, const json::Value& body) {
  if (!settles(entity)) return;
  for (const auto& line : body["Line"].items()) {
    const auto amount = line["Amount"].decimal();
    const auto links = line["LinkedTxn"].items();
    if (!amount || amount->is_zero() || links.empty()) continue;
    keep(books.allocations, books.long_allocations,
         Allocation{id, text_of(links.front()["TxnId"]), entity == "Payment", *amount, text_of(body["TxnDate"]).substr(0, 10)});
  }
}

bool is_document(std::string_view entity) {
  return std::ranges::any_of(kOpenFields, [&](const OpenField& field) { return field.entity == entity && entity != "Payment"; });
}

void take_deposited(SourceBooks& books, const std::string& entity, const std::string& id, const json::Value& body) {
  if (entity != "Deposit") return;
  for (const auto& line : body["Line"].items()) {
    const auto links = line["LinkedTxn"].items();
    if (!links.empty()) books.deposited.push_back({id, text_of(links.front()["TxnId"])});
  }
}

std::string label_of(const std::string& entity, const std::string& id, const json::Value& body,
                     const std::map<std::string, std::string>& parties) {
  auto number = text_of(body["DocNumber"]);
  if (number.empty()) number = text_of(body["PaymentRefNum"]);
  auto label = fmt::format("{} {}", entity, number.empty() ? "#" + id : number);
  for (const auto* reference : {"CustomerRef", "VendorRef", "EntityRef"}) {
    const auto party = parties.find(text_of(body[reference]["value"]));
    if (party != parties.end()) {
      label += ", " + party->second;
      break;
    }
  }
  const auto date = body["TxnDate"].text();
  return date.empty() ? label : fmt::format("{}, {}", label, date);
}

void take_settings(SourceBooks& books, const std::string& entity, const json::Value& body) {
  if (entity == "CompanyInfo") {
    books.company_name = text_of(body["CompanyName"]);
    if (const auto month = month_number(text_of(body["FiscalYearStartMonth"])); month != 0) books.fiscal_year_first_month = month;
  } else if (entity == "Preferences" && books.home_currency.empty()) {
    books.home_currency = text_of(body["CurrencyPrefs"]["HomeCurrency"]["value"]);
  } else if (entity == "Account") {
    const auto id = text_of(body["Id"]);
    auto name = text_of(body["FullyQualifiedName"]);
    if (name.empty()) name = text_of(body["Name"]);
    books.accounts[id] = {id,
                          name,
                          text_of(body["AccountType"]),
                          text_of(body["AccountSubType"]),
                          text_of(body["CurrencyRef"]["value"]),
                          text_of(body["AcctNum"])};
  } else if (entity == "Customer" || entity == "Vendor" || entity == "Employee") {
    auto name = text_of(body["FullyQualifiedName"]);
    if (name.empty()) name = text_of(body["DisplayName"]);
    books.parties[text_of(body["Id"])] = name;
  }
}

/// The members that finish() asks for; what is no object stays as it is, to be complained about there.
std::string needed(std::string_view entity, std::string_view body) {
  static constexpr std::array<std::string_view, 25> kMembers{"Id",
                                                             "ExchangeRate",
                                                             "DueDate",
                                                             "TxnDate",
                                                             "DocNumber",
                                                             "PaymentRefNum",
                                                             "CustomerRef",
                                                             "VendorRef",
                                                             "EntityRef",
                                                             "CurrencyRef",
                                                             "Balance",
                                                             "RemainingCredit",
                                                             "UnappliedAmt",
                                                             "CompanyName",
                                                             "Name",
                                                             "FiscalYearStartMonth",
                                                             "AccountType",
                                                             "DisplayName",
                                                             "Classification",
                                                             "CurrencyPrefs",
                                                             "FullyQualifiedName",
                                                             "AccountSubType",
                                                             "AcctNum",
                                                             "FileName",
                                                             "Size"};
  const auto document = json::Document::parse(std::string(body));
  if (!document || !document->root().is_object()) return std::string(body);
  json::Writer out;
  out.begin_object();
  for (const auto& member : document->root().members()) {
    const bool wanted =
        std::ranges::find(kMembers, member.key) != kMembers.end() || (member.key == "Line" && (settles(entity) || entity == "Deposit"));
    if (wanted) out.key(member.key).value(member.value);
  }
  return out.end_object().take();
}

/// "Attachable" with a file name; without one it is a note.
void take_file(SourceBooks& books, const std::string& entity, const std::string& id, const json::Value& body) {
  if (entity != "Attachable" || body["FileName"].text().empty()) return;
  SourceFile file{entity, id, text_of(body["FileName"]), std::nullopt};
  const auto digits = body["Size"].text();
  std::uint64_t bytes = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), bytes).ec == std::errc()) file.bytes = bytes;
  books.files.push_back(std::move(file));
}

template <class Out, class Read>
void read_into(SourceBooks& books, const std::string& place, const std::string& body, Out out, const Read& read) {
  auto value = read(body);
  if (value)
    out(std::move(*value));
  else
    books.unreadable[place] = value.error().message;
}

}  // namespace

SourceBuilder::SourceBuilder(const MakeShelf& shelf) : shelf_(shelf), long_bodies_(shelf) {}

std::string SourceBuilder::body_at(std::uint64_t place) const {
  if (!long_bodies_.on_shelf()) return bodies_.at(place);
  std::string body;
  long_bodies_.get(place, body);
  return body;
}

SourceBuilder::Ledger SourceBuilder::new_ledger() const {
  return {accounting::LedgerReader(classifications()), LongList<accounting::LedgerTransaction>(shelf_), {}, {}, {}};
}

void SourceBuilder::record(const std::string& entity, const std::string& source_id, std::string_view body) {
  if (entity == "GeneralLedger") {  // "GeneralLedger/2026-03"
    if (of_reports_) return;
    std::string slice(body);
    if (!take_slice(of_records_, source_id, slice))
      reports_.try_emplace("record/" + source_id, Stored{"GeneralLedger", "", "", std::move(slice)});
    return;
  }
  auto kept = needed(entity, body);
  if (long_bodies_.on_shelf()) {
    records_[entity][source_id] = long_bodies_.add(kept);
  } else {
    records_[entity][source_id] = bodies_.size();
    bodies_.push_back(std::move(kept));
  }
}

void SourceBuilder::report(const std::string& name, const std::string& start_date, const std::string& end_date, std::string body) {
  if (name == "GeneralLedger") {
    of_records_.reset();
    if (take_slice(of_reports_, start_date + "/" + end_date, body)) return;
  }
  reports_["report/" + name + "/" + start_date + "/" + end_date] = {name, start_date, end_date, std::move(body)};
}

accounting::Classifications SourceBuilder::classifications() const {
  accounting::Classifications classes;
  const auto accounts = records_.find("Account");
  if (accounts == records_.end()) return classes;
  for (const auto& [id, place] : accounts->second) {
    const auto document = json::Document::parse(body_at(place));
    if (!document) continue;
    const auto known = accounting::classify_account(document->root()["Classification"].text(), document->root()["AccountType"].text());
    if (known) classes.emplace(id, *known);
  }
  return classes;
}

bool SourceBuilder::take_slice(std::optional<Ledger>& ledger, const std::string& name, const std::string& body) const {
  if (!ledger) {
    if (!records_.contains("Account")) return false;
    ledger.emplace(new_ledger());
  }
  if (!ledger->slices.insert(name).second || !ledger->trouble.empty()) return true;  // one slice that is missing makes all sums wrong
  if (auto done = ledger->reader.add(body); !done) ledger->trouble = done.error().message;
  if (!ledger->list.on_shelf() || !ledger->trouble.empty()) return true;
  const auto read = ledger->reader.take();
  for (const auto& transaction : read) ledger->list.add(transaction, read.front().date);
  if (!read.empty()) ledger->last_day = std::max(ledger->last_day, read.back().date);
  return true;
}

void SourceBuilder::ledger(SourceBooks& books) {
  // Slices that came before the accounts.
  const bool recorded =
      of_reports_ || std::ranges::any_of(reports_, [](const auto& entry) { return entry.first.rfind("report/GeneralLedger/", 0) == 0; });
  auto& chosen = recorded ? of_reports_ : of_records_;
  for (const auto& [key, stored] : reports_) {
    if (stored.name != "GeneralLedger" || (key.rfind("record/", 0) == 0) == recorded) continue;
    if (!chosen) chosen.emplace(new_ledger());
    take_slice(chosen, key, stored.body);
  }
  if (!chosen) {
    books.unreadable["GeneralLedger"] = "it was not recorded";
  } else if (!chosen->trouble.empty()) {
    books.unreadable["GeneralLedger"] = chosen->trouble;
  } else if (chosen->list.on_shelf()) {
    books.long_ledger = std::move(chosen->list);
    books.long_last_day = chosen->last_day;
  } else {
    books.ledger = chosen->reader.finish();
  }
}

void SourceBuilder::settings(SourceBooks& books) {
  static constexpr std::array<std::string_view, 6> kinds{"CompanyInfo", "Preferences", "Account", "Customer", "Vendor", "Employee"};
  for (const auto& [entity, records] : records_) {
    auto& ids = books.ids[entity];
    for (const auto& [id, place] : records) {
      ids.insert(ids.end(), id);
      if (std::ranges::find(kinds, entity) == kinds.end()) continue;
      const auto document = json::Document::parse(body_at(place));
      if (document)
        take_settings(books, entity, document->root());
      else if (entity == "Account")
        books.unreadable["Account/" + id] = document.error().message;
    }
  }
}

void SourceBuilder::documents(SourceBooks& books) {
  books.long_documents = LongList<SourceDocument>(shelf_);
  books.long_allocations = LongList<Allocation>(shelf_);
  books.long_labels.texts = LongList<std::string>(shelf_);
  for (auto& [entity, records] : records_) {
    for (const auto& [id, place] : records) {
      const auto document = json::Document::parse(body_at(place));
      if (!document) continue;  // counted; a broken record is the mapper's to reject
      const auto& root = document->root();
      take_file(books, entity, id, root);
      if (!root.has("TxnDate") && entity != "TaxPayment") continue;
      const auto label = label_of(entity, id, root, books.parties);
      if (books.long_labels.texts.on_shelf())
        books.long_labels.of_entity[entity].emplace_back(id, books.long_labels.texts.add(label));
      else
        books.labels[entity + "/" + id] = label;
      if (!never_posts(entity)) books.entity_of_transaction[id] = entity;
      take_open_amount(books, entity, id, label, root);
      take_allocations(books, entity, id, root);
      take_deposited(books, entity, id, root);
      if (const auto rate = root["ExchangeRate"].decimal(); rate && is_document(entity)) books.rates[id] = *rate;
    }
    records.clear();
  }
}

void SourceBuilder::statements(SourceBooks& books) {
  for (const auto& [key, stored] : reports_) {
    const auto place = stored.name + " " + stored.end;
    if (stored.name == "TrialBalance") {
      read_into(books, place, stored.body, [&](auto v) { books.trial_balances.push_back(std::move(v)); }, accounting::read_trial_balance);
    } else if (stored.name == "BalanceSheet") {
      read_into(books, place, stored.body, [&](auto v) { books.balance_sheets.push_back(std::move(v)); }, accounting::read_statement);
    } else if (stored.name == "ProfitAndLoss") {
      read_into(books, place, stored.body, [&](auto v) { books.profit_and_losses.push_back(std::move(v)); }, accounting::read_statement);
    } else if (stored.name == "AgedReceivables") {
      read_into(books, stored.name, stored.body, [&](auto v) { books.receivables = std::move(v); }, accounting::read_aged);
    } else if (stored.name == "AgedPayables") {
      read_into(books, stored.name, stored.body, [&](auto v) { books.payables = std::move(v); }, accounting::read_aged);
    }
  }
  if (books.home_currency.empty() && !books.trial_balances.empty()) books.home_currency = books.trial_balances.front().currency;
  std::ranges::sort(books.trial_balances, {}, &accounting::TrialBalance::date);
}

SourceBooks SourceBuilder::finish() {
  SourceBooks books;
  books.home_currency = home_currency_;
  settings(books);
  ledger(books);  // needs the accounts
  documents(books);
  statements(books);
  return books;
}

}  // namespace q2o::validator
