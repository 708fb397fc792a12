#include "services/connector/app/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

using testing::fault;
using testing::Harness;
using testing::json_answer;

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    manifests.emplace(h.manifest.platform, h.manifest);
    h.source.add("Attachable", "7");
    h.source.files["7"] = std::string("%PDF\0\xff\n", 7);
  }
  Result<SourceFile> fetch(std::uint64_t expected = 0, const std::string& entity = "Attachable") {
    return Files(manifests, h.connections, h.source, h.tokens, h.gates, h.clock, h.probe, h.call)
        .fetch({"tenant-1", "connection-1", entity, "7", expected}, {});
  }
  /// `answer` instead of what is at addresses with `part`, the first `times` times.
  void disturb(const std::string& part, int times, const Result<http::Response>& answer) {
    h.source.disturb = [=, left = times](const std::string& url) mutable -> std::optional<Result<http::Response>> {
      if (url.find(part) == std::string::npos || left-- <= 0) return std::nullopt;
      return answer;
    };
  }
  std::string reason(std::uint64_t expected = 0) {
    const auto file = fetch(expected);
    return file ? "" : file.error().reason;
  }
  Harness h;
  Manifests manifests;
};

TEST_F(FilesTest, ComeByteForByteFromTheAddressThatTheSourceGives) {
  const auto file = fetch(7);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->bytes, h.source.files["7"]);
  EXPECT_EQ(file->content_type, "text/plain");
  EXPECT_EQ(h.source.requests_with("/v3/company/123/download/7?"), 1);
  EXPECT_EQ(h.source.requests_with("http://store/7"), 1) << "the fake's store refuses whoever brings a token along";
}

TEST_F(FilesTest, ThatAreGoneSaySoAndAreNotAskedForAgain) {
  h.source.files.clear();
  EXPECT_EQ(reason(), "FILE_GONE");
  EXPECT_EQ(h.source.requests_with("http://store/7"), 1);
  h.source.rows["Attachable"].clear();
  EXPECT_EQ(reason(), "FILE_GONE");
}

TEST_F(FilesTest, BeyondTheLimitAreRefusedWithoutACallWhereTheRecordSaysSo) {
  manifests.begin()->second.files.bytes_max = 6;
  EXPECT_EQ(reason(7), "FILE_TOO_BIG");
  EXPECT_EQ(h.source.requests_with("download"), 0);
  EXPECT_EQ(reason(0), "FILE_TOO_BIG");
  EXPECT_EQ(h.source.requests_with("http://store/7"), 1);
}

TEST_F(FilesTest, BehindAnExpiredAddressComeFromANewOne) {
  disturb("http://store/", 1, http::Response{403, {}, "<Error/>"});
  EXPECT_TRUE(fetch());
  EXPECT_EQ(h.source.requests_with("download"), 2);
  EXPECT_EQ(h.source.refreshes, 1) << "the store's refusal says nothing about the token";
  disturb("http://store/", 99, http::Response{403, {}, "<Error/>"});
  const auto refused = fetch();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "LINK_EXPIRED");
  EXPECT_EQ(refused.error().retry, Retry::never);
}

TEST_F(FilesTest, OfAThrottledSourceAreLeftForLaterAndNobodyWaitsHere) {
  disturb("download", 1, http::Response{429, {{"Retry-After", "7"}}, "{}"});
  const auto later = fetch();
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().retry, Retry::after_backoff);
  EXPECT_EQ(later.error().retry_after, milliseconds{7000});
  EXPECT_LT(h.clock.waited(), milliseconds{1000});
}

TEST_F(FilesTest, AreAskedForAgainWhereTheSourceStumbles) {
  disturb("http://store/", 2, json_answer(503, ""));
  EXPECT_TRUE(fetch());
  disturb("http://store/", 99, json_answer(503, ""));
  const auto later = fetch();
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().retry, Retry::after_backoff);
  disturb("download", 99, http::Response{200, {}, "<html>Sign in</html>"});
  EXPECT_EQ(reason(), "BAD_LINK");
}

TEST_F(FilesTest, BelongToTheEntityThatThePlatformNames) {
  EXPECT_EQ(fetch(0, "Invoice").error().reason, "NO_FILES");
}

}  // namespace
}  // namespace q2o::connector
