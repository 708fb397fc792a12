#include "accounting/general_ledger.h"
#include "accounting/report_tree.h"
#include "accounting/statements.h"
#include "common/json/json.h"
#include "fuzz/targets.h"

/// Numbers, JSON and the reports of the source.
namespace q2o::fuzz {
namespace {

void copy(const json::Value& value, json::Writer& out) {
  out.value(value);
}

}  // namespace

/// What was read can be written and read again, and is the same.
void json(std::string_view bytes) {
  const auto document = json::Document::parse(std::string(bytes));
  if (!document) return expect(!document.error().message.empty(), "a refusal says why");
  json::Writer first;
  copy(document->root(), first);
  const auto again = json::Document::parse(first.text());
  expect(again.has_value(), "what was written can be read");
  json::Writer second;
  copy(again->root(), second);
  expect(first.text() == second.text(), "the same document is written the same");
}

void decimal(std::string_view bytes) {
  const auto value = Decimal::parse(bytes);
  if (!value) return;
  const auto text = value->to_string();
  const auto again = Decimal::parse(text);
  expect(again.has_value() && *again == *value && again->to_string() == text, "a number that was printed reads as itself");
  expect((*value - *value).is_zero() && (-*value).sign() == -value->sign(), "signs");
  try {
    expect(value->rounded(2, Rounding::half_up).scale() <= 2 || value->scale() <= 2, "rounded to two digits");
  } catch (const std::overflow_error&) {  // larger than 128 bits: promised
  }
}

void report(std::string_view bytes) {
  static const accounting::Classifications kKnown{{"1", accounting::Classification::asset}, {"2", accounting::Classification::revenue}};
  try {
    if (const auto ledger = accounting::read_general_ledger({std::string(bytes)}, kKnown))
      for (const auto& transaction : *ledger) static_cast<void>(accounting::imbalance(transaction));
    static_cast<void>(accounting::read_report(bytes));
    static_cast<void>(accounting::read_trial_balance(bytes));
    static_cast<void>(accounting::read_statement(bytes));
    static_cast<void>(accounting::read_aged(bytes));
  } catch (const std::overflow_error&) {  // amounts beyond 128 bits: promised, the caller rejects the report
  }
}

}  // namespace q2o::fuzz
