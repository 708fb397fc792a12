#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>

#include "common/http/http.h"
#include "common/runtime/runtime.h"
#include "common/testing/testing.h"

namespace q2o::runtime {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Run : public ::testing::Test {
 protected:
  int port = testing::free_port();
  void SetUp() override { setenv("Q2O_ADMIN_PORT", std::to_string(port).c_str(), 1); }
  void TearDown() override { unsetenv("Q2O_ADMIN_PORT"); }
  static int call(std::vector<std::string> words, const std::function<void(config::Reader&, Runtime&)>& wire) {
    words.insert(words.begin(), "q2o-tested");
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    return run(static_cast<int>(arguments.size()), arguments.data(), "tested", wire);
  }
  int status_of(const std::string& path) const {
    const auto answer = http::Client().send({"GET", "http://127.0.0.1:" + std::to_string(port) + path, {}, {}}, 2s);
    return answer ? answer->status : 0;
  }
};

TEST_F(Run, ServesProbesAndMetricsAndStopsOnTerm) {
  std::atomic<bool> usable = false;
  const int code = call({}, [&](config::Reader&, Runtime& runtime) {
    runtime.ready_when("it is usable", [&] { return usable.load(); });
    runtime.loop("prober", [&](const std::stop_token&) {
      EXPECT_TRUE(testing::eventually([&] { return status_of("/live") == 200; }));
      EXPECT_EQ(status_of("/ready"), 503);
      EXPECT_EQ(runtime.waits_for(), "it is usable");
      usable = true;
      EXPECT_TRUE(testing::eventually([&] { return status_of("/ready") == 200; }));
      EXPECT_EQ(status_of("/metrics"), 200);
      EXPECT_THAT(runtime.metrics().text(), HasSubstr("q2o_build_info{version=\""));
      kill(getpid(), SIGTERM);
    });
  });
  EXPECT_EQ(code, 0);
}

TEST_F(Run, LeavesWithTwoAndAllComplaints) {
  ::testing::internal::CaptureStderr();
  const int code = call({}, [](config::Reader& config, Runtime&) {
    config.text("kafka.brokers");
    config.text("database.host");
  });
  const auto said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(code, 2);
  EXPECT_THAT(said, HasSubstr("kafka.brokers"));
  EXPECT_THAT(said, HasSubstr("database.host"));
}

TEST_F(Run, CheckPrintsTheConfigurationWithoutSecrets) {
  setenv("Q2O_DATABASE_PASSWORD", "canary", 1);
  ::testing::internal::CaptureStdout();
  const int code = call({"--check"}, [](config::Reader& config, Runtime&) { config.secret("database.password"); });
  const auto said = ::testing::internal::GetCapturedStdout();
  unsetenv("Q2O_DATABASE_PASSWORD");
  EXPECT_EQ(code, 0);
  EXPECT_THAT(said, HasSubstr("database.password = ***"));
  EXPECT_THAT(said, Not(HasSubstr("canary")));
}

TEST_F(Run, LeavesWithOneWhenWiringFails) {
  EXPECT_EQ(call({}, [](config::Reader&, Runtime&) { throw std::runtime_error("port taken"); }), 1);
  EXPECT_EQ(call({"--nonsense"}, [](config::Reader&, Runtime&) {}), 2);
}

}  // namespace
}  // namespace q2o::runtime
