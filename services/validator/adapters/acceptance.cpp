#include "services/validator/adapters/acceptance.h"

#include <fmt/format.h>

#include <set>

#include "services/validator/domain/proof.h"

namespace q2o::validator {
namespace {

/// A difference by all that it says; two proofs of the same books write it alike.
std::string key_of(const v1::Check& check, const v1::Line& line) {
  std::string key;
  for (const auto* part : {&check.name(), &line.subject(), &line.period(), &line.source(), &line.target(), &line.currency()})
    key += *part + '\n';
  return key;
}
std::string key_of_gap(const v1::Check& check) {
  return check.name() + "\nnot checked\n" + check.note();
}

bool counts(const v1::Line& line) {
  return line.differs() && !line.explained();
}

std::set<std::string> keys_of(const v1::Report& report) {
  std::set<std::string> out;
  for (const auto& check : report.checks()) {
    if (check.outcome() == "not_checked") out.insert(key_of_gap(check));
    for (const auto& line : check.lines()) {
      if (counts(line)) out.insert(key_of(check, line));
    }
  }
  return out;
}

std::string sentence(const v1::Report& report) {
  const auto& acceptance = report.acceptance();
  return fmt::format(
      "The books match except for {} that {} accepted on {} ({}): {}, {} compared, sum of the differences in all sections {}.",
      counted(acceptance.differences(), "difference", "differences"), acceptance.actor(), acceptance.at().substr(0, 10),
      acceptance.reason(), counted(report.transactions(), "transaction", "transactions"),
      counted(report.amounts_compared(), "amount", "amounts"), with_thousands(Decimal::of(report.difference())));
}

}  // namespace

void apply(v1::Report& report, const v1::Acceptance& acceptance, const v1::Report& accepted) {
  if (report.verdict() != kDifferent) return;
  const auto known = keys_of(accepted);
  std::uint64_t taken = 0;
  bool all = true;
  for (auto& check : *report.mutable_checks()) {
    if (check.outcome() == "not_checked") {
      const bool gap_known = known.contains(key_of_gap(check));
      all &= gap_known;
      taken += gap_known ? 1 : 0;
    }
    std::uint64_t here = 0;
    for (auto& line : *check.mutable_lines()) {
      if (!counts(line) || !known.contains(key_of(check, line))) continue;
      line.set_accepted(true);
      ++here;
    }
    check.set_accepted(here);
    taken += here;
    all &= here == check.different();
  }
  if (taken == 0) return;
  *report.mutable_acceptance() = acceptance;
  report.mutable_acceptance()->set_differences(taken);
  if (!all) return;
  report.set_verdict(std::string(kMatchedWithExceptions));
  report.set_sentence(sentence(report));
}

}  // namespace q2o::validator
