#include "services/mapper/domain/diff.h"

namespace q2o::mapper {
namespace {

constexpr std::string_view kDefaultAccount = "the partner's account";

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::string text_of(const json::Value& value) {
  return value.is_null() && value.raw().empty() ? "" : std::string(value.raw());
}

bool same(const json::Value& before, const json::Value& after) {
  if (before.raw() == after.raw()) return true;
  if (!before.is_number() || !after.is_number()) return false;
  const auto one = before.decimal(), other = after.decimal();
  return one && other && *one == *other;
}

void compare(const std::string& path, const json::Value& before, const json::Value& after, std::vector<FieldChange>& changes);

void compare_members(const std::string& path, const json::Value& before, const json::Value& after, std::vector<FieldChange>& changes) {
  for (const auto& member : before.members()) compare(below(path, member.key), member.value, after[member.key], changes);
  for (const auto& member : after.members())
    if (!before.has(member.key)) compare(below(path, member.key), before[member.key], member.value, changes);
}

void compare_items(const std::string& path, const json::Value& before, const json::Value& after, std::vector<FieldChange>& changes) {
  const auto one = before.items(), other = after.items();
  for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
    const auto place = below(path, std::to_string(i));
    if (i >= one.size())
      changes.push_back({place, "", text_of(other[i])});
    else if (i >= other.size())
      changes.push_back({place, text_of(one[i]), ""});
    else
      compare(place, one[i], other[i], changes);
  }
}

void compare(const std::string& path, const json::Value& before, const json::Value& after, std::vector<FieldChange>& changes) {
  if (same(before, after)) return;
  if (before.is_object() && after.is_object()) return compare_members(path, before, after, changes);
  if (before.is_array() && after.is_array()) return compare_items(path, before, after, changes);
  changes.push_back({path, text_of(before), text_of(after)});
}

std::string account_of(const json::Value& expression) {
  if (expression["ref"].is_string()) return std::string(expression["ref"].text());
  if (expression["company"].is_string()) return "company." + std::string(expression["company"].text());
  return expression.is_null() ? std::string(kDefaultAccount) : std::string(expression.raw());
}

void add(std::vector<Posting>& postings, std::string account, const std::string& month, const json::Value& amount, bool credit = false) {
  const auto number = amount.decimal();
  if (number && !number->is_zero()) postings.push_back({std::move(account), month, credit ? -*number : *number});
}

}  // namespace

std::vector<FieldChange> changed_fields(const json::Value& before, const json::Value& after) {
  std::vector<FieldChange> changes;
  compare("", before, after, changes);
  return changes;
}

std::vector<Posting> postings_of(std::string_view model, std::string_view operation, const json::Value& body) {
  std::vector<Posting> postings;
  if (operation != "create" || (model != "account.move" && model != "account.payment" && model != "account.bank.statement.line"))
    return postings;
  const auto& values = body["values"];
  if (values["state"].text() == "cancel") return postings;
  const auto day = values["date"].text().empty() ? values["invoice_date"].text() : values["date"].text();
  const std::string month(day.substr(0, 7));
  for (const auto& item : values["line_ids"]["lines"].items())
    if (!item["account_id"].is_null()) add(postings, account_of(item["account_id"]), month, item["balance"]);
  if (model == "account.payment" && !values.has("line_ids")) {
    const bool inbound = values["payment_type"].text() == "inbound";
    add(postings, "payments of " + account_of(values["journal_id"]), month, values["amount"], !inbound);
    add(postings, account_of(values["destination_account_id"]), month, values["amount"], inbound);
  }
  return postings;
}

}  // namespace q2o::mapper
