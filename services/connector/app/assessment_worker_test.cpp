#include "services/connector/app/assessment_worker.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "services/connector/app/assessment_summary.h"
#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

/// One assessment in memory.
class MemoryAssessments : public AssessmentQueue {
 public:
  std::optional<TakenAssessment> take(milliseconds) override {
    if (state != "running") return std::nullopt;
    TakenAssessment taken{"assessment-1", "tenant-1", "connection-1", {}, {}};
    for (const auto& [name, entity] : entities) taken.done.insert(name);
    return taken;
  }
  bool renew(const TakenAssessment&, milliseconds) override { return true; }
  void release(const TakenAssessment&) override { ++released; }
  bool store(const TakenAssessment&, const Assessed& assessed, const AskingCost& cost) override {
    if (entities.size() == lost_after) return false;
    entities[assessed.entity.entity()] = assessed;
    requests += cost.requests;
    return true;
  }
  void finish(const TakenAssessment&) override { state = "done"; }
  void later(const TakenAssessment&, const Error& why) override { waits = why.message; }
  void failed(const TakenAssessment&, const Error& why) override {
    state = "failed";
    waits = why.reason;
  }
  std::map<std::string, Assessed> entities;
  std::string state = "running", waits;
  std::uint64_t requests = 0;
  std::size_t lost_after = 1000;
  int released = 0;
};

class Assessing : public ::testing::Test {
 protected:
  Assessing() {
    source.add("Customer", "1", R"(,"DisplayName":"Ann","Fax":{"FreeFormNumber":"1"})");
    for (int i = 0; i < 130; ++i)
      source.add("Invoice", std::to_string(i + 1), fmt::format(R"(,"TxnDate":"{}-03-01","DocNumber":"{}")", 2023 + i * 3 / 130, i));
    for (int i = 1; i <= 3; ++i) source.add("Bill", std::to_string(i), R"(,"TxnDate":"2025-01-31")");
  }
  bool run() {
    CallOptions options;
    options.attempts = 2;
    options.backoff = {milliseconds{1}, milliseconds{10}};
    AssessmentWorker worker(manifests, queue, h.connections, source, h.tokens, h.gates, h.clock, h.probe,
                            {options, 3, milliseconds{60000}});
    return worker.run_one({});
  }
  const v1::AssessedEntity& of(const std::string& entity) { return queue.entities.at(entity).entity; }

  testing::Harness h;
  testing::FakeSource& source = h.source;
  Manifests manifests{{"quickbooks_online", h.manifest}};
  MemoryAssessments queue;
};

TEST_F(Assessing, CountsEveryEntityAndThoseWithDatesByYear) {
  ASSERT_TRUE(run());
  EXPECT_EQ(queue.state, "done");
  EXPECT_EQ(queue.entities.size(), assessed_entities(h.manifest).size());
  const auto& invoice = of("Invoice");
  EXPECT_EQ(invoice.records(), 130u);
  EXPECT_TRUE(invoice.posts());
  ASSERT_EQ(invoice.years_size(), 3);
  EXPECT_EQ(invoice.years(0).year(), 2023u);
  EXPECT_EQ(invoice.years(0).records() + invoice.years(1).records() + invoice.years(2).records(), 130u);
  EXPECT_EQ(invoice.undated(), 0u);
  EXPECT_EQ(of("Customer").years_size(), 0);
  EXPECT_EQ(of("CompanyInfo").records(), 1u);
  EXPECT_FALSE(run()) << "nothing is left to do";
}

TEST_F(Assessing, ASampleIsTheFirstAndTheLastRecordsOrAllOfThem) {
  ASSERT_TRUE(run());
  EXPECT_EQ(of("Invoice").sampled(), 100u);
  EXPECT_EQ(of("Bill").sampled(), 3u);
  std::map<std::string, std::uint64_t> fields;
  for (const auto& field : of("Customer").fields()) fields[field.path()] = field.records();
  EXPECT_EQ(fields, (std::map<std::string, std::uint64_t>{{"DisplayName", 1}, {"Fax.FreeFormNumber", 1}, {"Id", 1}}));
}

