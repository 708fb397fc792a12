#include "sandbox/http/server.h"

#include "common/http/http.h"

namespace q2o::sandbox {
namespace {

using std::chrono::milliseconds;

class HttpServer : public ::testing::Test {
 protected:
  Result<http::Response> send(const std::string& method, const std::string& path, const std::string& body = {},
                              milliseconds deadline = milliseconds(5000)) {
    return client_.send({method, server_.url() + path, {}, body}, deadline);
  }
  int status(const std::string& path) {
    const auto answer = send("GET", path);
    return answer ? answer->status : -1;
  }

  std::atomic<int> calls_{0};
  std::atomic<int> fault_answers_{0};
  Server server_{
      {.port = 0,
       .route_of = {},
       .fault_answer =
           [this](const Fault& fault, const Request&) {
             ++fault_answers_;
             return Response{fault.kind == FaultKind::too_many_requests ? 429 : fault.status, "{}", "application/json", {}};
           }},
      [this](const Request& request) {
        ++calls_;
        return Response{
            200, request.method + " " + request.path + " " + std::string(request.parameter("q")) + " " + request.body, "text/plain", {}};
      }};
  http::Client client_;
};

TEST_F(HttpServer, PassesMethodPathQueryAndBodyOn) {
  const auto answer = send("POST", "/a%20b?q=1%2B1+x&q=2", "body");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "POST /a b 1+1 x body");
}

TEST_F(HttpServer, AnswersManyClientsAtOnce) {
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      for (int k = 0; k < 20; ++k)
        if (status("/x") == 200) ++good;
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 160);
}

TEST_F(HttpServer, StrikesAsOftenAsTheRuleSaysAndOnlyOnItsRoute) {
  server_.faults().add({.kind = FaultKind::too_many_requests, .route = "GET /limited", .count = 2, .skip = 1, .retry_after_s = 7});
  EXPECT_EQ(status("/other"), 200);
  EXPECT_EQ(status("/limited"), 200);
  const auto struck = send("GET", "/limited");
  ASSERT_TRUE(struck);
  EXPECT_EQ(struck->status, 429);
  EXPECT_EQ(struck->header("retry-after"), "7");
  EXPECT_EQ(status("/limited"), 429);
  EXPECT_EQ(status("/limited"), 200);
  EXPECT_EQ(server_.faults().struck(), 2);
}

TEST_F(HttpServer, CutsTheConnectionBeforeOrAfterTheEffect) {
  server_.faults().add({.kind = FaultKind::cut_before});
  EXPECT_FALSE(send("POST", "/x", "1"));
  EXPECT_EQ(calls_, 0);
  server_.faults().add({.kind = FaultKind::cut_after});
  EXPECT_FALSE(send("POST", "/x", "1"));
  EXPECT_EQ(calls_, 1);
}

TEST_F(HttpServer, HangsWithoutAnAnswerUntilTheClientGivesUp) {
  server_.faults().add({.kind = FaultKind::hang});
  const auto answer = send("GET", "/x", "", milliseconds(200));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::deadline_exceeded);
  EXPECT_EQ(calls_, 0);
}

TEST_F(HttpServer, AnswersSlowlyButRightly) {
  server_.faults().add({.kind = FaultKind::slow, .delay_ms = 50});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(status("/x"), 200);
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(50));
}

TEST_F(HttpServer, IsSwitchedOverHttp) {
  ASSERT_EQ(send("POST", "/control/faults", R"({"seed":3,"faults":[{"kind":"server_error","status":503,"count":1}]})")->status, 200);
  EXPECT_EQ(status("/x"), 503);
  EXPECT_EQ(status("/x"), 200);
  EXPECT_NE(send("GET", "/control/faults")->body.find(R"("struck":1)"), std::string::npos);
  EXPECT_EQ(send("POST", "/control/faults", R"({"faults":[{"kind":"nonsense"}]})")->status, 400);
  EXPECT_EQ(send("POST", "/control/faults", "{")->status, 400);
  EXPECT_EQ(send("DELETE", "/control/faults")->status, 200);
  EXPECT_EQ(status("/control/health"), 200);
}

TEST_F(HttpServer, NamesThePortThatIsTaken) {
  try {
    const Server second({.port = server_.port(), .route_of = {}, .fault_answer = {}}, [](const Request&) { return Response{}; });
    FAIL() << "the port was given twice";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(std::to_string(server_.port())), std::string::npos);
  }
}

TEST_F(HttpServer, RefusesABodyThatIsTooLarge) {
  const Server small({.port = 0, .connections_max = 4, .body_bytes_max = 100, .route_of = {}, .fault_answer = {}},
                     [](const Request&) { return Response{}; });
  const auto answer = client_.send({"POST", small.url() + "/x", {}, std::string(200, 'x')}, milliseconds(5000));
  if (answer) {
    EXPECT_EQ(answer->status, 413);  // or the connection was cut while it was still being sent
  }
}

TEST(Faults, StrikeTheSameRequestsWithTheSameSeed) {
  const auto struck = [](std::uint64_t seed) {
    Faults faults(seed);
    faults.add({.kind = FaultKind::server_error, .route = "", .count = -1, .probability = 0.5});
    std::string out;
    for (int i = 0; i < 64; ++i) out += faults.strike("GET /x") ? '1' : '0';
    return out;
  };
  EXPECT_EQ(struck(7), struck(7));
  EXPECT_NE(struck(7), struck(8));
  EXPECT_NE(struck(7).find('0'), std::string::npos);
}

TEST(Message, DecodesForms) {
  EXPECT_EQ(url_decoded("a%27b+c%"), "a'b c%");
  const auto form = form_fields("grant_type=refresh_token&refresh_token=a%2Bb&empty=&&flag");
  EXPECT_EQ(form.at("refresh_token"), "a+b");
  EXPECT_EQ(form.at("empty"), "");
  EXPECT_EQ(form.count("flag"), 1u);
}

}  // namespace
}  // namespace q2o::sandbox
