#include <fmt/format.h>

#include "common/calendar/calendar.h"
#include "services/mapper/domain/builders/document.h"
#include "services/mapper/domain/html.h"

/// Odoo's records of a document: the move with all its items, cost of goods, money that moved at once.
namespace q2o::mapper::builders {
namespace {

using Kind = DocumentLine::Kind;
constexpr int kDiscountDaysMax = 36'525;  // a hundred years: what is more is a slip of the keyboard
calendar::Day day_of(const std::string& iso) {
  return calendar::read_day(iso).value();
}

/// DocNumber, made unique in its journal; the same record gets the same name in every run.
std::string customer_number(const Scope& scope, const Document& document) {
  const std::string wanted = document.number.empty() ? "QB-" + scope.source.id : document.number;
  if (document.voided) return wanted;  // a cancelled document does not take its number from others
  const std::string own = scope.own();
  for (int repeat = 1;; ++repeat) {
    std::string name = repeat == 1 ? wanted : fmt::format("{}-{}", wanted, repeat);
    const std::string key = "sale/" + name;
    const auto* taken = scope.lookups.find("number", key);
    if (taken != nullptr && (*taken)["record"].text() != own) continue;
    if (taken == nullptr) {
      json::Writer value;
      value.begin_object().field("record", own).end_object();
      scope.lookups.put("number", key, value.take());
    }
    return name;
  }
}

struct Term {
  std::string id;
  std::optional<Decimal> discount_percent;
  int discount_days = 0;
};

/// The payment term only if it gives this very due date: Odoo would move the date otherwise.
std::optional<Term> fitting_term(const Scope& scope, const Document& document) {
  if (document.settled) return std::nullopt;
  const std::string id = scope.text_at("SalesTermRef.value");
  const auto* found = scope.referred("Term", id, "SalesTermRef.value");
  if (found == nullptr || (*found)["Type"].text() == "DATE_DRIVEN") return std::nullopt;
  const auto days = Scope::amount_of((*found)["DueDays"], "Term.DueDays").value_or(Decimal{});
  if (days != Decimal((day_of(document.due) - day_of(document.date)).count())) return std::nullopt;
  Term term{id, std::nullopt, 0};
  const auto percent = Scope::amount_of((*found)["DiscountPercent"], "Term.DiscountPercent");
  if (!percent || percent->is_zero()) return term;
  const auto discount_days = Scope::amount_of((*found)["DiscountDays"], "Term.DiscountDays").value_or(Decimal{});
  if (discount_days.abs() > Decimal(kDiscountDaysMax)) {
    scope.losses.push_back({"SalesTermRef", id, "The payment term's days of discount are no number of days; the due date was kept."});
    return std::nullopt;
  }
  term.discount_percent = *percent;
  term.discount_days = std::stoi(discount_days.to_string(0));
  return term;
}

void set_product(const Scope& scope, const Document& document, const DocumentLine& line, Fields& fields) {
  std::vector<Expression> taxes;
  for (const auto& rate : line.tax_rates) taxes.push_back(record_ref(scope.id("TaxRate", rate)));
  const Priced price = priced(line);
  const bool opposite = document.sign != document.type_sign;
  fields.set("display_type", text("product"));
  set_account(scope, fields, "account_id", line.account);
  fields.set("balance", number(line.balance))
      .set("amount_currency", number(document.turned(line.amount)))
      .set("tax_ids", refs(taxes))
      .set("name", text_or_none(price.name(line)));
  if (!line.item.empty()) fields.set("product_id", scope.ref("Item", line.item));
  fields.set("quantity", number(price.quantity)).set("price_unit", number(opposite ? -price.price : price.price));
  if (line.order_line && document.sales) fields.set("sale_line_ids", refs(std::span(&*line.order_line, 1)));
  if (line.order_line && !document.sales) fields.set("purchase_line_id", *line.order_line);
  if (!line.analytic.empty() && scope.is_profit_and_loss(line.account)) fields.set("analytic_distribution", distribution(line.analytic));
}

void set_tax(const Scope& scope, const Document& document, const DocumentLine& line, Fields& fields) {
  const bool refund = document.move_type.ends_with("refund");
  fields.set("display_type", text("tax"));
  set_account(scope, fields, "account_id", line.account);
  fields.set("balance", number(line.balance))
      .set("amount_currency", number(document.turned(line.amount)))
      .set("tax_ids", no_refs())
      .set("name", text(line.name))
      .set("tax_repartition_line_id", find("account.tax.repartition.line", {{"tax_id", "=", record_ref(scope.id("TaxRate", line.rate))},
                                                                            {"document_type", "=", text(refund ? "refund" : "invoice")},
                                                                            {"repartition_type", "=", text("tax")}}))
      .set("tax_base_amount", number(line.base));
}

/// A zero amount without an account is text.
bool is_text(const DocumentLine& line) {
  return line.kind == Kind::section || line.kind == Kind::note || (line.amount.is_zero() && line.account.empty());
}

void set_text(const DocumentLine& line, Fields& fields) {
  fields.set("display_type", text(line.kind == Kind::section ? "line_section" : "line_note"))
      .set("name", text(line.name.empty() ? "-" : line.name));
}

void set_open_item(const Scope& scope, const Document& document, const std::optional<Term>& term, const std::string& name,
                   const Decimal& home, const Decimal& in_currency, Fields& fields) {
  fields.set("display_type", text("payment_term"));
  set_account(scope, fields, "account_id", document.control);
  fields.set("balance", number(home))
      .set("amount_currency", number(in_currency))
      .set("date_maturity", text(document.due))
      .set("name", text_or_none(name));
  if (term && term->discount_percent) {
    // Odoo would lose the early payment discount: it computes nothing here.
    const Decimal share = Decimal::divide(Decimal(100) - *term->discount_percent, Decimal(100), 6, Rounding::half_up);
    fields.set("discount_date", text(calendar::to_text(day_of(document.date) + std::chrono::days(term->discount_days))))
        .set("discount_balance", number((home * share).rounded(2, Rounding::half_up)))
        .set("discount_amount_currency", number((in_currency * share).rounded(2, Rounding::half_up)));
  }
}

Lines move_lines(const Scope& scope, const Document& document, const std::optional<Term>& term, const std::string& name) {
  Lines rows;
  Fields row;
  Decimal home, in_currency;
  int sequence = 10;
  for (const auto& line : document.lines) {
    if (line.kind == Kind::tax && line.amount.is_zero()) continue;
    row.clear();
    if (is_text(line))
      set_text(line, row);
    else if (line.kind == Kind::tax && scope.lookups.find("TaxRate", line.rate) != nullptr)
      set_tax(scope, document, line, row);
    else
      set_product(scope, document, line, row);
    rows.add(row.set("sequence", number(sequence++)));
    if (is_text(line)) continue;
    home += line.balance;
    in_currency += document.turned(line.amount);
  }
  if (document.voided) return rows;
  set_open_item(scope, document, term, name, -home, -in_currency, row.clear());
  rows.add(row.set("sequence", number(sequence)));
  return rows;
}

Target move_target(const Scope& scope, const Document& document, const std::string& name) {
  const auto term = fitting_term(scope, document);
  Fields values;
  values.set("move_type", text(document.move_type))
      .set("journal_id", scope.journal(document.sales ? "sale" : "purchase"))
      .set("partner_id", scope.partner(document.partner))
      .set("invoice_date", text(document.date))
      .set("date", text(document.date))
      .set("invoice_payment_term_id", term ? record_ref(scope.id("Term", term->id)) : none())
      .set("invoice_date_due", text(document.due));
  if (document.foreign(scope)) values.set("currency_id", scope.currency(document.currency));
  const std::string memo =
      scope.text_at("CustomerMemo.value").empty() ? scope.text_at("CustomerMemo") : scope.text_at("CustomerMemo.value");
  values.set("narration", text_or_none(html(memo)));
  if (document.sales) {
    values.set("name", text(name));
    if (name != document.number && !document.number.empty())
      values.set("ref", text(document.number)).set("payment_reference", text(document.number));
  } else if (!document.number.empty()) {
    values.set("ref", text(document.number));
  }
  values.set("line_ids", move_lines(scope, document, term, document.sales ? name : document.number));
  CreateOptions options;
  options.post = !document.voided;
  options.exact_items = true;
  if (document.sales && !scope.at("ShipDate").is_null()) values.set("delivery_date", text(scope.date_at("ShipDate")));
  if (document.voided) values.set("state", text("cancel"));
  if (document.foreign(scope) && !document.voided)
    options.then.set("invoice_currency_rate", number(Decimal::divide(Decimal(1), document.rate, 12, Rounding::half_up)));
  return create(scope.own(), "account.move", "documents", values, options);
}

/// A companion entry: inside the invoice such lines would be deleted by every reset to draft.
Target cost_of_goods(const Scope& scope, const Document& document, const std::vector<Item>& items, const std::string& number_text) {
  Fields values;
  values.set("move_type", text("entry"))
      .set("journal_id", scope.journal("cogs"))
      .set("date", text(document.date))
      .set("ref", text_or_none(number_text))
      .set("partner_id", scope.partner(document.partner))
      .set("line_ids", item_lines(scope, items));
  CreateOptions options;
  options.post = options.exact_items = true;
  return create(scope.own("cogs"), "account.move", "entries", values, options);
}

/// Money that moved with the document itself: a receipt, a refund, or the deposit on an invoice.
std::vector<Target> paid_at_once(const Scope& scope, const Document& document, const std::string& name) {
  Settlement settlement;
  settlement.payment = scope.own("pay");
  settlement.base = scope.own();
  settlement.customer = document.sales;
  settlement.partner = document.partner;
  settlement.date = document.date;
  settlement.currency = document.currency;
  settlement.liquidity = document.liquidity;
  settlement.caption = payment_caption(scope, name);
  settlement.deposit_key = fmt::format("{}/{}", scope.source.entity, scope.source.id);
  settlement.amount = document.paid.abs();
  settlement.home_amount = document.paid_home.abs();
  // A normal sale is a credit in its lines (sign -1): money comes in.
  settlement.inbound = document.sign * document.paid.sign() < 0;
  Item open;
  open.account = document.control;
  open.balance = settlement.inbound ? -settlement.home_amount : settlement.home_amount;
  open.amount_currency = settlement.inbound ? -settlement.amount : settlement.amount;
  open.currency = document.currency;
  open.partner = document.partner;
  open.maturity = document.date;
  settlement.counter_items = {open};
  const char* type = document.sales ? "Accounts Receivable" : "Accounts Payable";
  settlement.exact = document.foreign(scope) || document.control != scope.first_account(type, scope.run.home_currency);
  bool plain_entry = false;
  auto targets = settle(scope, settlement, plain_entry);
  const std::string own = scope.own(), settling = settling_record(scope, settlement);
  targets.push_back(match(scope, {scope.own("match1"),
                                  settlement.inbound ? own : settling,
                                  settlement.inbound ? settling : own,
                                  document.control,
                                  settlement.home_amount,
                                  settlement.amount,
                                  {},
                                  {}}));
  return targets;
}

}  // namespace

std::vector<Target> emit_document(const Scope& scope, const Document& document, const Verdict& verdict) {
  const std::string name = document.sales ? customer_number(scope, document) : document.number;
  std::vector<Target> targets;
  targets.push_back(move_target(scope, document, name));
  if (!verdict.cost_of_goods.empty()) targets.push_back(cost_of_goods(scope, document, verdict.cost_of_goods, name));
  if (!document.paid.is_zero() && !document.liquidity.empty()) {
    for (auto& target : paid_at_once(scope, document, name)) targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace q2o::mapper::builders
