#include "services/validator/domain/closed_books.h"

#include <gtest/gtest.h>

namespace q2o::validator {
namespace {

TEST(ClosedBooks, TheLatestLockDateThatTheRunTookAwayCounts) {
  RunNotes notes;
  EXPECT_EQ(locked_until(notes), "");
  notes.settings.push_back({"company.name", "My Company", "Amy's", "", false});
  notes.settings.push_back({"company.sale_lock_date", "2025-06-30", "", "put back", true});
  notes.settings.push_back({"company.fiscalyear_lock_date", "2025-12-31", "", "put back", true});
  notes.settings.push_back(
      {"company.fiscalyear_lock_date (books closed)", "2025-12-31", "2026-03-31", "stays: the source's closing date", false});
  EXPECT_EQ(locked_until(notes), "2025-12-31") << "what the run itself locks at its end closed nothing before";
}

TEST(ClosedBooks, AChangeReachesInWithTheDateOfBeforeOrOfAfter) {
  EXPECT_TRUE(reaches_into("2025-12-31", "2025-12-31", "2026-02-01"));
  EXPECT_TRUE(reaches_into("2025-12-31", "", "2025-01-05"));
  EXPECT_FALSE(reaches_into("2025-12-31", "2026-01-01", ""));
  EXPECT_FALSE(reaches_into("", "2020-01-01", "2020-01-01"));
}

}  // namespace
}  // namespace q2o::validator
