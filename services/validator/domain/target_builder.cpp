#include "services/validator/domain/target_builder.h"

#include <fmt/format.h>

#include <charconv>

namespace q2o::validator {
namespace {

/// Odoo writes false where nothing is set.
std::string text_of(const json::Value& value) {
  return value.is_string() ? std::string(value.text()) : std::string();
}

}  // namespace

TargetBuilder::TargetBuilder(std::string slug, const MakeShelf& shelf) : prefix_(std::move(slug) + "_") {
  books_.long_records = LongList<OwnRecord>(shelf);
  books_.long_moves = LongList<TargetMove>(shelf);
  books_.long_items = LongList<TargetItem>(shelf);
}

/// A number, or [id, "name"] of a many2one; false = 0.
std::int64_t TargetBuilder::id_of(const json::Value& value) {
  const auto& number = value.is_array() && !value.items().empty() ? value.items().front() : value;
  std::int64_t out = 0;
  if (number.is_number()) {
    const auto text = number.text();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) trouble_ = fmt::format("'{}' is not an id", text);
  } else if (number.kind() != json::Value::Kind::boolean) {
    trouble_ = "an answer lacks an id: " + std::string(value.raw().substr(0, 100));
  }
  return out;
}

int TargetBuilder::digits_of(std::int64_t currency) const {
  const auto found = digits_.find(currency == 0 ? company_currency_ : currency);
  return found == digits_.end() ? 2 : found->second;
}

Decimal TargetBuilder::amount_of(const json::Value& value, int digits) {
  if (!value.is_number()) {
    if (value.kind() != json::Value::Kind::boolean) trouble_ = "an answer lacks an amount";
    return {};
  }
  const auto amount = value.decimal();
  if (!amount) {
    trouble_ = amount.error().message;
    return {};
  }
  return amount->rounded(digits, Rounding::half_up);
}

std::string TargetBuilder::currency_of(const json::Value& value) {
  const auto id = id_of(value);
  const auto found = currencies_.find(id);
  return found == currencies_.end() ? (id == 0 ? std::string() : fmt::format("#{}", id)) : found->second;
}

void TargetBuilder::external_id(const json::Value& row) {
  const auto name = text_of(row["name"]);
  if (name.rfind(prefix_, 0) != 0) return;
  OwnRecord record{name.substr(prefix_.size()), text_of(row["model"]), id_of(row["res_id"])};
  if (record.model == "ir.attachment") files_.push_back(record.id);
  if (books_.long_records.on_shelf())
    books_.long_records.add(record);
  else
    books_.records.push_back(std::move(record));
}

void TargetBuilder::account(const json::Value& row) {
  const auto id = id_of(row["id"]);
  books_.accounts[id] = {id, text_of(row["code"]), text_of(row["name"]), text_of(row["account_type"])};
}

void TargetBuilder::journal(const json::Value& row) {
  const auto id = id_of(row["id"]);
  currency_of_journal_[id] = id_of(row["currency_id"]);
  books_.journals[id] = {id, id_of(row["default_account_id"]), text_of(row["name"]), text_of(row["type"]), currency_of(row["currency_id"])};
}

void TargetBuilder::move(const json::Value& row) {
  const auto id = id_of(row["id"]);
  TargetMove move{id, text_of(row["name"]), text_of(row["date"]), text_of(row["state"])};
  if (books_.long_moves.on_shelf())
    books_.move_places.add(id, books_.long_moves.add(move));
  else
    books_.moves[id] = std::move(move);
}

void TargetBuilder::item(const json::Value& row) {
  TargetItem item;
  item.id = id_of(row["id"]);
  item.move_id = id_of(row["move_id"]);
  item.account_id = id_of(row["account_id"]);  // false for sections and notes
  item.partner_id = id_of(row["partner_id"]);
  const auto home = digits_of(0), own = digits_of(id_of(row["currency_id"]));
  item.balance = amount_of(row["balance"], home);
  item.amount_currency = amount_of(row["amount_currency"], own);
  item.residual = amount_of(row["amount_residual"], home);
  item.residual_currency = amount_of(row["amount_residual_currency"], own);
  item.currency = currency_of(row["currency_id"]);
  item.date = text_of(row["date"]);
  item.maturity = text_of(row["date_maturity"]);
  item.posted = text_of(row["parent_state"]) == "posted";
  if (item.account_id == 0) return;
  if (books_.long_items.on_shelf())
    books_.long_items.add(item);
  else
    books_.items.push_back(std::move(item));
}

void TargetBuilder::payment(const json::Value& row) {
  const auto id = id_of(row["id"]);
  books_.move_of_payment[id] = id_of(row["move_id"]);
  books_.state_of_payment[id] = text_of(row["state"]);
}

void TargetBuilder::statement_line(const json::Value& row) {
  const auto journal = id_of(row["journal_id"]);
  const auto known = currency_of_journal_.find(journal);
  const auto digits = digits_of(known == currency_of_journal_.end() ? 0 : known->second);
  books_.statement_lines.push_back({id_of(row["id"]), id_of(row["move_id"]), journal, amount_of(row["amount"], digits)});
}

void TargetBuilder::partner(const json::Value& row) {
  books_.partners[id_of(row["id"])] = text_of(row["name"]);
}
void TargetBuilder::currency(const json::Value& row) {
  const auto id = id_of(row["id"]);
  currencies_[id] = text_of(row["name"]);
  digits_[id] = static_cast<int>(id_of(row["decimal_places"]));
}

void TargetBuilder::company(const json::Value& row) {
  if (company_currency_ == 0) company_currency_ = id_of(row["currency_id"]);
}

void TargetBuilder::file(const json::Value& row) {
  books_.file_bytes[id_of(row["id"])] = static_cast<std::uint64_t>(id_of(row["file_size"]));
}

void TargetBuilder::balance(const std::string& day, const json::Value& group) {
  auto& sums = books_.balances[day];
  if (const auto account = id_of(group["account_id"]); account != 0) sums[account] += amount_of(group["balance"], digits_of(0));
}

Result<TargetBooks> TargetBuilder::finish() {
  if (!trouble_.empty()) {
    return fail(Code::data_loss, "the target answered something that is not understood: " + trouble_, "TARGET_ANSWER",
                "The proof was not made. Check the target's version with q2o doctor.");
  }
  const auto home = currencies_.find(company_currency_);
  books_.home_currency = home == currencies_.end() ? "" : home->second;
  books_.move_places.sort();
  return std::move(books_);
}

}  // namespace q2o::validator
