#include "cli/undo_view.h"

#include <gmock/gmock.h>

#include "common/json/json.h"

namespace q2o::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

loader::v1::GetUndoResponse report() {
  loader::v1::GetUndoResponse out;
  auto& undone = *out.mutable_undone();
  auto& moves = *undone.add_counts();
  moves.set_model("account.move");
  moves.set_removed(1200);
  moves.set_reversed(2);
  moves.set_kept(1);
  undone.add_counts()->set_model("res.partner");
  undone.mutable_counts(1)->set_removed(30);
  undone.set_restored(4);
  undone.set_left(1);
  auto& kept = *out.add_kept();
  kept.set_model("account.move");
  kept.set_odoo_id(512);
  kept.set_external_id("qbo1_invoice_130");
  kept.set_label("Invoice 1043");
  kept.set_reason("reconciled with PBNK1/2026/00001");
  return out;
}

TEST(UndoView, CountsByModelAndSaysWhyARecordIsKept) {
  const auto lines = undo_lines(report());
  EXPECT_THAT(lines, Contains("  account.move                       1,200         2         1"));
  EXPECT_THAT(lines, Contains("  all                                1,230         2         1"));
  EXPECT_THAT(lines, Contains(HasSubstr("4 put back, 1 left")));
  EXPECT_EQ(lines.back(), "  account.move 512  Invoice 1043: reconciled with PBNK1/2026/00001");
}

TEST(UndoView, SaysThatThereIsNothingToUndo) {
  EXPECT_THAT(undo_lines({}), ElementsAre("Nothing to undo."));
}

TEST(UndoView, IsOneObjectForMachines) {
  billing::v1::Migration migration;
  migration.set_run(3);
  const auto parsed = json::Document::parse(undo_json(migration, report()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->root()["removed"].text(), "1230");
  EXPECT_EQ(parsed->root().at("models.1.removed").text(), "30");
  EXPECT_EQ(parsed->root().at("records.0.external_id").text(), "qbo1_invoice_130");
}

}  // namespace
}  // namespace q2o::cli
