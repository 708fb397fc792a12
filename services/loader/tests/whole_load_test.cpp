#include "services/loader/tests/whole_load.h"

#include <atomic>

namespace q2o::loader {
namespace {

using Kind = testing::Kind;
using testing::WholeLoad;

/// Books that ask the process to stop while one of its batches is under way.
class StoppingBooks final : public Books {
 public:
  StoppingBooks(Books& books, std::stop_source& stop, int at_batch) : books_(books), stop_(stop), left_(at_batch) {}
  Result<std::string> version(std::chrono::milliseconds deadline) override { return books_.version(deadline); }
  Result<std::int64_t> user_id(std::chrono::milliseconds deadline) override { return books_.user_id(deadline); }
  Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                          std::chrono::milliseconds deadline) override {
    if (model == "ir.actions.server" && method == "run" && --left_ == 0) stop_.request_stop();
    return books_.call(model, method, args, kwargs, deadline);
  }

 private:
  Books& books_;
  std::stop_source& stop_;
  std::atomic<int> left_;
};

TEST_P(WholeLoad, LoadsTheBooksOnceAndASecondRunWritesNothing) {
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  const auto first = run_text(1);
  EXPECT_THAT(first, ::testing::StartsWith("done "));
  EXPECT_THAT(first, ::testing::EndsWith(" 0")) << "no rejects";

  EXPECT_THAT(
      read("account.move", fmt::format(R"([["id","=",{}]])", id_of("inv_1")), R"("name","state","payment_state","amount_residual")"),
      ::testing::AllOf(::testing::HasSubstr("1001"), ::testing::HasSubstr("posted"), ::testing::HasSubstr("paid"),
                       ::testing::HasSubstr("0.0")));
  EXPECT_THAT(read("account.move", fmt::format(R"([["id","=",{}]])", id_of("inv_3")), R"("amount_total","amount_residual")"),
              ::testing::AllOf(::testing::HasSubstr("54.01"), ::testing::HasSubstr("36.01")));

  begin_run(2);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(2), fmt::format("done 0 0 {} 0", testing::small_books_size()));

  pool.transact([](pg::Tx& tx) { tx.exec("delete from record"); });
  begin_run(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(3), fmt::format("done 0 0 {} 0", testing::small_books_size())) << "an empty ledger: compared, all equal";
  EXPECT_EQ(read("ir.model.data", R"([["module","=","q2o"],["name","=","qbo9_inv_1"]])", R"("name")").find("qbo9_inv_1", 60),
            std::string::npos);
}

/// Odoo wraps what is not its own exception, and appends the whole text of the action.
TEST_P(WholeLoad, WhatPythonItselfRefusesIsTheRejectOfOneRecord) {
  books.booked_as = "JournalEntry";
  books.transaction = ids::uuid_v4().substr(0, 8);
  books.day = "2026-13-45";
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(1), ::testing::AllOf(::testing::StartsWith("done "), ::testing::HasSubstr(" 1\nqbo9_journal_entry_"),
                                            ::testing::HasSubstr("time data '2026-13-45' does not match format")));
}

TEST_P(WholeLoad, ATransactionStandsOnceWhetherItsRecordCanBeReadOrNot) {
  books.transaction = ids::uuid_v4().substr(0, 8);
  const auto entry = "ledger_transaction_" + books.transaction, record = "journal_entry_" + books.transaction;
  const auto there = [&] {
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    std::vector<std::string> names;
    const auto found = look_up(odoo, {"qbo9_" + entry, "qbo9_" + record});
    for (const auto& [name, id] : *found) names.push_back(name.substr(5));
    return names;
  };
  const auto load = [&](std::uint32_t run, const char* as) {
    books.booked_as = as;
    begin_run(run);
    EXPECT_TRUE(worker()->run_one({}));
    EXPECT_THAT(run_text(run), ::testing::AllOf(::testing::StartsWith("done "), ::testing::EndsWith(" 0")));
  };
  load(1, "LedgerTransaction");
  EXPECT_EQ(there(), std::vector{entry});
  const auto booked = id_of(entry);
  load(2, "JournalEntry");
  EXPECT_EQ(there(), std::vector{record});
  EXPECT_EQ(run_text(2), fmt::format("done 1 0 {} 0", testing::small_books_size()));
  EXPECT_EQ(read("account.move", fmt::format(R"([["id","=",{}]])", booked), R"("name")"), "[]") << "the entry is gone";
  books.incomplete = {"JournalEntry"};  // a record could not be read
  load(3, "LedgerTransaction");
  EXPECT_EQ(there(), std::vector{record}) << "no entry beside the record";
  books.incomplete = {};
  load(4, "JournalEntry");
  EXPECT_EQ(run_text(4), fmt::format("done 0 0 {} 0", testing::small_books_size() + 1));
}

