#include "cli/price_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal.h"
#include "common/decimal/decimal.h"

namespace q2o::cli {
namespace {

constexpr std::size_t kTextWidth = 58;

/// "1,499" and "+600"; cents are left out.
std::string whole(const Decimal& amount, bool sign) {
  const auto rounded = amount.abs().to_string(0);
  const char* before = amount.sign() < 0 ? "-" : sign ? "+" : "";
  return before + grouped(std::stoull(rounded));
}

bool has_cents(const Decimal& amount) {
  return amount != amount.rounded(0, Rounding::down);
}

}  // namespace

std::string price_text(const billing::v1::Price& price) {
  std::string out = fmt::format("{}, {} years, {}{} records\n", price.platform_name(), price.years(), price.counted() ? "" : "about ",
                                grouped(price.records()));
  for (const auto& line : price.lines()) {
    const auto amount = Decimal::of(line.amount());
    if (line.kind() == "rounding") continue;  // the total is rounded, as it says
    if (line.kind() == "platform" && amount.is_zero()) {
      out += fmt::format("  {}\n", line.text());
      continue;
    }
    out += fmt::format("  {:<{}} {:>9}{}\n", line.text(), kTextWidth, whole(amount, line.kind() != "base"),
                       has_cents(amount) ? fmt::format("  ({})", line.amount()) : "");
  }
  out += fmt::format("  {:<{}} {:>9} {}\n", "Total", kTextWidth, whole(Decimal::of(price.total()), false), price.currency());
  return out;
}

std::string payment_state(billing::v1::PaymentState state) {
  auto name = billing::v1::PaymentState_Name(state).substr(std::string_view("PAYMENT_STATE_").size());
  std::ranges::replace(name, '_', ' ');
  return name;
}

bool is_open_problem(const billing::v1::Payment& payment) {
  return !payment.problem().empty() && payment.acknowledged().problem() != payment.problem();
}

std::string payment_text(const billing::v1::Payment& payment) {
  auto out = fmt::format("{}  {:<15} {:>12} {}  {}", payment.updated_at().substr(0, 16), payment_state(payment.state()), payment.total(),
                         payment.currency(), payment.payment_id());
  if (payment.refunded() != "" && !Decimal::of(payment.refunded()).is_zero()) out += "  given back " + payment.refunded();
  if (!payment.problem().empty()) out += "\n    " + payment.problem();
  if (!payment.problem().empty() && !is_open_problem(payment)) {
    const auto& said = payment.acknowledged();
    out += "\n    Acknowledged " + said.at().substr(0, 16);
    if (!said.actor().empty()) out += fmt::format(" by {}: {}", said.actor(), said.reason());
  }
  return out + '\n';
}

std::string waiting_text(const billing::v1::WaitingEvent& event) {
  const auto tries = event.attempts() == 0 ? std::string() : fmt::format(", {} times in vain", event.attempts());
  return fmt::format("{}  {}  {}{}\n    {}\n", event.received_at().substr(0, 16), event.type(), event.event_id(), tries, event.problem());
}

}  // namespace q2o::cli
