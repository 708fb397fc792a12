#include <fmt/format.h>
#include <gmock/gmock.h>

#include "services/loader/app/run_driver.h"
#include "services/loader/tests/fake_books.h"
#include "services/loader/tests/fake_files.h"
#include "services/loader/tests/memory_run_store.h"

/// Records that hold a file: where their bytes come from, when, and what happens when they do not come.
namespace q2o::loader {
namespace {

using ::testing::ElementsAre;
using testing::item;

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    store.stream.waves = {{0, "files", {"Attachable"}, false}};
    store.stream.ended_entities = {"Attachable"};
    store.stream.ended = true;
    files.base64 = {{"1", "b25l"}, {"2", "dHdv"}};
  }
  void drive() {
    RunDriver::Options options;
    options.pace.batch_start = 2;
    options.files = &files;
    options.sender.wait = [](std::chrono::milliseconds, const std::stop_token&) {};
    options.await_arrivals = [](std::chrono::milliseconds, const std::stop_token&) {};
    EXPECT_EQ(RunDriver(store, books, store.info, {store.info.target_id, 1}, options, metrics).drive({}), RunDriver::Left::ended);
  }
  static Item file(std::int64_t number, const std::string& id, std::vector<std::string> references = {}, const std::string& changed = "") {
    Item out = item(number, "qbo1_file_" + id);
    out.references = std::move(references);
    out.model = "ir.attachment";
    out.file_id = id;
    out.content_hash += changed;
    return out;
  }
  static Error error(Retry retry, const std::string& reason, std::chrono::milliseconds retry_after = {}) {
    return {Code::unavailable, "not now", retry, Effect::none, reason, "", retry_after};
  }
  testing::MemoryRunStore store;
  testing::FakeBooks books;
  testing::FakeFiles files;
  metrics::Registry metrics;
};

TEST_F(FilesTest, AreFetchedOnceAndASecondRunAsksForNothing) {
  store.items = {file(1, "1"), file(2, "2")};
  drive();
  EXPECT_EQ(books.datas("qbo1_file_1") + books.datas("qbo1_file_2"), "b25ldHdv");
  store.begin_run(2);
  const auto writes = books.writes();
  drive();
  EXPECT_THAT(files.asked, ElementsAre("1", "2"));
  EXPECT_EQ(books.writes(), writes);
}

TEST_F(FilesTest, AreFetchedAgainWhenTheSourceChangedThem) {
  store.items = {file(1, "1"), file(2, "2")};
  drive();
  store.begin_run(2);
  store.items[0] = file(1, "1", {}, "later");
  files.base64["1"] = "T05F";
  drive();
  EXPECT_THAT(files.asked, ElementsAre("1", "2", "1"));
  EXPECT_EQ(books.datas("qbo1_file_1"), "T05F");
  EXPECT_EQ(store.sums.changed, 1u);
}

TEST_F(FilesTest, ThatCannotBeHadAreListedAndHarmNobody) {
  store.items = {file(1, "1"), file(2, "gone"), file(3, "2")};
  store.items[1].label = "lost.pdf";
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_file_1", "qbo1_file_2"));
  const auto& fate = store.fates["qbo1_file_gone"];
  EXPECT_EQ(fate.reason, "FILE_GONE");
  EXPECT_EQ(fate.message, "the file lost.pdf was not moved: there are no bytes");
  EXPECT_EQ(fate.hint, "Attach it again.");
  EXPECT_EQ(store.state, "done");
}

TEST_F(FilesTest, AreWaitedForAsLongAsTheSourceAsksForTime) {
  store.items = {file(1, "1")};
  for (int i = 0; i < 30; ++i) files.faults.push_back(error(Retry::after_backoff, "THROTTLED", std::chrono::seconds(7)));
  drive();
  EXPECT_EQ(books.datas("qbo1_file_1"), "b25l");
  EXPECT_EQ(store.sums.rejected, 0u);
  const auto waits = std::ranges::count_if(
      store.facts, [](const auto& fact) { return fact.has_waiting() && fact.waiting().reason() == "the source: not now"; });
  EXPECT_EQ(waits, 30);
}

TEST_F(FilesTest, ThatTheSourceNeverServesDoNotHoldTheRunForEver) {
  store.items = {file(1, "1"), item(2, "qbo1_other")};
  files.faults.push_back(error(Retry::after_backoff, "SOURCE_UNAVAILABLE"));
  files.forever = true;
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_other"));
  EXPECT_EQ(store.fates["qbo1_file_1"].reason, "SOURCE_UNAVAILABLE");
  EXPECT_NE(store.fates["qbo1_file_1"].hint, "");
  EXPECT_LT(files.asked.size(), 20u);
}

TEST_F(FilesTest, AreNotAskedForWhileTheirRecordIsNotThere) {
  store.items = {file(1, "1", {"qbo1_bill|qbo1_bill_line"})};
  drive();
  EXPECT_TRUE(files.asked.empty());
  EXPECT_EQ(store.fates["qbo1_file_1"].message, "waits for qbo1_bill");
}

TEST_F(FilesTest, HangOnTheFirstOfTheirRecordsThatIsThere) {
  store.items = {item(1, "qbo1_bill_line"), file(2, "1", {"qbo1_bill|qbo1_bill_line"})};
  drive();
  EXPECT_THAT(books.names(), ElementsAre("qbo1_bill_line", "qbo1_file_1"));
}

TEST_F(FilesTest, AreInMemoryOnceEvenWhenTheTargetsAnswerIsLost) {
  store.items = {file(1, "1"), file(2, "2")};
  books.fail_next_batch({testing::lost_answer(), 1});
  drive();
  EXPECT_THAT(files.asked, ElementsAre("1", "2"));
  EXPECT_EQ(store.sums.created, 2u);
}

TEST_F(FilesTest, OfUnknownSizeAreSentBeforeMoreAreFetched) {
  const std::string large(3u << 20, 'A');
  for (int i = 0; i < 6; ++i) {
    files.base64[std::to_string(i)] = large;
    store.items.push_back(file(i + 1, std::to_string(i)));
  }
  std::size_t most = 0, sent = 0;
  books.before_batch = [&] {
    most = std::max(most, files.asked.size() - sent);
    sent = files.asked.size();
  };
  drive();
  EXPECT_EQ(store.sums.created, 6u);
  EXPECT_LE(most, 4u) << "two connections with at most two files each";
}

}  // namespace
}  // namespace q2o::loader