TEST_F(Assessing, WhatIsNotInThePlanIsSaidAndTheRestIsCounted) {
  source.disturb = [](const std::string& url) -> std::optional<Result<http::Response>> {
    if (url.find("FROM Bill ") == std::string::npos && url.find("FROM Bill&") == std::string::npos) return std::nullopt;
    return testing::json_answer(400, testing::fault("500", "Unsupported Operation"));
  };
  ASSERT_TRUE(run());
  EXPECT_EQ(queue.state, "done");
  EXPECT_NE(of("Bill").explanation(), "");
  EXPECT_EQ(of("Invoice").records(), 130u);
}

TEST_F(Assessing, ASourceThatIsAwayIsAskedAgainLaterAndWhatIsThereIsKept) {
  bool away = true;
  source.disturb = [&](const std::string& url) -> std::optional<Result<http::Response>> {
    if (!away || url.find("FROM Invoice") == std::string::npos) return std::nullopt;
    return fail(Code::unavailable, "no answer", "NETWORK");
  };
  ASSERT_TRUE(run());
  EXPECT_EQ(queue.state, "running");
  EXPECT_NE(queue.waits, "");
  EXPECT_TRUE(queue.entities.contains("Customer"));
  away = false;
  const auto asked = source.requests_with("FROM Customer");
  ASSERT_TRUE(run());
  EXPECT_EQ(queue.state, "done");
  EXPECT_EQ(source.requests_with("FROM Customer"), asked) << "what was stored is not asked for again";
}

TEST_F(Assessing, ARefusedSignInNeedsAPerson) {
  source.revoked = true;
  source.refresh = "another";
  ASSERT_TRUE(run());
  EXPECT_EQ(queue.state, "failed");
  EXPECT_NE(queue.waits, "");
}

TEST_F(Assessing, WhoLosesTheLeaseStoresNothingMore) {
  queue.lost_after = 2;
  ASSERT_TRUE(run());
  EXPECT_EQ(queue.entities.size(), 2u);
  EXPECT_EQ(queue.released, 1);
}

v1::Assessment assessment(const std::map<std::string, Assessed>& entities) {
  v1::Assessment out;
  for (const auto& [name, assessed] : entities) *out.add_entities() = assessed.entity;
  return out;
}

TEST_F(Assessing, SumsUpByYearAndSaysHowLongReadingTakes) {
  ASSERT_TRUE(run());
  auto all = assessment(queue.entities);
  all.set_state("done");
  all.set_requests(100);
  all.set_answer_ms(20'000);
  const Period span{*parse_day("2023-03-01"), *parse_day("2025-03-01")};
  sum_up(h.manifest, span, all);
  EXPECT_EQ(all.transactions(), 133u);
  EXPECT_EQ(all.records(), 133u + 1 + 2);
  ASSERT_EQ(all.years_size(), 3);
  EXPECT_EQ(all.years(2).year(), 2025u);
  EXPECT_EQ(all.years(0).transactions() + all.years(1).transactions() + all.years(2).transactions(), 133u);
  EXPECT_EQ(all.entities(0).entity(), "CompanyInfo");
  const auto requests = all.extraction().requests();
  EXPECT_GT(requests, 100u);
  EXPECT_GE(all.extraction().seconds_low() * 10u, requests) << "ten requests a second are permitted";
  EXPECT_EQ(all.extraction().seconds_high(), (requests * 200 + 999) / 1000) << "one after the other, 200 ms each";
}

TEST_F(Assessing, WhatIsUnderWayHasNoEstimateYet) {
  v1::Assessment empty;
  empty.set_state("running");
  sum_up(h.manifest, std::nullopt, empty);
  EXPECT_FALSE(empty.has_extraction());
  EXPECT_EQ(empty.entities_total(), assessed_entities(h.manifest).size());
}

}  // namespace
}  // namespace q2o::connector
