#include "services/loader/app/readiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace q2o::loader {
namespace {

/// The questions, one per paragraph of the list; each adds its findings.
class Check {
 public:
  Check(Books& books, Readiness& out) : books_(books), out_(out) {}

  /// False: the target could not be asked at all (`trouble`), or it refuses us and further questions make no sense.
  bool user();
  void rights();
  void modules(std::span<const Module> wanted);
  void company(const std::string& home_currency);
  void entries();
  std::optional<Error> trouble;

 private:
  void add(bool blocker, std::string reason, std::string message, std::string remedy) {
    out_.findings.push_back({blocker, std::move(reason), std::move(message), std::move(remedy)});
  }
  std::optional<CallResult> ask(std::string_view model, std::string_view method, const std::string& args, const std::string& kwargs = "{}");
  std::int64_t count(std::string_view model, const std::string& domain);
  bool may(std::string_view model, std::string_view operation);
  void lock_dates(const json::Value& company);

  Books& books_;
  Readiness& out_;
};

constexpr std::string_view kInstalled = R"([[["state","=","installed"]]])", kNameOnly = R"({"fields":["name"]})";

std::optional<CallResult> Check::ask(std::string_view model, std::string_view method, const std::string& args, const std::string& kwargs) {
  auto result = books_.call(model, method, args, kwargs, kQuickCall);
  if (result) return std::move(*result);
  if (result.error().retry != Retry::never) {
    trouble = result.error();
  } else if (result.error().code == Code::permission_denied) {
    add(true, "RIGHTS_MISSING", fmt::format("The user may not read {}: {}", model, result.error().message),
        "Give the user the accounting administrator and the Settings rights.");
  } else {
    add(true, "TARGET_REFUSES", fmt::format("{} of {}: {}", method, model, result.error().message), result.error().hint);
  }
  return std::nullopt;
}

std::int64_t Check::count(std::string_view model, const std::string& domain) {
  const auto result = ask(model, "search_count", "[" + domain + "]");
  return result ? integer(result->value()) : 0;
}

bool Check::user() {
  const auto version = books_.version(kQuickCall);
  if (!version) {
    trouble = version.error();
    return false;
  }
  out_.version = *version;
  if (!is_supported(*version)) {
    // Who we are is nobody's business there.
    add(true, "VERSION_UNSUPPORTED", fmt::format("The target is Odoo {}.", *version), "Use an Odoo 18.0 (community or enterprise).");
    return false;
  }
  const auto user = books_.user_id(kQuickCall);
  if (user) return out_.findings.empty();
  if (user.error().retry != Retry::never)
    trouble = user.error();
  else
    add(true, user.error().code == Code::not_found ? "DATABASE_UNKNOWN" : "LOGIN_REFUSED", user.error().message, user.error().hint);
  return false;
}

bool Check::may(std::string_view model, std::string_view operation) {
  const auto result = ask(model, "check_access_rights", fmt::format(R"(["{}"])", operation), R"({"raise_exception":false})");
  return result && result->value().truthy();
}

void Check::rights() {
  if (!may("ir.actions.server", "create"))
    add(true, "RIGHT_SETTINGS_MISSING", "The user may not create server actions, which the loader needs to write in one transaction.",
        "Grant the user Administration: Settings (base.group_system) for the time of the migration.");
  if (!may("ir.model.data", "create"))
    add(true, "RIGHT_EXTERNAL_IDS_MISSING", "The user may not create external ids (ir.model.data).",
        "Grant the user Administration: Access Rights, contained in Settings.");
  if (!may("account.move", "create"))
    add(true, "RIGHT_ACCOUNTING_MISSING", "The user may not create journal entries.",
        "Grant the user Invoicing/Accounting: Administrator.");
  if (!trouble && !may("account.analytic.plan", "create"))
    add(false, "RIGHT_ANALYTIC_MISSING", "The user is not in the group Analytic Accounting (analytic.group_analytic_accounting).",
        "The loader adds the group to this user before it writes and lists that as a changed setting.");
}

std::set<std::string> names_of(const CallResult& rows) {
  std::set<std::string> out;
  for (const auto& row : rows.value().items()) out.emplace(row["name"].text());
  return out;
}

/// What only some records need may stay away when the source has none of them: said here, asked for when such a record comes.
void Check::modules(std::span<const Module> wanted) {
  const auto rows = ask("ir.module.module", "search_read", std::string(kInstalled), std::string(kNameOnly));
  if (!rows) return;
  out_.missing = not_installed(wanted, names_of(*rows));
  for (const auto& module : out_.missing) {
    const bool always = module.needed_by.empty();
    const std::string purpose = module.purpose.empty() ? "some records" : module.purpose;
    add(always, "MODULE_MISSING",
        fmt::format("The module {} is not installed in the target{}.", shown(module),
                    always ? "" : fmt::format("; {} cannot be written without it", purpose)),
        fmt::format("{}In Odoo open Apps, search for {} and activate it.",
                    always ? "" : fmt::format("Nothing to do if the source has no {}. Otherwise: ", purpose), module.name));
  }
}

void Check::lock_dates(const json::Value& company) {
  for (const auto* field : {"fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date"})
    if (company[field].is_string())
      add(false, "LOCK_DATE_SET", fmt::format("{} is {}: Odoo would move earlier documents behind it.", field, company[field].text()),
          "The loader takes the lock away while it writes and puts it back at the end.");
  if (company["hard_lock_date"].is_string())
    add(true, "HARD_LOCK_DATE_SET",
        fmt::format("The company has the hard lock date {}; it can never be taken away.", company["hard_lock_date"].text()),
        "Migrate into a company (or database) without a hard lock date.");
}

void Check::company(const std::string& home_currency) {
  const auto users = ask("res.users", "search_read", fmt::format(R"([[["id","=",{}]]])", books_.user_id(kQuickCall).value_or(0)),
                         R"({"fields":["company_id"],"load":null})");
  if (!users) return;  // no answer: the whole check is repeated
  const auto hidden = [this](std::string_view what) {
    add(true, "COMPANY_HIDDEN", fmt::format("Odoo does not show the user {}: lock dates, currency and chart cannot be checked.", what),
        "Let the user read its own user record and company (Administration: Settings), then check again.");
  };
  if (users->value().items().empty()) return hidden("its own user record");
  const auto company_id = integer(users->value().items()[0]["company_id"]);
  const auto rows = ask(
      "res.company", "search_read", fmt::format(R"([[["id","=",{}]]])", company_id),
      R"({"fields":["name","currency_id","chart_template","fiscalyear_lock_date","tax_lock_date","sale_lock_date","purchase_lock_date","hard_lock_date"]})");
  if (!rows) return;
  if (rows->value().items().empty()) return hidden("its own company");
  const auto& company = rows->value().items()[0];
  const auto currency = company["currency_id"].items().size() == 2 ? company["currency_id"].items()[1].text() : std::string_view();
  if (!home_currency.empty() && currency != home_currency && count("account.move.line", "[]") > 0)
    add(true, "CURRENCY_DIFFERENT",
        fmt::format("The company keeps its books in {}, the source in {}, and there are journal items already.", currency, home_currency),
        "Migrate into a company without journal items, or one whose currency is that of the source.");
  if (count("account.account", "[]") == 0)
    add(true, "CHART_MISSING", "The company has no chart of accounts.",
        "Install a fiscal localization (Accounting settings), e.g. United States - Generic.");
  lock_dates(company);
}

void Check::entries() {
  const auto all = count("account.move", R"([["state","=","posted"]])");
  const auto ours = count("ir.model.data", R"([["module","=","q2o"],["model","=","account.move"]])") +
                    count("ir.model.data", R"([["module","=","q2o"],["model","in",["account.payment","account.bank.statement.line"]]])");
  if (all > ours)
    add(false, "FOREIGN_ENTRIES", fmt::format("The target has about {} posted journal entries that are not from a migration.", all - ours),
        "They stay as they are and show as differences in the proof; an empty company gives a clean proof.");
}

}  // namespace

