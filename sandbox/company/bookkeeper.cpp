#include "sandbox/company/bookkeeper.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace q2o::sandbox {
namespace {

constexpr std::array<std::string_view, 14> kAmounts{
    "Amount",          "TotalAmt",        "Balance",      "HomeTotalAmt",        "HomeBalance", "TotalTax",       "NetAmountTaxable",
    "RemainingCredit", "TaxInclusiveAmt", "HomeTotalTax", "OverrideDeltaAmount", "DiscountAmt", "CashBackAmount", "UnappliedAmt"};

tl::unexpected<Error> refused(std::string message) {
  return fail(Code::invalid_argument, std::move(message), "CHANGE_REFUSED", "Name another record, or let the sandbox choose one.");
}

/// Amounts times `times`; of lines with a quantity, the quantity (or the price, when nothing is to be left).
void scale(Node& node, const Decimal& times) {
  if (node.is_array()) {
    for (auto& item : node.items()) scale(item, times);
    return;
  }
  if (!node.is_object()) return;
  const bool priced = node.has("Qty");
  for (const auto& member : std::vector<NodeMember>(std::as_const(node).members())) {
    auto& value = node[member.key];
    const bool amount = std::ranges::find(kAmounts, member.key) != kAmounts.end();
    const bool factor = priced && member.key == (times.is_zero() ? "UnitPrice" : "Qty");
    if ((amount || factor) && value.is_number())
      value = Node(value.decimal() * times);
    else
      scale(value, times);
  }
}

/// Every link to a customer `from` becomes one to `to`; whether there was any.
bool relink(Node& node, const std::string& from, const Node& to) {
  bool any = false;
  if (node.is_array()) {
    for (auto& item : node.items()) any |= relink(item, from, to);
    return any;
  }
  if (!node.is_object()) return false;
  const bool of_customer = std::as_const(node)["Type"].text() == "Customer";
  for (const auto& member : std::vector<NodeMember>(std::as_const(node).members())) {
    auto& value = node[member.key];
    const auto& now = std::as_const(value);
    const bool names = member.key == "CustomerRef" || (member.key == "EntityRef" && (of_customer || now["type"].text() == "Customer"));
    if (!names || now["value"].text() != from) {
      any |= relink(value, from, to);
      continue;
    }
    value.set("value", to["Id"].text());
    if (now.has("name")) value.set("name", to["DisplayName"].text());
    any = true;
  }
  return any;
}

bool mentions(const Node& node, const std::string& type, const std::string& id) {
  for (const auto& item : node.items())
    if (mentions(item, type, id)) return true;
  if (node["TxnId"].text() == id && node["TxnType"].text() == type) return true;
  if (node["type"].text() == type && node["value"].text() == id) return true;  // of a file
  for (const auto& member : node.members())
    if (mentions(member.value, type, id)) return true;
  return false;
}

bool is_control(const std::string& type) {
  return type == "Accounts Receivable" || type == "Accounts Payable";
}

}  // namespace

Node& Bookkeeper::object(const std::string& entity, const std::string& id) {
  auto& list = company_.entities[entity];
  return *std::ranges::find_if(list, [&](const Node& one) { return object_id(one) == id; });
}

const Transaction* Bookkeeper::posted(const std::string& entity, const std::string& id) const {
  const auto found = std::ranges::find_if(company_.ledger, [&](const Transaction& t) { return t.entity == entity && t.txn_id == id; });
  return found == company_.ledger.end() ? nullptr : &*found;
}

Transaction* Bookkeeper::posted(const std::string& entity, const std::string& id) {
  return const_cast<Transaction*>(std::as_const(*this).posted(entity, id));
}

void Bookkeeper::touch(Node& object) {
  object.set("SyncToken", std::to_string(std::stoi(std::as_const(object)["SyncToken"].text()) + 1));
  object["MetaData"].set("LastUpdatedTime", now_);
}

