#include "common/runtime/runtime.h"

#include <gtest/gtest.h>

#include "common/http/http.h"
#include "common/runtime/admin.h"

namespace q2o::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Runtime, EndsWithZeroWhenAllLoopsEndOnStop) {
  Runtime runtime("tested");
  runtime.loop("worker", [&](const std::stop_token& stop) {
    runtime.request_stop();
    EXPECT_TRUE(stop.stop_requested());
  });
  EXPECT_EQ(runtime.wait(), 0);
}

TEST(Runtime, EndsWithOneWhenALoopThrows) {
  Runtime runtime("tested");
  runtime.loop("broken", [](const std::stop_token&) { throw std::runtime_error("no way on"); });
  EXPECT_EQ(runtime.wait(), 1);
}

TEST(Runtime, DestroysWhatItOwnsInReverseOrder) {
  std::string order;
  struct Part {
    std::string& out;
    char name;
    ~Part() { out += name; }
  };
  {
    Runtime runtime("tested");
    runtime.own(std::make_unique<Part>(order, 'a'));
    runtime.own(std::make_unique<Part>(order, 'b'));
  }
  EXPECT_EQ(order, "ba");
}

TEST(Runtime, GivesEveryProcessItsOwnName) {
  EXPECT_NE(Runtime("x").instance(), Runtime("x").instance());
}

TEST(Admin, AnswersOnItsOwnPort) {
  AdminServer admin(0, [](const std::string& path) { return AdminAnswer{path == "/live" ? 200 : 404, "text\n"}; });
  http::Client client;
  const std::string base = "http://127.0.0.1:" + std::to_string(admin.port());
  EXPECT_EQ(client.send({"GET", base + "/live?x=1", {}, {}}, 5s)->status, 200);
  EXPECT_EQ(client.send({"GET", base + "/other", {}, {}}, 5s)->status, 404);
  EXPECT_EQ(client.send({"POST", base + "/live", {}, "x"}, 5s)->status, 400);
  EXPECT_THROW(AdminServer(admin.port(), {}), std::runtime_error);
}

}  // namespace
}  // namespace q2o::runtime
