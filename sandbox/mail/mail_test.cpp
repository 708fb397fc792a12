#include "sandbox/mail/mail.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "common/testing/testing.h"

namespace q2o::sandbox::mail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A client that is not ours: libcurl.
class MailSandboxTest : public ::testing::Test {
 protected:
  struct Sent {
    CURLcode code;
    long status;
  };
  Sent send(const std::string& message, bool tls = true, const std::string& user = {}) {
    CURL* curl = curl_easy_init();
    const auto certificate = ::testing::TempDir() + "q2o-mail-" + std::to_string(sandbox_.smtp_port()) + ".pem";
    std::ofstream(certificate) << sandbox_.certificate_pem();
    const auto url = "smtp://localhost:" + std::to_string(sandbox_.smtp_port());
    curl_slist* to = curl_slist_append(nullptr, "<ann@example.com>");
    std::string_view left = message;
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    curl_easy_setopt(curl, CURLOPT_CAINFO, certificate.c_str());
    if (!user.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, "secret");
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "<q2o@example.com>");
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READDATA, &left);
    curl_easy_setopt(
        curl, CURLOPT_READFUNCTION, +[](char* buffer, std::size_t size, std::size_t count, void* user_data) -> std::size_t {
          auto& rest = *static_cast<std::string_view*>(user_data);
          const auto piece = std::min(size * count, rest.size());
          std::memcpy(buffer, rest.data(), piece);
          rest.remove_prefix(piece);
          return piece;
        });
    Sent out{curl_easy_perform(curl), 0};
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out.status);
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    return out;
  }
  Node asked(const std::string& method, const std::string& path, const std::string& body = {}) {
    const auto answer = sandbox_.handle({.method = method, .path = path, .body = body});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return *Node::parse(answer.body);
  }

  static constexpr const char* kMail =
      "Subject: =?UTF-8?B?QsO8Y2hlcg==?=\r\nMessage-ID: <1@q2o>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n"
      "--=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "Gr=C3=BC=C3=9Fe: https://q.example/verify?token=3Da.b=\r\nc\r\n..two dots\r\n"
      "--=_b\r\nContent-Type: text/html\r\n\r\n<a href=\"https://q.example/x?a=1&amp;b=2\">x</a>\r\n--=_b--\r\n";
  MailSandbox sandbox_{0};
};

TEST_F(MailSandboxTest, KeepsAMailAsAMailProgramShowsIt) {
  ASSERT_EQ(send(kMail).code, CURLE_OK);
  const auto box = asked("GET", "/mailbox");
  ASSERT_EQ(box["mails"].items().size(), 1u);
  const auto& mail = box["mails"].items()[0];
  EXPECT_EQ(mail["from"].text(), "q2o@example.com");
  EXPECT_EQ(mail["to"].items()[0].text(), "ann@example.com");
  EXPECT_EQ(mail["subject"].text(), "Bücher");
  EXPECT_THAT(mail["text"].text(), HasSubstr("Grüße: https://q.example/verify?token=a.bc\r\n..two dots"));
  EXPECT_EQ(mail["links"].items()[0].text(), "https://q.example/verify?token=a.bc");
  EXPECT_THAT(mail["html"].text(), HasSubstr("<a href="));
  EXPECT_TRUE(mail["tls"].truthy());
  EXPECT_EQ(asked("DELETE", "/mailbox")["mails"].items().size(), 0u);
}

TEST_F(MailSandboxTest, ACopyIsShownOnce) {
  send(kMail);
  send(kMail);
  const auto box = asked("GET", "/mailbox");
  ASSERT_EQ(box["mails"].items().size(), 1u);
  EXPECT_EQ(box["mails"].items()[0]["copies"].text(), "2");
}

TEST_F(MailSandboxTest, TakesASignInInsideOfTls) {
  EXPECT_EQ(send(kMail, true, "q2o").code, CURLE_OK);
}

TEST_F(MailSandboxTest, FailsAsItIsTold) {
  asked("POST", "/control/smtp", R"({"faults": [{"kind": "reply", "at": "rcpt", "code": 550, "text": "5.1.1 unknown"}]})");
  EXPECT_EQ(send(kMail).status, 550);
  asked("POST", "/control/smtp", R"({"faults": [{"kind": "reply", "at": "dot", "code": 451}, {"kind": "drop", "at": "dot"}]})");
  EXPECT_EQ(send(kMail).status, 451);
  EXPECT_EQ(asked("GET", "/mailbox")["mails"].items().size(), 0u);
  EXPECT_NE(send(kMail).code, CURLE_OK) << "taken, but the connection ends before the answer";
  const auto box = asked("GET", "/mailbox");
  ASSERT_EQ(box["mails"].items().size(), 1u);
  EXPECT_FALSE(box["mails"].items()[0]["answered"].truthy());
  asked("POST", "/control/smtp", R"({"starttls": false})");
  EXPECT_EQ(send(kMail).code, CURLE_USE_SSL_FAILED);
  EXPECT_EQ(send(kMail, false).code, CURLE_OK);
  EXPECT_EQ(
      sandbox_.handle({.method = "POST", .path = "/control/smtp", .body = R"({"faults": [{"kind": "explode", "at": "dot"}]})"}).status,
      400);
}

TEST_F(MailSandboxTest, ProgramsAnswerByTheirScript) {
  asked("POST", "/control/hooks", R"({"name": "books", "statuses": [500, 200]})");
  Request call{.method = "POST", .path = "/hook/books", .headers = {{"webhook-id", "msg_1"}}, .body = "{}"};
  EXPECT_EQ(sandbox_.handle(call).status, 500);
  EXPECT_EQ(sandbox_.handle(call).status, 200);
  EXPECT_EQ(sandbox_.handle(call).status, 200);
  const auto calls = asked("GET", "/hooks/books")["calls"];
  ASSERT_EQ(calls.items().size(), 3u);
  EXPECT_EQ(calls.items()[0]["headers"]["webhook-id"].text(), "msg_1");
}

TEST(MessageReader, ReadsWhatIsBrokenAsFarAsItGoes) {
  for (const std::string raw : {"", "x", "Subject: a", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", "Subject: =?UTF-8?B?",
                                "A: =?u?q?=C3?=\r\n\r\n=", "Content-Type: multipart/mixed; boundary=\r\n\r\n----"})
    read_message(raw);
  EXPECT_THAT(read_message("Subject: two\r\n lines\r\n\r\nbody").headers, ::testing::Contains(::testing::Pair("subject", "two lines")));
  EXPECT_EQ(words_decoded("=?UTF-8?Q?a_b=3D?= =?UTF-8?B?Yw==?= d"), "a b=c d");
}

}  // namespace
}  // namespace q2o::sandbox::mail
