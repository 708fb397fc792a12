#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/doctor.h"
#include "common/testing/testing.h"
#include "common/testing/tls_server.h"

namespace q2o::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string content(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// "certificate valid, edge answers": what is found at an edge that shows this certificate and answers so.
std::string found(const testing::Certificate& shown, const std::string& authorities, const std::string& answer, Findings* all = nullptr) {
  const testing::TlsHttpServer server(
      shown, [&](const std::string&) { return "HTTP/1.1 " + answer + "\r\nConnection: close\r\nContent-Length: 13\r\n\r\nNOT_SIGNED_IN"; });
  Session session;
  session.login = Login{"https://localhost:" + std::to_string(server.port()), authorities, {}, {}, "", ""};
  Findings findings;
  check_edge(session, findings);
  std::string out;
  for (const auto& finding : findings) out += (out.empty() ? "" : ", ") + finding.what + " " + finding.state;
  if (all != nullptr) *all = findings;
  return out;
}

TEST(DoctorAtTheEdge, SaysWhatIsWrongWithTheCertificateAndWhetherIdentityAnswers) {
  const testing::Certificate ours("localhost"), other("books.example.com");
  Findings all;
  EXPECT_EQ(found(ours, content(ours.certificate_file), "401 Unauthorized", &all), "certificate valid, edge answers");
  for (const auto& finding : all) EXPECT_TRUE(finding.good()) << finding.what << ": " << finding.todo;
  EXPECT_THAT(all.at(0).detail, AllOf(HasSubstr("of localhost, until 20"), HasSubstr(" days)")));
  EXPECT_EQ(found(ours, content(other.certificate_file), "401 Unauthorized", &all), "certificate not trusted, edge answers");
  EXPECT_THAT(all.at(0).todo, HasSubstr("q2o login --ca"));
  EXPECT_EQ(found(other, content(other.certificate_file), "401 Unauthorized"), "certificate other, edge answers");
  EXPECT_EQ(found(ours, content(ours.certificate_file), "503 Service Unavailable", &all), "certificate valid, edge closed");
  EXPECT_THAT(all.at(1).todo, HasSubstr("SERVICE=identity"));
  EXPECT_EQ(found(ours, content(ours.certificate_file), "200 OK"), "certificate valid, edge strange");
}

TEST(DoctorAtTheEdge, SaysThatNobodyAnswersAndNothingWhereThereIsNone) {
  Session session;
  Findings findings;
  ::unsetenv("Q2O_PORT_EDGE");
  check_edge(session, findings);
  EXPECT_THAT(findings, IsEmpty());
  session.login = Login{"https://localhost:" + std::to_string(testing::free_port()), "", {}, {}, "", ""};
  check_edge(session, findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].state, "down");
  EXPECT_FALSE(findings[0].good());
}

}  // namespace
}  // namespace q2o::cli
