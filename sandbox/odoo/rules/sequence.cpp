#include <regex>

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/dates.h"
#include "sandbox/odoo/rules/money.h"

// Numbers of moves: what Odoo reads out of a name, and the next one.
namespace q2o::sandbox::odoo {

namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// Calls `found(match)` for the first place where a year may start (after a non-digit) and the rest fits the pattern.
bool dated(const std::string& name, const std::regex& pattern, std::smatch& match, std::string& rest) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (at > 0 && digit(name[at - 1])) continue;
    rest = name.substr(at);
    if (std::regex_match(rest, match, pattern)) return true;
  }
  return false;
}

const std::regex& monthly() {
  static const std::regex kPattern(R"(((?:19|20|21)\d{2}|\d{2}(?=\D))(\D*?)(0[1-9]|1[0-2])(\D+?)(\d*)(\D*))");
  return kPattern;
}

const std::regex& yearly() {
  static const std::regex kPattern(R"(((?:19|20|21)?\d{2})(\D+?)(\d*)(\D*))");
  return kPattern;
}

struct Parts {
  std::string prefix, digits, suffix;
};

/// "JE-0012a" -> "JE-", "0012", "a": the last run of digits counts up.
Parts parts_of(const std::string& name) {
  std::size_t end = name.size();
  while (end > 0 && !digit(name[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && digit(name[begin - 1]) && end - begin < 9) --begin;
  if (end == 0) return {name, "", ""};
  return {name.substr(0, begin), name.substr(begin, end - begin), name.substr(end)};
}

Record counter(Env& env, const std::string& key, bool make) {
  Table& table = env.database().table("q2o.sequence");
  const Ids found = find_by(table, "key", Value::of_text(key));
  if (!found.empty()) return {env, table, found.front()};
  if (!make) return {};
  Dict values;
  values["key"] = Any(key);
  return env.record("q2o.sequence", env.create_one("q2o.sequence", std::move(values)));
}

/// Documents, refunds and payments of one journal count apart.
std::string kind_of(const Record& move) {
  const Record journal = move.ref("journal_id");
  const std::string type = move.text("move_type");
  if (journal.flag("refund_sequence") && type.ends_with("refund")) return "R";
  if (journal.flag("payment_sequence") && move.link("origin_payment_id") != 0) return "P";
  return "";
}

void take_in(Env& env, const Record& move, const std::string& name) {
  const Parts parts = parts_of(name);
  const std::string journal = std::to_string(move.link("journal_id")) + "|" + kind_of(move);
  env.store(counter(env, journal, true), "last", Value::of_text(name));
  const Record highest = counter(env, journal + "|" + parts.prefix + "|" + parts.suffix, true);
  const Id number = parts.digits.empty() ? 0 : std::stoll(parts.digits);
  if (number >= highest.link("number")) {
    env.store(highest, "number", Value::of_integer(number));
    env.store(highest, "last", Value::of_text(name));
  }
  env.store(move, "sequence_prefix", Value::of_text(parts.prefix));
  env.store(move, "sequence_number", Value::of_integer(number));
}

/// The first number of a journal: INV/2023/00000, MISC/2023/05/0000.
std::string starting_name(const Record& move) {
  const Record journal = move.ref("journal_id");
  const std::string date = move.text("date"), type = journal.text("type");
  const bool by_year = type == "sale" || type == "bank" || type == "cash" || type == "credit";
  const std::string code = kind_of(move) + journal.text("code");
  return by_year ? code + "/" + date.substr(0, 4) + "/00000" : code + "/" + date.substr(0, 4) + "/" + date.substr(5, 2) + "/0000";
}

/// The last number with its year and month replaced by those of `date`.
std::string redated(const std::string& name, const std::string& date) {
  std::smatch match;
  std::string rest;
  const std::string reset = number_reset(name);
  if (reset == "never") return name;
  const bool month = reset == "month";
  if (!dated(name, month ? monthly() : yearly(), match, rest)) return name;
  const std::string head = name.substr(0, name.size() - rest.size());
  const std::string year = date.substr(4 - static_cast<std::size_t>(match[1].length()), static_cast<std::size_t>(match[1].length()));
  if (month) return head + year + match[2].str() + date.substr(5, 2) + match[4].str() + match[5].str() + match[6].str();
  return head + year + match[2].str() + match[3].str() + match[4].str();
}

std::string next_name(Env& env, const Record& move) {
  const std::string journal = std::to_string(move.link("journal_id")) + "|" + kind_of(move);
  const Record last = counter(env, journal, false);
  const std::string pattern = redated(last ? last.text("last") : starting_name(move), move.text("date"));
  const Parts parts = parts_of(pattern);
  const Record highest = counter(env, journal + "|" + parts.prefix + "|" + parts.suffix, false);
  const Id number = (highest ? highest.link("number") : 0) + 1;
  return fmt::format("{}{:0>{}}{}", parts.prefix, number, parts.digits.empty() ? 1 : parts.digits.size(), parts.suffix);
}

void check_unique(Env& env, const Record& move, const std::string& name) {
  Table& moves = env.database().table("account.move");
  for (const Id id : find_by(moves, "name", Value::of_text(name))) {
    const Record other(env, moves, id);
    if (id != move.id() && other.text("state") == "posted" && other.link("journal_id") == move.link("journal_id"))
      throw constraint_error("Another entry with the same name already exists.");
  }
}

std::string constraint_start(Env& env) {
  Table& parameters = env.database().table("ir.config_parameter");
  const Ids found = find_by(parameters, "key", Value::of_text("sequence.mixin.constraint_start_date"));
  return found.empty() ? "1970-01-01" : env.record("ir.config_parameter", found.front()).text("value");
}

}  // namespace

std::string number_reset(const std::string& name) {
  std::smatch match;
  std::string rest;
  if (dated(name, monthly(), match, rest)) return "month";
  if (dated(name, yearly(), match, rest)) return "year";
  return "never";
}

bool number_matches_date(const std::string& name, const std::string& date) {
  const std::string reset = number_reset(name);
  if (reset == "never") return true;
  std::smatch match;
  std::string rest;
  dated(name, reset == "month" ? monthly() : yearly(), match, rest);
  const auto length = static_cast<std::size_t>(match[1].length());
  return match[1].str() == date.substr(4 - length, length) && (reset != "month" || match[3].str() == date.substr(5, 2));
}

void number_move(Env& env, const Record& move) {
  std::string name = move.text("name");
  if (name.empty() || name == "/") {
    name = next_name(env, move);
    env.store(move, "name", Value::of_text(name));
  } else if (move.text("date") > constraint_start(env) && !number_matches_date(name, move.text("date"))) {
    throw validation_error(fmt::format(
        "The Date ({}) you've entered isn't aligned with the existing sequence number ({}). Clear the sequence number to proceed.\nTo "
        "maintain "
        "date-based sequences, select entries and use the resequence option from the actions menu, available in developer mode.",
        american(move.text("date")), name));
  }
  check_unique(env, move, name);
  take_in(env, move, name);
}

}  // namespace q2o::sandbox::odoo