bool is_supported(const std::string& version) {
  return version.starts_with("18.") || version.starts_with("saas~18");
}

bool Readiness::ready() const {
  return std::ranges::none_of(findings, &Finding::blocker);
}

Result<Readiness> check_readiness(Books& books, const std::string& home_currency, std::span<const Module> modules) {
  Readiness out;
  Check check(books, out);
  if (check.user()) {
    check.rights();
    check.modules(modules);
    if (!check.trouble && out.ready()) {
      check.company(home_currency);
      check.entries();
    }
  }
  if (check.trouble) return fail(*check.trouble);
  return out;
}

Result<std::vector<Module>> missing_modules(Books& books, std::span<const Module> modules) {
  const auto rows = books.call("ir.module.module", "search_read", kInstalled, kNameOnly, kQuickCall);
  if (!rows) return fail(rows.error());
  return not_installed(modules, names_of(*rows));
}

Error module_missing(const Module& module) {
  return {Code::failed_precondition,
          fmt::format("The module {} is not installed in the target, and the source has {}.", shown(module),
                      module.purpose.empty() ? "records that need it" : module.purpose),
          Retry::never,
          Effect::none,
          "MODULE_MISSING",
          fmt::format("In Odoo open Apps, search for {} and activate it; then q2o resume: the same run goes on.", module.name),
          {}};
}

std::string findings_json(const std::vector<Finding>& findings) {
  json::Writer out;
  out.begin_array();
  for (const auto& finding : findings)
    out.begin_object()
        .field("blocker", finding.blocker)
        .field("reason", finding.reason)
        .field("message", finding.message)
        .field("remedy", finding.remedy)
        .end_object();
  out.end_array();
  return out.take();
}

std::vector<Finding> findings_of(const std::string& text) {
  std::vector<Finding> out;
  const auto document = json::Document::parse(text);
  if (!document) return out;
  for (const auto& one : document->root().items())
    out.push_back({one["blocker"].truthy(), std::string(one["reason"].text()), std::string(one["message"].text()),
                   std::string(one["remedy"].text())});
  return out;
}

}  // namespace q2o::loader
