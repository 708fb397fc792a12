#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

struct Open {
  Decimal home, foreign;
};

/// What is left open of items while matches of this call are being put together.
class Residuals {
 public:
  Open& of(const Record& line) {
    const auto [found, fresh] = left_.try_emplace(line.id());
    if (fresh) found->second = {line.amount("amount_residual").abs(), line.amount("amount_residual_currency").abs()};
    return found->second;
  }

 private:
  std::map<Id, Open> left_;
};

/// The open item to match: exact residual first, then the partner, then the oldest. None when all are closed.
Record pick(const std::string& name, const std::vector<Record>& lines, const std::optional<Decimal>& wanted, Id partner, Residuals& left) {
  Record best;
  std::tuple<bool, bool, Id> rank;
  Decimal most;
  for (const Record& line : lines) {
    const Open& open = left.of(line);
    if (open.home.is_zero() && open.foreign.is_zero()) continue;
    most = std::max(most, open.home);
    if (wanted && open.home < *wanted) continue;
    const bool exact = wanted && open.home == *wanted;
    const std::tuple<bool, bool, Id> own{!exact, partner != 0 && line.link("partner_id") != partner, line.id()};
    if (!best || own < rank) {
      best = line;
      rank = own;
    }
  }
  if (!best && !most.is_zero())
    throw user_error(fmt::format("{} has only {} open, {} is to be matched", name, most.to_string(2), wanted->to_string(2)));
  return best;
}

/// The amount in the item's own currency.
Decimal in_currency(const Record& line, const Decimal& amount, const std::optional<Decimal>& foreign, Residuals& left) {
  if (line.link("currency_id") == line.link("company_currency_id")) return amount;
  if (foreign) return foreign->abs();
  const Open& open = left.of(line);
  if (open.home == amount) return open.foreign;
  if (open.home.is_zero()) return open.foreign;
  return Decimal::divide(open.foreign * amount, open.home, currency_digits(line.ref("currency_id")), Rounding::half_up);
}

std::optional<Decimal> optional_amount(const Dict& body, std::string_view name) {
  const Any* value = body.find(name);
  if (!value || std::holds_alternative<std::monostate>(value->data)) return std::nullopt;
  return value->number();
}

}  // namespace

std::vector<Record> Batch::side(const std::string& name, Id account, int sign, Missing& missing) {
  std::vector<Record> lines;
  for (const Record& line : move_behind(name, missing).many("line_ids")) {
    const Decimal balance = line.amount("balance");
    const Decimal amount = balance.is_zero() ? line.amount("amount_currency") : balance;
    if (line.link("account_id") == account && amount.sign() == sign) lines.push_back(line);
  }
  if (lines.empty() && missing.empty())
    throw user_error(fmt::format("{} has no {} item on this account", name, sign > 0 ? "debit" : "credit"));
  return lines;
}

void Batch::take_match(Row row) {
  const Dict& body = *row.body;
  check_keys("match", body, {"debit", "credit", "account", "amount", "amount_currency", "debit_partner", "credit_partner"});
  if (const auto known = known_.find(row.external_id()); known != known_.end()) return answer(row, known->second.id, "unchanged");
  const Any* account = body.find("account");
  if (!account || !account->truthy()) refuse("a match without an account");
  Missing missing;
  const Id account_id = resolve(*account, missing).id();
  const auto partner = [&](std::string_view name) {
    const Any* expression = body.find(name);
    return expression ? resolve(*expression, missing).id() : 0;
  };
  row.debit_partner = partner("debit_partner");
  row.credit_partner = partner("credit_partner");
  const Any* debit = body.find("debit");
  const Any* credit = body.find("credit");
  if (!debit || !credit) refuse("a match without debit or credit");
  row.debit_lines = side(debit->text(), account_id, 1, missing);
  row.credit_lines = side(credit->text(), account_id, -1, missing);
  if (!missing.empty()) return wait_for(row, missing);
  enqueue("match", std::move(row));
}

void Batch::match_rows(std::vector<Row>& rows) {
  Residuals left;
  List values;
  std::vector<Row*> made_rows;
  for (Row& row : rows) {
    const Dict& body = *row.body;
    std::optional<Decimal> wanted = optional_amount(body, "amount");
    if (wanted) wanted = wanted->abs();
    const std::optional<Decimal> foreign = optional_amount(body, "amount_currency");
    const Record debit = pick(body.find("debit")->text(), row.debit_lines, wanted, row.debit_partner, left);
    const Record credit = pick(body.find("credit")->text(), row.credit_lines, wanted, row.credit_partner, left);
    if (!debit || !credit) {  // somebody closed it by hand
      answer(row, 0, "skipped", "", "nothing open on " + body.find(debit ? "credit" : "debit")->text());
      continue;
    }
    const Decimal amount = wanted ? *wanted : std::min(left.of(debit).home, left.of(credit).home);
    const Decimal debit_foreign = in_currency(debit, amount, foreign, left), credit_foreign = in_currency(credit, amount, foreign, left);
    left.of(debit).home -= amount;
    left.of(debit).foreign -= debit_foreign;
    left.of(credit).home -= amount;
    left.of(credit).foreign -= credit_foreign;
    Dict partial;
    partial["debit_move_id"] = Any(debit.id());
    partial["credit_move_id"] = Any(credit.id());
    partial["amount"] = Any(amount);
    partial["debit_amount_currency"] = Any(debit_foreign);
    partial["credit_amount_currency"] = Any(credit_foreign);
    values.emplace_back(std::move(partial));
    made_rows.push_back(&row);
  }
  if (values.empty()) return;
  const ContextScope context(env_, context_of({}));
  const Ids partials = env_.create("account.partial.reconcile", std::move(values));
  for (std::size_t i = 0; i < partials.size(); ++i) {
    answer(*made_rows[i], partials[i], "created");
    register_id(made_rows[i]->external_id(), "account.partial.reconcile", partials[i]);
  }
  for (const Id id : partials) close_group(env_, env_.record("account.partial.reconcile", id).ref("debit_move_id"));
}

}  // namespace q2o::sandbox::odoo::action