TEST_P(WholeLoad, GoesOnWhereAKilledProcessStopped) {
  begin_run(1);
  {
    // The first process dies in the middle: stopped hard between two batches, its lease still held, its memory gone.
    std::stop_source stop;
    RunDriver::Options options;
    options.pace.batch_start = 10;
    options.await_arrivals = [](std::chrono::milliseconds, const std::stop_token&) {};
    const auto run = store.runnable().at(0);
    auto hold = PgRunStore(pool, "dead", std::chrono::milliseconds(1)).hold(target);
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    StoppingBooks stopping(odoo, stop, 2);
    PgRunStore short_lived(pool, "dead", std::chrono::milliseconds(1));
    EXPECT_EQ(RunDriver(short_lived, stopping, run, *hold, options, metrics).drive(stop.get_token()), RunDriver::Left::interrupted);
  }
  ASSERT_TRUE(::q2o::testing::eventually([&] { return worker()->run_one({}); }));
  EXPECT_THAT(run_text(1), ::testing::AllOf(::testing::StartsWith("done "), ::testing::EndsWith(" 0")));
  OdooBooks odoo(http, *targets.access(books.tenant, target));
  EXPECT_GE(known_of(odoo, "qbo9")->size(), testing::small_books_size() - 6);
  const auto left = read("ir.actions.server", R"([["name","=like","Quick2Odoo%"]])", R"("name")");
  EXPECT_EQ(left, "[]") << "the action is gone";
}

/// A picture of 1 by 1; Odoo must keep its bytes as they are.
constexpr const char* kGreen = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAAD0lEQVR4AQEEAPv/AC6LVwH7AREGBwTMAAAAAElFTkSuQmCC";
constexpr const char* kGreenSha1 = "3eda2e5f1f784cde00a84dcc83d6de83ac421aa3";

TEST_P(WholeLoad, PutsTheBytesOfAFileOnTheRecordThatBearsItAndFetchesThemOnce) {
  books.files = true;
  files.base64["paper"] = kGreen;
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(1), ::testing::AllOf(::testing::StartsWith("done "), ::testing::EndsWith(" 0")));
  EXPECT_EQ(files.asked.size(), 2u);
  const auto attached = [&](const std::string& name) {
    const auto rows = json::Document::parse(
        read("ir.attachment", fmt::format(R"([["id","=",{}]])", id_of(name)), R"("res_model","res_id","checksum","mimetype","file_size")"));
    const auto& row = rows->root().at("0");
    return fmt::format("{} {} {} {} {}", row["res_model"].text(), row["res_id"].text(), row["checksum"].text(), row["mimetype"].text(),
                       row["file_size"].text());
  };
  EXPECT_EQ(attached("paper_invoice"), fmt::format("account.move {} {} image/png 72", id_of("inv_1"), kGreenSha1));
  const auto line =
      json::Document::parse(read("account.bank.statement.line", fmt::format(R"([["id","=",{}]])", id_of("bp_1_line")), R"("move_id")"));
  EXPECT_EQ(attached("paper_transfer"), fmt::format("account.move {} {} image/png 72", line->root().at("0.move_id.0").text(), kGreenSha1));

  begin_run(2);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(2), fmt::format("done 0 0 {} 0", testing::small_books_size() + 2));
  EXPECT_EQ(files.asked.size(), 2u) << "nothing changed: nothing is fetched";

  pool.transact([](pg::Tx& tx) { tx.exec("delete from record"); });
  begin_run(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(3), fmt::format("done 0 0 {} 0", testing::small_books_size() + 2)) << "an empty ledger: compared, byte by byte";
  EXPECT_EQ(files.asked.size(), 4u);
}

/// A replay makes no call to the source; what it may not fetch is in the target of the run before.
TEST_P(WholeLoad, TakesAFileFromTheEarlierTargetWhereTheSourceMayNotBeAsked) {
  if (GetParam() == Kind::real) GTEST_SKIP() << "needs two empty targets";
  books.files = true;
  files.base64["paper"] = kGreen;
  begin_run(1);
  ASSERT_TRUE(worker()->run_one({}));
  files.base64.clear();
  files.forever = true;
  files.faults.push_back({Code::failed_precondition, "no source", Retry::never, Effect::none, "REPLAY_WITHOUT_FILES", "Migrate.", {}});

  sandbox::odoo::OdooSandbox other;
  sandbox::ServerOptions options;
  options.route_of = sandbox::odoo::OdooSandbox::route_of;
  sandbox::Server second(options, [&](const sandbox::Request& request) { return other.handle(request); });
  const auto first = target;
  target = targets.save(books.tenant, {"", second.url(), "odoo", "admin", "", ""}, config::Secret("admin"))->target_id;
  begin_run(2);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(2), ::testing::EndsWith(" 0")) << "no rejects";
  EXPECT_THAT(read("ir.attachment", fmt::format(R"([["id","=",{}]])", id_of("paper_invoice")), R"("checksum")"),
              ::testing::HasSubstr(kGreenSha1));

  // Where no target has it, it is listed with what to do.
  pool.transact([&](pg::Tx& tx) { tx.exec("delete from record where target_id = $1 and external_id like '%paper%'", {first}); });
  other.reset();
  begin_run(3);
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_THAT(run_text(3), ::testing::HasSubstr("qbo9_paper_invoice: the file paper was not moved: no source"));
}

INSTANTIATE_TEST_SUITE_P(Odoo, WholeLoad, ::testing::Values(Kind::sandbox, Kind::real),
                         [](const auto& kind) { return kind.param == Kind::sandbox ? "Sandbox" : "Real"; });

}  // namespace
}  // namespace q2o::loader
