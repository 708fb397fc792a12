#include "services/notifier/adapters/mail_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace q2o::notifier {
namespace {

MailSettings read(config::Reader::Environment environment) {
  environment.emplace("Q2O_SMTP_HOST", "mail.example.com");
  auto reader = config::Reader::open("", environment);
  return read_mail_settings(*reader);
}

TEST(MailSettings, MailsGoInClearInDevelopmentOnly) {
  const auto in_mode = [](const config::Reader::Environment& mode) {
    auto environment = mode;
    environment.emplace("Q2O_SMTP_SECURITY", "none");
    return read(environment).server.security;
  };
  EXPECT_THROW(in_mode({}), std::runtime_error) << "production, where nothing else is said";
  EXPECT_THROW(in_mode({{"Q2O_SERVICE_MODE", "production"}}), std::runtime_error);
  EXPECT_EQ(in_mode({{"Q2O_SERVICE_MODE", "development"}}), SmtpClient::Security::none);
}

TEST(MailSettings, AreEncryptedWhereverTheServiceRuns) {
  EXPECT_EQ(read({}).server.security, SmtpClient::Security::starttls);
  EXPECT_EQ(read({{"Q2O_SMTP_SECURITY", "tls"}}).server.security, SmtpClient::Security::tls);
  EXPECT_THROW(read({{"Q2O_SMTP_SECURITY", "opportunistic"}}), std::runtime_error);
}

}  // namespace
}  // namespace q2o::notifier
