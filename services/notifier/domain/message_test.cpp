#include "services/notifier/domain/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

Letter letter() {
  return {"Quick2Odoo",
          "hello@quick2odoo.example",
          "Ann \"Ace\" Lee",
          "ann@example.com",
          "The books match",
          "Hello Ann,\nall is well.\n",
          "<p>Hello Ann</p>",
          "m1@quick2odoo.example",
          "https://q.example/api/v1/unsubscribe/t",
          std::chrono::system_clock::time_point(1'775'000'000s)};
}

TEST(Message, HasTheHeadersThatMailProgramsLookFor) {
  const auto raw = write_message(letter()).value();
  EXPECT_THAT(raw, HasSubstr("Date: Tue, 31 Mar 2026 23:33:20 +0000\r\n"));
  EXPECT_THAT(raw, HasSubstr("From: \"Quick2Odoo\" <hello@quick2odoo.example>\r\n"));
  EXPECT_THAT(raw, HasSubstr("To: \"Ann \\\"Ace\\\" Lee\" <ann@example.com>\r\n"));
  EXPECT_THAT(raw, HasSubstr("Message-ID: <m1@quick2odoo.example>\r\n"));
  EXPECT_THAT(raw, HasSubstr("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(raw, HasSubstr("List-Unsubscribe: <https://q.example/api/v1/unsubscribe/t>\r\n"));
  EXPECT_THAT(raw, HasSubstr("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
  EXPECT_LT(raw.find("text/plain"), raw.find("text/html")) << "the last part is the preferred one";
}

TEST(Message, AnEssentialOneCannotBeUnsubscribed) {
  auto mail = letter();
  mail.unsubscribe_url.clear();
  EXPECT_THAT(write_message(mail).value(), Not(HasSubstr("List-Unsubscribe")));
}

TEST(Message, LinesEndAsTheMailServerWantsAndAreShort) {
  auto mail = letter();
  mail.text = std::string(5000, 'x') + "\n.\nend\r\nof it";
  mail.subject = std::string(300, 'y') + "ü";
  const auto raw = write_message(mail).value();
  std::size_t begin = 0;
  for (auto end = raw.find('\n'); end != std::string::npos; end = raw.find('\n', begin)) {
    ASSERT_GT(end, 0u);
    EXPECT_EQ(raw[end - 1], '\r');
    EXPECT_LE(end - begin, 998u);
    begin = end + 1;
  }
}

TEST(Message, NothingCanBeSmuggledIntoAHeader) {
  for (auto field : {&Letter::subject, &Letter::to_name, &Letter::from_name, &Letter::message_id, &Letter::unsubscribe_url}) {
    for (const auto* bad : {"a\r\nBcc: x@example.com", "a\nb", "a\rb"}) {
      auto mail = letter();
      mail.*field = bad;
      EXPECT_EQ(write_message(mail).error().reason, "BAD_HEADER");
    }
  }
  auto mail = letter();
  mail.to_address = "ann@example.com>\r\nRCPT TO:<b@example.com";
  EXPECT_EQ(write_message(mail).error().reason, "BAD_ADDRESS");
}

TEST(Message, KnowsAddresses) {
  for (const auto* good : {"a@b.co", "ann.lee+books@mail.example.com", "x@localhost", "o'neil@example.com"})
    EXPECT_TRUE(is_address(good)) << good;
  for (const auto* bad : {"", "a", "@b.co", "a@", "a@b", "a b@c.de", "a@b@c.de", "a@b..de", "a@.de", "a@b.de.", "<a@b.de>", "a@b.de\n",
                          "ä@b.de", "a,b@c.de", "a@b_c.de"})
    EXPECT_FALSE(is_address(bad)) << bad;
}

TEST(QuotedPrintable, KeepsTextReadableAndLinesShort) {
  EXPECT_EQ(quoted_printable("a=b \nc\t\nÄ"), "a=3Db=20\r\nc=09\r\n=C3=84");
  const auto folded = quoted_printable(std::string(76, 'x') + "\n" + std::string(77, 'y'));
  EXPECT_EQ(folded, std::string(76, 'x') + "\r\n" + std::string(75, 'y') + "=\r\nyy");
}

TEST(HeaderText, EncodesOnlyWhatNeedsIt) {
  EXPECT_EQ(header_text("The books match: 127"), "The books match: 127");
  EXPECT_EQ(header_text("Bücher"), "=?UTF-8?B?QsO8Y2hlcg==?=");
  std::string umlauts;
  for (int i = 0; i < 40; ++i) umlauts += "ü";
  const auto encoded = header_text("x" + umlauts);
  EXPECT_THAT(encoded, HasSubstr("?=\r\n =?UTF-8?B?"));
  for (std::size_t begin = 0; begin < encoded.size();) {
    const auto end = std::min(encoded.find("\r\n", begin), encoded.size());
    EXPECT_LE(end - begin, 76u);
    begin = end + 2;
  }
}

}  // namespace
}  // namespace q2o::notifier
