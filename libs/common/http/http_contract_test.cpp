#include <gmock/gmock.h>

#include <latch>

#include "common/http/http.h"
#include "common/testing/http_server.h"
#include "common/testing/testing.h"

namespace q2o::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string answer(const std::string& head, const std::string& body) {
  return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<Response> get(const std::string& url, std::chrono::milliseconds deadline = 10s, Options options = {}) {
  return Client(options).send({"GET", url, {}, {}}, deadline);
}

TEST(Http, SendsMethodHeadersAndBodyAsGiven) {
  std::string seen;
  const testing::RawHttpServer server([&](const std::string& request) {
    seen = request;
    return answer("200 OK\r\nX-Answer: yes", "{\"a\":12.10}");
  });
  const auto response =
      Client().send({"POST", server.url("/path?x=1"), {{"Content-Type", "application/json"}, {"X-Key", "k"}}, "{\"b\":1}"}, 10s);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "{\"a\":12.10}");
  EXPECT_EQ(response->header("x-ANSWER"), "yes");
  EXPECT_EQ(response->header("absent"), "");
  EXPECT_THAT(seen, HasSubstr("POST /path?x=1 HTTP/1.1"));
  EXPECT_THAT(seen, HasSubstr("X-Key: k"));
  EXPECT_TRUE(seen.ends_with("{\"b\":1}"));
}

TEST(Http, ReadsRetryAfterAsSecondsAndAsDate) {
  const testing::RawHttpServer server([](const std::string& request) {
    const bool date = request.find("/date") != std::string::npos;
    return answer(date ? "503 Busy\r\nRetry-After: Wed, 21 Oct 2099 07:28:00 GMT" : "429 Slow\r\nRetry-After: 7", "");
  });
  EXPECT_EQ(get(server.url("/seconds"))->retry_after(), 7s);
  EXPECT_GT(get(server.url("/date"))->retry_after(), std::chrono::hours(24));
  Response nothing;
  EXPECT_EQ(nothing.retry_after(), 0ms);
}

TEST(Http, EveryStatusIsAnAnswer) {
  const testing::RawHttpServer server([](const std::string&) { return answer("500 Broken", "oops"); });
  const auto response = get(server.url("/"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
}

TEST(Http, FollowsNoRedirect) {
  const testing::RawHttpServer server([](const std::string&) { return answer("302 Found\r\nLocation: http://127.0.0.1:1/", ""); });
  EXPECT_EQ(get(server.url("/"))->status, 302);
}

TEST(Http, RefusesABodyBeyondTheLimit) {
  const testing::RawHttpServer server([](const std::string&) { return answer("200 OK", std::string(100000, 'x')); });
  Options small;
  small.body_bytes_max = 1000;
  const auto response = get(server.url("/"), 10s, small);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::resource_exhausted);
}

TEST(Http, KeepsTheDeadlineWhenTheServerIsSilent) {
  std::latch asked_to_end(1);
  const testing::RawHttpServer server([&](const std::string&) {
    asked_to_end.wait();
    return std::string();
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto response = get(server.url("/"), 200ms);
  asked_to_end.count_down();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::deadline_exceeded);
  EXPECT_EQ(response.error().effect, Effect::unknown);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(Http, AnAnswerCutShortHasUnknownEffect) {
  const testing::RawHttpServer server([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"; });
  const auto response = get(server.url("/"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::unavailable);
  EXPECT_EQ(response.error().effect, Effect::unknown);
}

TEST(Http, WhatWasSentOnAKeptConnectionIsNotSentAgain) {
  for (const std::string body : {"{\"b\":1}", ""}) {
    std::atomic<int> lost = 0;
    const testing::RawHttpServer server(
        [&](const std::string& request) {
          if (request.find("/lost") == std::string::npos) return answer("200 OK", "");
          ++lost;
          return std::string();
        },
        true);
    Client client;
    ASSERT_TRUE(client.send({"POST", server.url("/kept"), {}, "1"}, 10s));
    const auto response = client.send({"POST", server.url("/lost"), {}, body}, 10s);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().effect, Effect::unknown);
    EXPECT_EQ(response.error().reason, "NO_ANSWER");
    EXPECT_EQ(lost, 1) << body;
  }
}

TEST(Http, ARefusedConnectionHadNoEffect) {
  const auto response = get("http://127.0.0.1:" + std::to_string(testing::free_port()) + "/");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::unavailable);
  EXPECT_EQ(response.error().effect, Effect::none);
}

TEST(Http, SpeaksHttpOnly) {
  EXPECT_FALSE(get("file:///etc/hostname"));
}

TEST(Http, ServesManyCallersAtOnce) {
  const testing::RawHttpServer server(
      [](const std::string& request) { return answer("200 OK", request.substr(4, request.find(' ', 4) - 4)); });
  Client client;
  std::atomic<int> good = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 20; ++i) {
    callers.emplace_back([&, i] {
      const std::string path = "/" + std::to_string(i);
      const auto response = client.send({"GET", server.url(path), {}, {}}, 10s);
      if (response && response->body == path) ++good;
    });
  }
  callers.clear();
  EXPECT_EQ(good, 20);
}

TEST(Http, EncodesTextForUrls) {
  EXPECT_EQ(percent_encode("a b/ü?~"), "a%20b%2F%C3%BC%3F~");
}

}  // namespace
}  // namespace q2o::http
