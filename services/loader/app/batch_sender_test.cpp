#include "services/loader/app/batch_sender.h"

#include <gmock/gmock.h>

#include "services/loader/tests/fake_books.h"
#include "services/loader/tests/memory_run_store.h"

namespace q2o::loader {
namespace {

using testing::item;

class BatchSenderTest : public ::testing::Test {
 protected:
  BatchSenderTest() {
    EXPECT_TRUE(action.install());
    options.wait = [](std::chrono::milliseconds, const std::stop_token&) {};
  }
  Delivery send(std::vector<Item> items, bool update) {
    return BatchSender(books, action, options).send(Batch{std::move(items), update, false}, {});
  }
  testing::FakeBooks books;
  Action action{books};
  BatchSender::Options options;
};

TEST_F(BatchSenderTest, ChangesWhatWasThereAlthoughNeitherLookNorCallWasAnsweredAtFirst) {
  const auto changed = item(1, "qbo1_a", {}, 0, R"(,"city":"Bayshore")");
  books.add("qbo1_a", "as it was");
  books.fail_next_call(testing::lost_answer()).fail_next_batch({testing::lost_answer(), 0});
  const auto delivery = send({changed}, true);
  ASSERT_EQ(delivery.fates.size(), 1u);
  EXPECT_EQ(delivery.fates[0].outcome, "changed");
  EXPECT_THAT(books.values_of("qbo1_a"), ::testing::HasSubstr("Bayshore"));
}

TEST_F(BatchSenderTest, WhatALostAnswerToldIsAskedForAfterIt) {
  books.add("qbo1_a", "as it was");
  books.told = {
      R"({"settings":[{"name":"match of INV/1 with PAY/1","before":"10.00 matched by hand","during":"not matched","note":"stays"}],)"
      R"("changes":[{"model":"res.partner","id":7,"field":"name","before":"Old","after":"New"}]})"};
  books.fail_next_batch({testing::lost_answer(), 1});
  const auto delivery = send({item(1, "qbo1_a", {}, 0, R"(,"city":"Bayshore")")}, true);
  ASSERT_EQ(delivery.fates.size(), 1u);
  ASSERT_EQ(delivery.settings.size(), 1u);
  EXPECT_EQ(delivery.settings[0].before, "10.00 matched by hand");
  ASSERT_EQ(delivery.changes.size(), 1u);
  EXPECT_EQ(delivery.changes[0].before, R"("Old")");
}

TEST_F(BatchSenderTest, RejectsNobodyWhereTheTargetDoesNotLetItLook) {
  books.add("qbo1_a", "as it was");
  books.fail_next_call(testing::refused("You may not read external ids"));
  const auto delivery = send({item(1, "qbo1_a")}, true);
  EXPECT_TRUE(delivery.fates.empty());
  EXPECT_EQ(delivery.left.size(), 1u);
  ASSERT_TRUE(delivery.stopped_by);
  EXPECT_EQ(delivery.stopped_by->message, "You may not read external ids");
}

}  // namespace
}  // namespace q2o::loader
