#include <fmt/format.h>

#include "services/validator/domain/calendar.h"
#include "services/validator/domain/checks.h"
#include "services/validator/domain/open_items.h"

/// What customers owe and what vendors are owed.
namespace q2o::validator {
namespace {

struct Side {
  const SourceBooks& source;
  const TargetBooks& target;
  const Bridge& bridge;
  bool receivable;
  ControlAccounts accounts;

  Side(const SourceBooks& s, const TargetBooks& t, const Bridge& b, bool is_receivable)
      : source(s), target(t), bridge(b), receivable(is_receivable), accounts(s, t, b, is_receivable) {}
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
  for (const auto& transaction : side.source.transactions()) {
    for (const auto& posting : transaction.postings) {
      if (side.accounts.source.contains(posting.account_id)) expected[posting.name_id] += posting.amount;
    }
  }
  for (const auto& item : side.target.all_items()) {
    if (item.posted && side.accounts.target.contains(item.account_id)) found[party_of(side, item)] += item.balance;
  }
  for (const auto& [party, amount] : expected) {
    const auto node = found.extract(party);
    check.amount(party_line(side, party, "balance", last), side.printed(amount), side.printed(node.empty() ? Decimal() : node.mapped()),
                 side.printed(missing.of_party(side.accounts.source, party)));
  }
  for (const auto& [party, amount] : found) {
    if (!amount.is_zero()) check.amount(party_line(side, party, "balance", last), Decimal(), side.printed(amount));
  }
}

struct Open {
  std::vector<Decimal> buckets;
  Decimal total;
};

std::size_t bucket_of(const std::string& due, const accounting::AgedReport& report) {
  const int late = days_between(due, report.date);
  return late <= 0 ? 0 : std::min(report.bucket_titles.size() - 1, static_cast<std::size_t>((late - 1) / 30 + 1));
}

std::string due_of(const TargetItem& item) {
  return item.maturity.empty() ? item.date : item.maturity;
}

std::map<std::string, Open> open_in_target(const Side& side, const accounting::AgedReport& report) {
  std::map<std::string, Open> out;
  for (const auto& item : side.target.all_items()) {
    if (!item.posted || item.residual.is_zero() || !side.accounts.target.contains(item.account_id)) continue;
    auto& open = out[party_of(side, item)];
    open.buckets.resize(report.bucket_titles.size());
    open.buckets[bucket_of(due_of(item), report)] += side.printed(item.residual);
    open.total += side.printed(item.residual);
  }
  return out;
}

/// What missing records account for in the buckets of a party; nothing of it where one amount, party or day is not known exactly.
struct ExplainedAges {
  std::vector<Decimal> buckets;
  bool exact = true;
};

class AgeExplainer {
 public:
  AgeExplainer(const Side& side, const Missing& missing, const accounting::AgedReport& report)
      : side_(side), missing_(missing), report_(report) {
    if (missing.nothing()) return;
    const OpenItems items(side.source, side.target, side.bridge, missing, side.receivable);
    for (const auto& document : side.source.all_documents()) {
      if (!document.due.empty()) due_[document.id] = document.due;
    }
    for (const auto& transaction : side.source.transactions()) due_.try_emplace(transaction.id, transaction.date);
    for (const auto& [id, explained] : items.explained) take(items.posted, id, explained);
  }
  ExplainedAges of(const std::string& party) const {
    const auto found = by_party_.find(party);
    return found == by_party_.end() ? ExplainedAges{std::vector<Decimal>(report_.bucket_titles.size())} : found->second;
  }

 private:
  void take(const PostedByTransaction& all, const std::string& id, const Explained& explained) {
    const auto posted = all.find(id);
    if (posted == all.end() || (explained.exact && explained.amount.is_zero())) return;
    const auto amount = at_home(posted->second, explained);
    const auto bucket = bucket_in(id);
    const bool exact = amount && bucket && posted->second.parties.size() == 1;
    for (const auto& party : posted->second.parties) {
      auto& ages = by_party_[party];
      ages.buckets.resize(report_.bucket_titles.size());
      ages.exact &= exact;
      if (exact) ages.buckets[*bucket] += side_.printed(*amount);
    }
  }
  /// A part of a foreign amount has no home amount that the source tells.
  static std::optional<Decimal> at_home(const Posted& posted, const Explained& explained) {
    if (!explained.exact) return std::nullopt;
    if (posted.currency.empty()) return explained.amount;
    if (explained.amount == posted.sum) return posted.home;
    if (explained.amount == -posted.sum) return -posted.home;
    return std::nullopt;
  }
  std::optional<std::size_t> bucket_in(const std::string& id) const {
    if (missing_.transaction(id)) return bucket_of(due_.at(id), report_);
    std::set<std::size_t> buckets;
    for (const auto move : side_.bridge.moves(id)) {
      for (const auto& item : side_.bridge.items(move)) {
        if (side_.accounts.target.contains(item.account_id)) buckets.insert(bucket_of(due_of(item), report_));
      }
    }
    return buckets.size() == 1 ? std::optional(*buckets.begin()) : std::nullopt;
  }

  const Side& side_;
  const Missing& missing_;
  const accounting::AgedReport& report_;
  std::map<std::string, std::string> due_;
  std::map<std::string, ExplainedAges> by_party_;
};

void compare_aging(CheckBuilder& check, const Side& side, const Missing& missing, const accounting::AgedReport& report) {
  const auto buckets = report.bucket_titles.size();
  auto found = open_in_target(side, report);
  const AgeExplainer explainer(side, missing, report);
  const auto compare = [&](const std::string& party, const std::vector<Decimal>& expected, const Decimal& total, const Open& open) {
    check.amount(party_line(side, party, "open", report.date), total, open.total,
                 side.printed(missing.of_party(side.accounts.source, party)));
    const auto explained = explainer.of(party);
    for (std::size_t i = 0; i < buckets; ++i) {
      const auto there = i < open.buckets.size() ? open.buckets[i] : Decimal();
      if (expected[i].is_zero() && there.is_zero()) continue;
      auto line = party_line(side, party, "open, " + report.bucket_titles[i], report.date);
      if (!explained.exact && expected[i] != there) line.note = kNotExplained;
      check.amount(std::move(line), expected[i], there, explained.exact ? explained.buckets[i] : Decimal());
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
  const auto last = source.last_day();
  compare_ledger(check, side, missing, last);
  const auto& report = receivable ? source.receivables : source.payables;
  if (const auto bad = source.unreadable.find(name); bad != source.unreadable.end())
    check.not_checked(name + ": " + bad->second + ".");
  else if (!report && !last.empty())
    check.not_checked(fmt::format("No {} was recorded.", name));
  else if (report && report->date < last)
    check.not_checked(fmt::format("{} is of {}, the ledger goes on until {}.", name, report->date, last));
  else if (report)
    compare_aging(check, side, missing, *report);
  return check.finish();
}

}  // namespace q2o::validator
