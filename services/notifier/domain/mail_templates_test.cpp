#include "services/notifier/domain/mail_templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "services/notifier/domain/notices.h"

namespace q2o::notifier {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A folder of templates that a test writes.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("q2o-mails-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
    put("layout.text", "{{{content}}}");
    put("layout.html", "<i>{{{content}}}</i>");
    put("mails.toml", "[[mail]]\nevent = \"a.b\"\nvalues = [\"x\"]\n");
    put("a.b.subject", "about {{x}}");
    put("a.b.text", "x is {{x}}");
    put("a.b.html", "<p>{{x}}</p>");
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void put(const std::string& name, const std::string& text) { std::ofstream(path_ / name) << text; }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(MailTemplates, OursAreWhole) {
  const auto mails = MailTemplates::read(std::string(Q2O_SOURCE_DIR) + "/config/mails");
  ASSERT_TRUE(mails) << mails.error().message;
  for (const auto* event :
       {"account.verify", "account.reset", "account.taken", "account.password_changed", "security.new_login", "org.invite", "billing.paid",
        "billing.refunded", "billing.refund_failed", "billing.failed", "billing.disputed", "billing.dispute_over", "billing.plan_changed",
        "connection.broken", "job.needs_you", "job.completed", "job.failed"}) {
    ASSERT_NE(mails->kind(event), nullptr) << event;
    Values values{{"name", "Ann"}, {"home", "https://q.example"}};
    for (const auto& value : mails->kind(event)->values) values[value] = value == "link" ? "https://q.example/?a=1&b=2" : "<" + value + ">";
    const auto mail = mails->render(event, values);
    EXPECT_FALSE(mail.subject.empty());
    EXPECT_THAT(mail.text, HasSubstr("https://q.example/?a=1&b=2")) << event;
    EXPECT_THAT(mail.html, HasSubstr("https://q.example/?a=1&amp;b=2")) << event;
    EXPECT_THAT(mail.html, HasSubstr("href=")) << event;
    for (const auto& value : mails->kind(event)->values) EXPECT_THAT(mail.html, Not(HasSubstr("<" + value + ">"))) << event;
    EXPECT_THAT(mail.html + mail.text, Not(HasSubstr("{{"))) << event;
  }
  EXPECT_EQ(mails->kind("job.started"), nullptr) << "webhooks only";
}

TEST(MailTemplates, ValuesAreEscapedInHtmlOnly) {
  const Folder folder;
  const auto mails = MailTemplates::read(folder.path());
  ASSERT_TRUE(mails) << mails.error().message;
  const auto mail = mails->render("a.b", {{"x", "<b>\"&'\n"}});
  EXPECT_EQ(mail.text, "x is <b>\"&'\n");
  EXPECT_EQ(mail.html, "<i><p>&lt;b&gt;&quot;&amp;&apos;\n</p></i>");
  EXPECT_EQ(mail.subject, "about <b>\"&'");
  EXPECT_EQ(mails->render("a.b", {}).text, "x is ");
}

TEST(MailTemplates, WhatPeopleTypedIsNoLink) {
  EXPECT_EQ(unlinked("Prizes: https://evil.example/x"), "Prizes: https:\u200b//evil.\u200bexample/x");
  EXPECT_EQ(unlinked("xn--bcher-kva.example, b\u00fccher.example"), "xn--bcher-kva.\u200bexample, b\u00fccher.\u200bexample");
  for (const std::string as_it_is : {"", ".", "2,099.00 USD", "No. 5", "Cool Cars Ltd.", "2026-11-30 12:05 UTC", "..."})
    EXPECT_EQ(unlinked(as_it_is), as_it_is);
  const auto mails = MailTemplates::read(std::string(Q2O_SOURCE_DIR) + "/config/mails");
  ASSERT_TRUE(mails) << mails.error().message;
  const auto mail = mails->render("org.invite", {{"name", "evil.example"},
                                                 {"company", "Win at evil.example"},
                                                 {"invited_by", "ann@good.example"},
                                                 {"role", "viewer"},
                                                 {"expires", "2026-11-30 12:05 UTC"},
                                                 {"home", "https://q.example"},
                                                 {"link", "https://q.example/invitation?token=x"}});
  for (const auto& text : {mail.subject, mail.text, mail.html}) {
    EXPECT_THAT(text, HasSubstr("evil.\u200bexample"));
    EXPECT_THAT(text, Not(HasSubstr("evil.example")));
    EXPECT_THAT(text, HasSubstr("ann@good.example"));
  }
  EXPECT_THAT(mail.text, HasSubstr("https://q.example/invitation?token=x"));
}

TEST(MailTemplates, EveryComplaintIsMadeAtOnce) {
  Folder folder;
  folder.put("mails.toml", "[[mail]]\nevent = \"a.b\"\nvalues = [\"x\"]\n[[mail]]\nevent = \"c\"\n");
  folder.put("a.b.text", "{{z}}");
  folder.put("a.b.html", "{{{x}}}{{&x}}{{#x}}");
  const auto mails = MailTemplates::read(folder.path());
  ASSERT_FALSE(mails);
  for (const auto* part : {"c.subject is missing", "c.text is missing", "a.b.text names 'z'", "{{{x}}} is not allowed",
                           "{{&x}} is not allowed", "a.b.html is no valid mustache"})
    EXPECT_THAT(mails.error().message, HasSubstr(part));
}

}  // namespace
}  // namespace q2o::notifier