/// Nothing is linked with it, it moves no stock, and it is in home currency.
bool Bookkeeper::stands_alone(const std::string& entity, const Node& object) const {
  const auto& id = object_id(object);
  const auto* transaction = posted(entity, id);
  if (transaction == nullptr || !object["LinkedTxn"].items().empty() || object.has("Deposit") || object.has("RecurDataRef")) return false;
  const auto& currency = object.at("CurrencyRef.value").text();
  if (!currency.empty() && currency != company_.home_currency()) return false;
  if (object.has("Balance") && object["Balance"].decimal() != object["TotalAmt"].decimal()) return false;
  bool moves = false;
  for (const auto& line : transaction->lines) {
    const auto* account = company_.find("Account", line.account_id);
    const bool document = entity == "Invoice" || entity == "Bill";
    if (account == nullptr || !line.currency.empty() || (*account)["AccountSubType"].text() == "Inventory") return false;
    if (!document && (is_control((*account)["AccountType"].text()) || (*account)["AccountSubType"].text() == "UndepositedFunds"))
      return false;
    moves |= !line.amount.is_zero();
  }
  if (!moves) return false;
  for (const auto& line : object["Line"].items())
    if (!line["LinkedTxn"].items().empty() || line.has("GroupLineDetail")) return false;
  for (const auto* other :
       {"Payment", "BillPayment", "Deposit", "CreditMemo", "Estimate", "PurchaseOrder", "Attachable", "TimeActivity", "ReimburseCharge"})
    for (const auto& one : company_.of(other))
      if (mentions(one, entity, id)) return false;
  return true;
}

Result<std::string> Bookkeeper::chosen(const std::string& entity, const Node& wish) const {
  if (const auto& id = wish["id"].text(); !id.empty()) {
    const auto* found = company_.find(entity, id);
    if (found == nullptr) return refused(fmt::format("there is no {} {}", entity, id));
    if (!stands_alone(entity, *found)) return refused(fmt::format("{} {} is linked with others", entity, id));
    return id;
  }
  const auto& closed = company_.of("Preferences").front().at("AccountingInfoPrefs.BookCloseDate").text();
  const bool wants_closed = wish["closed"].truthy();
  for (const auto& one : company_.of(entity))
    if ((one["TxnDate"].text() <= closed) == wants_closed && stands_alone(entity, one) &&
        std::as_const(one).at("MetaData.LastUpdatedTime").text() != now_)
      return object_id(one);
  return refused(fmt::format("no {} can be changed so", entity));
}

void Bookkeeper::add_to(Node& object, const char* own, const char* with_children, const std::string& entity, const Decimal& amount) {
  if (object.has(own)) object.set(own, std::as_const(object)[own].decimal() + amount);
  for (auto* at = &object;;) {
    if (at->has(with_children)) at->set(with_children, std::as_const(*at)[with_children].decimal() + amount);
    const auto parent = std::as_const(*at).at("ParentRef.value").text();
    if (parent.empty() || company_.find(entity, parent) == nullptr) return;
    at = &this->object(entity, parent);
  }
}

void Bookkeeper::balance(const Transaction& transaction, const Decimal& times) {
  for (const auto& line : transaction.lines) {
    const auto amount = line.amount * times;
    auto& account = object("Account", line.account_id);
    const auto type = std::as_const(account)["AccountType"].text();
    const auto classification = std::as_const(account)["Classification"].text();
    const bool computed =
        classification == "Revenue" || classification == "Expense" || std::as_const(account)["AccountSubType"].text() == "RetainedEarnings";
    if (!computed) add_to(account, "CurrentBalance", "CurrentBalanceWithSubAccounts", "Account", amount);
    if (!is_control(type) || line.name_id.empty()) continue;
    add_to(object(line.name_type, line.name_id), "Balance", "BalanceWithJobs", line.name_type,
           type == "Accounts Payable" ? -amount : amount);
  }
}

void Bookkeeper::remove(const std::string& entity, const std::string& id) {
  std::erase_if(company_.entities[entity], [&](const Node& one) { return object_id(one) == id; });
  std::erase_if(company_.ledger, [&](const Transaction& t) { return t.entity == entity && t.txn_id == id; });
  deleted_.push_back({entity, id, now_});
}

/// All transactions share one sequence, whatever their kind.
std::string Bookkeeper::next_id() const {
  long long last = 0;
  const auto take = [&](const std::string& id) {
    if (!id.empty() && id.size() < 16 && id.find_first_not_of("0123456789") == std::string::npos) last = std::max(last, std::stoll(id));
  };
  for (const auto& [entity, objects] : company_.entities)
    for (const auto& one : objects) take(object_id(one));
  for (const auto& transaction : company_.ledger) take(transaction.txn_id);
  return std::to_string(last + 1);
}

