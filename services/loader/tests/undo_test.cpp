// Undo with a real Postgres against an Odoo: what is left is what was there before, plus what has been worked with since.
#include "services/loader/app/undo_driver.h"
#include "services/loader/tests/whole_load.h"

namespace q2o::loader {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Kind = testing::Kind;

class Undo : public testing::WholeLoad {
 protected:
  void begin_undo(std::uint32_t run, bool dry_run = false) {
    books.run = run;
    auto message = books.migration_message(target, run);
    billing::v1::Migration body;
    body.ParseFromString(message.value);
    body.set_connection_slug(books.connection);
    body.mutable_order()->set_kind(billing::v1::RUN_KIND_UNDO);
    body.mutable_order()->set_dry_run(dry_run);
    message.value = body.SerializeAsString();
    inbox.handle(std::span(&message, 1));
  }
  v1::GetUndoResponse report(std::uint32_t run) {
    v1::GetUndoRequest request;
    request.set_migration_id(books.migration);
    request.set_run(run);
    return *undo_report(pool, books.tenant, request);
  }
  /// "312 0 5": removed, reversed, kept.
  static std::string sums(const v1::GetUndoResponse& report) {
    std::uint64_t removed = 0, reversed = 0, kept = 0;
    for (const auto& count : report.undone().counts()) {
      removed += count.removed();
      reversed += count.reversed();
      kept += count.kept();
    }
    return fmt::format("{} {} {}", removed, reversed, kept);
  }
  /// "name: reason" of what is kept.
  static std::vector<std::string> kept(const v1::GetUndoResponse& report) {
    std::vector<std::string> out;
    for (const auto& one : report.kept())
      if (!one.external_id().empty()) out.push_back(one.external_id() + ": " + one.reason());
    return out;
  }
  std::string state_of(std::uint32_t run) {
    return pool.transact(
        [&](pg::Tx& tx) { return tx.one("select state || ' ' || failure as s from run where run = $1", {run}).text("s"); });
  }
  void load() {
    begin_run(1);
    ASSERT_TRUE(worker()->run_one({}));
    ASSERT_THAT(run_text(1), AllOf(StartsWith("done "), ::testing::EndsWith(" 0")));
  }
  std::string call(const std::string& model, const std::string& method, const std::string& args, const std::string& kwargs = "{}") {
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    const auto result = odoo.call(model, method, args, kwargs, kBatchCall);
    EXPECT_TRUE(result) << model << "." << method << ": " << (result ? "" : result.error().message);
    return result ? std::string(result->value().raw()) : "";
  }
  /// All that the books of an Odoo are made of.
  /// A real one is asked only for what leaves nothing there: the others begin with an empty one.
  void only_in_the_sandbox() {
    if (GetParam() == Kind::real) GTEST_SKIP() << "leaves records in the target";
  }
  std::map<std::string, std::string> snapshot() {
    std::map<std::string, std::string> out;
    for (
        const auto& [model, fields] : std::vector<std::pair<std::string, std::string>>{
            {"account.account", R"("code","name","account_type","deprecated","reconcile")"},
            {"account.journal", R"("code","name")"},
            {"account.payment.method.line", R"("journal_id","payment_account_id")"},
            {"account.move", R"("name","state","amount_total","payment_state")"},
            {"account.move.line", R"("account_id","balance","amount_residual")"},
            {"account.payment", R"("state")"},
            {"account.bank.statement.line", R"("amount")"},
            {"account.partial.reconcile", R"("amount")"},
            {"account.full.reconcile", ""},
            {"account.tax", R"("name","active")"},
            {"account.tax.group", R"("name")"},
            {"account.payment.term", R"("name","active")"},
            {"account.analytic.account", R"("name","active")"},
            {"account.analytic.line", R"("amount")"},
            {"res.partner", R"("name","active","street","city","zip","phone","email")"},
            {"res.partner.category", R"("name")"},
            {"res.currency", R"("name","active")"},
            {"product.template", R"("name","active")"},
            {"product.product", R"("name")"},
            {"product.category", R"("name")"},
            {"hr.employee", R"("name")"},
            {"resource.resource", R"("name")"},
            {"sale.order", R"("name")"},
            {"project.project", R"("name")"},
            {"project.task", R"("name")"},
            {"mail.message", R"("model","res_id","body")"},
            {"ir.attachment", R"("name")"},
            {"decimal.precision", R"("digits")"},
            {"ir.actions.server", R"("name")"},
            {"res.company",
             R"("name","street","city","zip","phone","email","currency_id","country_id","state_id","fiscalyear_lock_date","account_sale_tax_id","tax_calculation_rounding_method","income_currency_exchange_account_id")"}})
      out[model] = call(model, "search_read", "[]",
                        fmt::format(R"({{"fields":[{}],"order":"id","context":{{"active_test":{},"lang":"en_US"}}}})", fields,
                                    model == "res.currency" ? "true" : "false"));
    out["our user sees classes"] = call("res.users", "has_group", R"([[2],"analytic.group_analytic_accounting"])");
    out["external ids"] = call("ir.model.data", "search_count", R"([[["module","=","q2o"]]])");
    return out;
  }
  void expect_as(const std::map<std::string, std::string>& before, const std::string& when) {
    for (const auto& [model, now] : snapshot()) EXPECT_EQ(now, before.at(model)) << model << ", " << when;
  }
};

TEST_P(Undo, TakesBackAllThatWasWrittenAndASecondOneFindsNothing) {
  const auto before = snapshot();
  load();
  const auto loaded = snapshot();
  const auto first = run_text(1);

  begin_undo(2, true);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(state_of(2), "done ");
  expect_as(loaded, "a dry run writes nothing");
  const auto plan = report(2);

  begin_undo(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(state_of(3), "done ");
  EXPECT_EQ(sums(report(3)), sums(plan)) << "what the dry run had said";
  EXPECT_THAT(kept(report(3)), IsEmpty());
  EXPECT_EQ(report(3).undone().restored(), plan.undone().restored());
  expect_as(before, "after the undo");

  begin_undo(4);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(sums(report(4)), "0 0 0");
  expect_as(before, "after the second undo");

  begin_run(5);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(5), first) << "the books can be loaded again";
}

TEST_P(Undo, KeepsWhatHasBeenWorkedWithAndWhatItNeeds) {
  only_in_the_sandbox();
  if (IsSkipped()) return;
  load();
  const auto invoice = id_of("inv_3"), vendor = id_of("vendor_1");
  const auto journal = json::Document::parse(call("account.journal", "search", R"([[["type","=","bank"]]])"));
  const auto bank = journal->root().at("0").text();
  const auto partner = json::Document::parse(read("account.move", fmt::format(R"([["id","=",{}]])", invoice), R"("partner_id")"));
  const auto payment =
      call("account.payment", "create",
           fmt::format(R"([{{"payment_type":"inbound","partner_type":"customer","partner_id":{},"amount":10,"journal_id":{}}}])",
                       partner->root().at("0.partner_id.0").text(), bank));
  call("account.payment", "action_post", fmt::format("[[{}]]", payment));
  const auto move = json::Document::parse(read("account.payment", fmt::format(R"([["id","=",{}]])", payment), R"("move_id")"));
  const auto items = call("account.move.line", "search",
                          fmt::format(R"([[["move_id","in",[{},{}]],["account_id.account_type","=","asset_receivable"]]])", invoice,
                                      move->root().at("0.move_id.0").text()));
  call("account.move.line", "reconcile", "[" + items + "]");
  call("res.partner", "write", fmt::format(R"([[{}],{{"phone":"1"}}])", vendor));

  begin_undo(2, true);
  ASSERT_TRUE(worker()->run_one({}));
  const auto plan = report(2);
  begin_undo(3);
  ASSERT_TRUE(worker()->run_one({}));
  ASSERT_EQ(state_of(3), "done ");
  const auto done = report(3);
  EXPECT_EQ(sums(done), sums(plan));
  EXPECT_EQ(kept(done), kept(plan));
  EXPECT_THAT(kept(done), Contains(StartsWith("qbo9_inv_3: reconciled with ")));
  EXPECT_THAT(kept(done), Contains(StartsWith("qbo9_vendor_1: changed by ")));
  EXPECT_THAT(read("account.move", fmt::format(R"([["id","=",{}]])", invoice), R"("state","amount_residual")"),
              AllOf(HasSubstr("posted"), HasSubstr("26.01")));
  EXPECT_THAT(read("ir.model.data", R"([["module","=","q2o"],["name","=","qbo9_inv_1"]])", R"("name")"), "[]");

  begin_undo(4);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(sums(report(4)), StartsWith("0 0 ")) << "what is kept stays kept";
  EXPECT_EQ(kept(report(4)), kept(done));
}

TEST_P(Undo, GoesOnWhereAKilledProcessStopped) {
  only_in_the_sandbox();
  if (IsSkipped()) return;
  const auto before = snapshot();
  load();
  begin_undo(2);
  {
    std::stop_source stop;
    RunDriver::Options options;
    options.await_arrivals = [](std::chrono::milliseconds, const std::stop_token&) {};
    const auto run = store.runnable().at(0);
    PgRunStore short_lived(pool, "dead", std::chrono::milliseconds(1));
    const auto hold = short_lived.hold(target);
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    std::jthread watcher([&] {
      ::q2o::testing::eventually([&] {
        return pool.transact(
            [](pg::Tx& tx) { return tx.one("select count(*) as n from undo_record where state = 'removed'").integer("n") > 0; });
      });
      stop.request_stop();
    });
    UndoDriver(short_lived, undo, odoo, run, *hold, options).drive(stop.get_token());
  }
  ::q2o::testing::eventually([&] { return worker()->run_one({}) || state_of(2) == "done "; });
  EXPECT_EQ(state_of(2), "done ");
  expect_as(before, "after both processes");
  EXPECT_THAT(kept(report(2)), IsEmpty());
}

TEST_P(Undo, ReversesWhatStandsInALockedPeriod) {
  only_in_the_sandbox();
  if (IsSkipped()) return;
  load();
  call("res.company", "write", R"([[1],{"sale_lock_date":"2099-12-31"}])");
  const auto invoice = id_of("inv_3");
  begin_undo(2, true);
  ASSERT_TRUE(worker()->run_one({}));
  const auto plan = report(2);
  begin_undo(3);
  ASSERT_TRUE(worker()->run_one({}));
  call("res.company", "write", R"([[1],{"sale_lock_date":false}])");
  ASSERT_EQ(state_of(3), "done ");
  EXPECT_EQ(sums(report(3)), sums(plan));
  EXPECT_THAT(read("account.move", fmt::format(R"([["id","=",{}]])", invoice), R"("state","amount_residual")"),
              AllOf(HasSubstr("posted"), HasSubstr(R"("amount_residual":0.0)")));
  const auto balances = json::Document::parse(
      call("account.move.line", "read_group", R"([[["parent_state","=","posted"]],["balance:sum"],["account_id"]])", R"({"lazy":false})"));
  for (const auto& group : balances->root().items())
    EXPECT_EQ(group["balance"].decimal()->rounded(2, Rounding::half_up), Decimal()) << group.raw();
}

INSTANTIATE_TEST_SUITE_P(Odoo, Undo, ::testing::Values(Kind::sandbox, Kind::real),
                         [](const auto& kind) { return kind.param == Kind::sandbox ? "Sandbox" : "Real"; });

}  // namespace
}  // namespace q2o::loader
