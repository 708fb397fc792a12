#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"
#include "services/mapper/domain/builders/families.h"
#include "services/mapper/domain/builders/notes.h"

/// Invoices, bills, credits and receipts, down the ladder of proven.md.
namespace q2o::mapper::builders {
namespace {

bool nothing_said(const Document& document) {
  return std::all_of(document.lines.begin(), document.lines.end(), [](const DocumentLine& line) { return line.amount.is_zero(); });
}

/// Cost of goods of a document that takes the ledger's lines: what is on such accounts, if it balances.
std::vector<Item> cost_items(const Scope& scope, const Document& document, const std::vector<Item>& ledger) {
  const auto accounts = cost_accounts(scope, document, ledger);
  std::vector<Item> items;
  for (const auto& item : ledger) {
    if (accounts.contains(item.account)) items.push_back(item);
  }
  return items;
}

/// Money that moved with the document is the ledger's, whatever the object says.
std::string other_payment(const Scope& scope, const Document& document) {
  if (document.paid == document.said_paid) return {};
  const std::string where = document.liquidity.empty()
                                ? std::string("any bank")
                                : std::string(scope.required("Account", document.liquidity, "AccountRef")["Name"].text());
  return fmt::format("it says that {} was paid at once, the ledger has {} on {}", document.said_paid.to_string(2),
                     document.paid.to_string(2), where);
}

Fallback ledger_lines(const std::string& reason) {
  return {"ledger_lines", fmt::format("The document's own lines do not give what QuickBooks posted: {}. It kept its kind, number and "
                                      "dates, with the ledger's lines.",
                                      reason)};
}

/// The ladder: the object's lines, the ledger's lines, a plain entry (then the document is none).
bool down_the_ladder(const Scope& scope, Document& document, const std::vector<Item>& ledger, Verdict& verdict,
                     std::optional<Fallback>& fallback) {
  for (const bool doubt_items : {false, true}) {
    assign_accounts(scope, document, ledger, doubt_items);
    verdict = compare(scope, document, ledger);
    if (!verdict.accepted) continue;
    choose_kind(document);
    if (const std::string reason = other_payment(scope, document); !reason.empty())
      fallback = Fallback{"ledger_lines", fmt::format("The document has its own lines, but its payment is the ledger's: {}.", reason)};
    return true;
  }
  verdict.cost_of_goods = cost_items(scope, document, ledger);
  const bool balanced = total(verdict.cost_of_goods).is_zero();
  if (balanced && take_ledger_lines(scope, document, ledger)) {
    choose_kind(document);
    fallback = ledger_lines(verdict.reason);
    return true;
  }
  fallback = Fallback{"plain_entry", fmt::format("What QuickBooks posted does not fit a document: {}.", verdict.reason)};
  return false;
}

Outcome plain_entry(const Scope& scope, const Document& said, const std::vector<Item>& ledger) {
  Outcome outcome;
  outcome.targets =
      move_money(scope, {scope.own(), said.date, {said.number, said.number}, said.partner, ledger, said.said_liquidity, "ledger"});
  return outcome;
}

/// Payments that take a part of a foreign document ask for its rate.
void remember_rate(const Scope& scope, const Document& document) {
  if (!document.foreign(scope)) return;
  json::Writer value;
  value.begin_object().field("rate", document.rate.to_string()).end_object();
  scope.lookups.put("document_rate", fmt::format("{}/{}", scope.source.entity, scope.source.id), value.take());
}

Outcome build_document(const Scope& scope, bool sales) {
  Document document = read_document(scope, sales);
  remember_rate(scope, document);
  read_taxes(scope, document);
  const auto* transaction = own_ledger(scope);
  const auto ledger = transaction == nullptr ? std::vector<Item>{} : ledger_items(scope, *transaction, document.due);
  if (ledger.empty() && !(document.total.is_zero() && (document.voided || nothing_said(document)))) refuse_missing_ledger(scope);
  document.voided = document.voided && ledger.empty();
  assign_tax_rates(scope, document);
  link_orders(scope, document);
  Outcome outcome;
  Verdict verdict;
  if (!down_the_ladder(scope, document, ledger, verdict, outcome.fallback)) {
    const auto fallback = outcome.fallback;
    outcome = plain_entry(scope, document, ledger);
    outcome.fallback = fallback;
  } else if (document.lines.empty()) {
    outcome.merged = "All amounts are 0.00 and there is no line: nothing to book";
    return outcome;
  } else {
    outcome.targets = emit_document(scope, document, verdict);
  }
  add_note(scope, outcome.targets);
  return outcome;
}

}  // namespace

Outcome sales_document(const Scope& scope) {
  return build_document(scope, true);
}
Outcome purchase_document(const Scope& scope) {
  return build_document(scope, false);
}

}  // namespace q2o::mapper::builders