Result<Node> Bookkeeper::document(const std::string& op, const Node& wish) {
  const auto entity = wish["entity"].text();
  const auto id = chosen(entity, wish);
  if (!id) return fail(id.error());
  auto& found = object(entity, *id);
  const auto before = std::as_const(found)["TotalAmt"].decimal();
  auto done = Node::object({{"op", op}, {"entity", entity}, {"id", *id}, {"date", std::as_const(found)["TxnDate"].text()}});
  if (op == "delete") {
    balance(*posted(entity, *id), Decimal(-1));
    remove(entity, *id);
    return done.set("before", before);
  }
  if (op == "new") {
    Node copy = found;
    Transaction entry = *posted(entity, *id);
    entry.txn_id = next_id();
    copy.set("Id", entry.txn_id);
    if (copy.has("DocNumber")) copy.set("DocNumber", entry.doc_number = "N" + entry.txn_id);
    for (auto& line : entry.lines) line.seq += 1'000'000;
    touch(copy);
    balance(entry, Decimal(1));
    company_.entities[entity].push_back(std::move(copy));
    company_.ledger.push_back(entry);
    return done.set("id", entry.txn_id).set("after", before);
  }
  const Decimal times(op == "edit" ? 2 : 0);
  auto& entry = *posted(entity, *id);
  balance(entry, times - Decimal(1));
  for (auto& line : entry.lines) line.amount = line.amount * times;
  scale(found, times);
  if (op == "void") found.set("PrivateNote", "Voided");
  touch(found);
  return done.set("before", before).set("after", std::as_const(found)["TotalAmt"].decimal());
}

Result<Node> Bookkeeper::merge(const Node& wish) {
  const auto home = company_.home_currency();
  const auto fits = [&](const Node& customer) {
    const auto& currency = customer.at("CurrencyRef.value").text();
    const bool has_children = std::ranges::any_of(
        company_.of("Customer"), [&](const Node& other) { return other.at("ParentRef.value").text() == object_id(customer); });
    return !has_children && !customer.has("ParentRef") && (!customer.has("Active") || customer["Active"].truthy()) &&
           (currency.empty() || currency == home);
  };
  std::string from = wish["id"].text(), into = wish["into"].text();
  for (const auto& customer : company_.of("Customer")) {
    const auto& id = object_id(customer);
    const auto invoiced = [&] {
      return std::ranges::any_of(company_.of("Invoice"), [&](const Node& invoice) { return invoice.at("CustomerRef.value").text() == id; });
    };
    if (!fits(customer) || !invoiced()) continue;
    if (from.empty() && id != into)
      from = id;
    else if (into.empty() && id != from)
      into = id;
  }
  const auto* loser = company_.find("Customer", from);
  const auto* winner = company_.find("Customer", into);
  if (loser == nullptr || winner == nullptr || !fits(*loser) || !fits(*winner)) return refused("these customers cannot be merged");
  const Node kept = *winner;
  for (auto& [entity, objects] : company_.entities)
    for (auto& one : objects)
      if (relink(one, from, kept)) touch(one);
  for (auto& transaction : company_.ledger)
    for (auto& line : transaction.lines)
      if (line.name_id == from && line.name_type == "Customer") {
        line.name_id = into;
        line.name = kept["DisplayName"].text();
      }
  auto& old = object("Customer", from);
  const auto moved = std::as_const(old)["Balance"].decimal();
  add_to(object("Customer", into), "Balance", "BalanceWithJobs", "Customer", moved);
  add_to(old, "Balance", "BalanceWithJobs", "Customer", -moved);
  old.set("Active", false);
  touch(old);
  if (wish["gone"].truthy()) remove("Customer", from);
  return Node::object({{"op", "merge"}, {"entity", "Customer"}, {"id", from}, {"into", into}});
}

Result<Node> Bookkeeper::rename(const Node& wish) {
  const auto entity = wish["entity"].text(), id = wish["id"].text(), name = wish["name"].text();
  if (company_.find(entity, id) == nullptr || name.empty()) return refused("rename needs entity, id and name");
  auto& found = object(entity, id);
  for (const auto* key : {"DisplayName", "FullyQualifiedName", "Name"})
    if (found.has(key)) found.set(key, name);
  touch(found);
  return Node::object({{"op", "rename"}, {"entity", entity}, {"id", id}, {"after", name}});
}

Result<Node> Bookkeeper::apply(const Node& wish) {
  const auto op = wish["op"].text();
  if (op == "merge") return merge(wish);
  if (op == "rename") return rename(wish);
  if (op == "close") {
    auto& preferences = company_.entities["Preferences"].front();
    preferences["AccountingInfoPrefs"].set("BookCloseDate", wish["until"].text());
    touch(preferences);
    return Node::object({{"op", "close"}, {"after", wish["until"].text()}});
  }
  if (op == "new" || op == "edit" || op == "delete" || op == "void") return document(op, wish);
  return refused(fmt::format("'{}' is no change", op));
}

}  // namespace q2o::sandbox
