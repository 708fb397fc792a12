#include "common/config/config.h"

#include <gmock/gmock.h>

#include <fstream>

namespace q2o::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string file_with(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

Reader reader(const std::string& toml, Reader::Environment environment = {}) {
  auto opened = Reader::open(file_with("config.toml", toml), std::move(environment));
  if (!opened) throw std::runtime_error(opened.error().message);
  return *opened;
}

TEST(Config, ReadsEveryKindAndLetsTheEnvironmentWin) {
  auto config =
      reader("[database]\nhost = \"here\"\nport = 5433\n[flags]\non = true\nwords = [\"a\", \"b\"]\n", {{"Q2O_DATABASE_HOST", "there"}});
  EXPECT_EQ(config.text("database.host"), "there");
  EXPECT_EQ(config.integer("database.port", 1, 1, 65535), 5433);
  EXPECT_TRUE(config.boolean("flags.on", false));
  EXPECT_THAT(config.list("flags.words", {}), ElementsAre("a", "b"));
  EXPECT_EQ(config.text("absent", "fallback"), "fallback");
  EXPECT_THAT(config.complaints(), IsEmpty());
}

TEST(Config, ComplainsAboutEverythingAtOnce) {
  auto config = reader("port = \"many\"\nworkers = 900\nflag = \"maybe\"\nleft_over = 1\nkey = \"inline\"\n");
  config.text("host");
  config.integer("port", 1, 1, 65535);
  config.integer("workers", 1, 1, 64);
  config.boolean("flag", false);
  config.secret("key");
  config.secret("other");
  EXPECT_THAT(config.complaints(), UnorderedElementsAre(HasSubstr("host: is missing"), HasSubstr("port: is not a whole number"),
                                                        HasSubstr("workers: must be from 1 to 64"),
                                                        HasSubstr("flag: must be true or false"), HasSubstr("key: a secret must not stand"),
                                                        HasSubstr("other: is missing"), HasSubstr("left_over: unknown key")));
}

TEST(Config, SecretsComeFromFilesOrTheEnvironmentAndAreNeverPrinted) {
  const auto path = file_with("password", "canary-1\n");
  auto config = reader("database.password_file = \"" + path + "\"\n", {{"Q2O_API_KEY", "canary-2"}});
  EXPECT_EQ(config.secret("database.password").reveal(), "canary-1");
  EXPECT_EQ(config.secret("api.key").reveal(), "canary-2");
  EXPECT_THAT(config.complaints(), IsEmpty());
  EXPECT_THAT(config.printable(), HasSubstr("database.password = ***"));
  EXPECT_THAT(config.printable(), Not(HasSubstr("canary")));
}

TEST(Config, NamesASecretFileThatIsAbsentOrEmpty) {
  auto absent = reader("a_file = \"/nowhere/at/all\"\nb_file = \"" + file_with("empty", "\n") + "\"\n");
  absent.secret("a");
  absent.secret("b");
  EXPECT_THAT(absent.complaints(), ::testing::Contains(HasSubstr("/nowhere/at/all")));
  EXPECT_THAT(absent.complaints(), ::testing::Contains(HasSubstr("is empty")));
}

TEST(Config, SaysWhereTheSyntaxIsWrong) {
  const auto opened = Reader::open(file_with("broken.toml", "a = 1\nb = = 2\n"), {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("broken.toml:2:"));
  EXPECT_FALSE(Reader::open("/nowhere/config.toml", {}));
}

TEST(Config, WorksWithoutAFile) {
  auto config = Reader::open("", {{"Q2O_KAFKA_BROKERS", "h:1"}});
  EXPECT_EQ(config->text("kafka.brokers"), "h:1");
  EXPECT_THAT(config->complaints(), IsEmpty());
}

}  // namespace
}  // namespace q2o::config
