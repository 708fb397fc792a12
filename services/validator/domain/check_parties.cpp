#include <fmt/format.h>

#include "services/validator/domain/calendar.h"
#include "services/validator/domain/checks.h"

/// What customers owe and what vendors are owed.
namespace q2o::validator {
namespace {

struct Side {
  const SourceBooks& source;
  const TargetBooks& target;
  const Bridge& bridge;
  bool receivable;
  std::set<std::string> source_accounts;
  std::set<std::int64_t> target_accounts;

  Side(const SourceBooks& s, const TargetBooks& t, const Bridge& b, bool is_receivable)
      : source(s), target(t), bridge(b), receivable(is_receivable) {
    for (const auto& [id, account] : s.accounts) {
      if (receivable ? account.is_receivable() : account.is_payable()) source_accounts.insert(id);
    }
    const std::string type = receivable ? "asset_receivable" : "liability_payable";
    for (const auto& [id, account] : t.accounts) {
      if (account.type == type) target_accounts.insert(id);
    }
    target_accounts.merge(b.accounts_where(s, receivable ? &SourceAccount::is_receivable : &SourceAccount::is_payable));
  }
  /// As the reports print it: receivables positive when owed to us, payables when we owe.
  Decimal printed(const Decimal& amount) const { return receivable ? amount : -amount; }
};

Line party_line(const Side& side, const std::string& party, std::string what, const std::string& date) {
  Line line;
  line.subject = (party.rfind("partner ", 0) == 0 ? party : side.source.party_name(party)) + " · " + std::move(what);
  line.period = date;
  line.entity = side.receivable ? "Customer" : "Vendor";
  line.source_id = party;
  return line;
}

/// The party of an item; a partner that is none of ours keeps a name of its own so that it is seen.
std::string party_of(const Side& side, const TargetItem& item) {
  auto party = side.bridge.party(item.partner_id);
  if (!party.empty() || item.partner_id == 0) return party;
  const auto name = side.target.partners.find(item.partner_id);
  return fmt::format("partner {}", name == side.target.partners.end() ? std::to_string(item.partner_id) : name->second);
}

void compare_ledger(CheckBuilder& check, const Side& side, const Missing& missing, const std::string& last) {
  std::map<std::string, Decimal> expected, found;
  for (const auto& transaction : side.source.ledger) {
    for (const auto& posting : transaction.postings) {
      if (side.source_accounts.contains(posting.account_id)) expected[posting.name_id] += posting.amount;
    }
  }
  for (const auto& item : side.target.items) {
    if (item.posted && side.target_accounts.contains(item.account_id)) found[party_of(side, item)] += item.balance;
  }
  for (const auto& [party, amount] : expected) {
    const auto node = found.extract(party);
    check.amount(party_line(side, party, "balance", last), side.printed(amount), side.printed(node.empty() ? Decimal() : node.mapped()),
                 side.printed(missing.of_party(side.source_accounts, party)));
  }
  for (const auto& [party, amount] : found) {
    if (!amount.is_zero()) check.amount(party_line(side, party, "balance", last), Decimal(), side.printed(amount));
  }
}

struct Open {
  std::vector<Decimal> buckets;
  Decimal total;
};

std::map<std::string, Open> open_in_target(const Side& side, const std::string& date, std::size_t buckets) {
  std::map<std::string, Open> out;
  for (const auto& item : side.target.items) {
    if (!item.posted || item.residual.is_zero() || !side.target_accounts.contains(item.account_id)) continue;
    const int late = days_between(item.maturity.empty() ? item.date : item.maturity, date);
    const auto bucket = late <= 0 ? 0 : std::min(buckets - 1, static_cast<std::size_t>((late - 1) / 30 + 1));
    auto& open = out[party_of(side, item)];
    open.buckets.resize(buckets);
    open.buckets[bucket] += side.printed(item.residual);
    open.total += side.printed(item.residual);
  }
  return out;
}

void compare_aging(CheckBuilder& check, const Side& side, const Missing& missing, const accounting::AgedReport& report) {
  const auto buckets = report.bucket_titles.size();
  auto found = open_in_target(side, report.date, buckets);
  const auto compare = [&](const std::string& party, const std::vector<Decimal>& expected, const Decimal& total, const Open& open) {
    check.amount(party_line(side, party, "open", report.date), total, open.total,
                 side.printed(missing.of_party(side.source_accounts, party)));
    for (std::size_t i = 0; i < buckets; ++i) {
      const auto there = i < open.buckets.size() ? open.buckets[i] : Decimal();
      if (expected[i].is_zero() && there.is_zero()) continue;
      // With a record missing, payments stay open where the source has matched them: the total above is the exact statement.
      const auto explained = missing.touches_party(party) ? expected[i] - there : Decimal();
      check.amount(party_line(side, party, "open, " + report.bucket_titles[i], report.date), expected[i], there, explained);
    }
  };
  for (const auto& party : report.parties) {
    const auto node = found.extract(party.party_id);
    compare(party.party_id, party.buckets, party.total, node.empty() ? Open{} : node.mapped());
  }
  for (const auto& [party, open] : found) compare(party, std::vector<Decimal>(buckets), Decimal(), open);
}

}  // namespace

Check check_parties(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing, bool receivable) {
  const Side side(source, target, bridge, receivable);
  CheckBuilder check(
      receivable ? "receivables" : "payables", receivable ? "Receivables per customer" : "Payables per vendor",
      fmt::format("Per {}: the ledger balance of the control accounts, and the open amounts by age of the source's {} against the "
                  "balances and residuals in Odoo.",
                  receivable ? "customer" : "vendor", receivable ? "AgedReceivables" : "AgedPayables"));
  const std::string name = receivable ? "AgedReceivables" : "AgedPayables";
  const auto last = source.ledger.empty() ? std::string() : source.ledger.back().date;
  compare_ledger(check, side, missing, last);
  const auto& report = receivable ? source.receivables : source.payables;
  if (const auto bad = source.unreadable.find(name); bad != source.unreadable.end())
    check.not_checked(name + ": " + bad->second + ".");
  else if (!report && !source.ledger.empty())
    check.not_checked(fmt::format("No {} was recorded.", name));
  else if (report && report->date < last)
    check.not_checked(fmt::format("{} is of {}, the ledger goes on until {}.", name, report->date, last));
  else if (report)
    compare_aging(check, side, missing, *report);
  return check.finish();
}

}  // namespace q2o::validator
