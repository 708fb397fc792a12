#include "common/http/guard.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>

#include <cstring>
#include <fstream>

#include "common/http/address.h"
#include "common/http/http.h"
#include "common/testing/http_server.h"
#include "common/testing/testing.h"
#include "common/testing/tls_server.h"

namespace q2o::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string utf8(unsigned code) {
  std::string out;
  const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  if (code >= 0x10000) {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
  } else if (code >= 0x800) {
    add(0xe0 | code >> 12);
  }
  if (code >= 0x800)
    add(0x80 | (code >> 6 & 0x3f));
  else
    add(0xc0 | code >> 6);
  add(0x80 | (code & 0x3f));
  return out;
}

/// \xNN is a byte, \uNNNN a character (a pair of surrogates one of the higher ones).
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto number = [&](std::size_t digits) {
      const auto value = static_cast<unsigned>(std::stoul(text.substr(i + 2, digits), nullptr, 16));
      i += 2 + digits;
      return value;
    };
    const std::string_view begin = std::string_view(text).substr(i, 2);
    if (begin == "\\x") {
      out += static_cast<char>(number(2));
    } else if (begin == "\\u") {
      auto code = number(4);
      if (code >= 0xd800 && code < 0xdc00) code = 0x10000 + ((code - 0xd800) << 10) + (number(4) - 0xdc00);
      out += utf8(code);
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> out;
  std::ifstream in(std::string(Q2O_SOURCE_DIR) + "/libs/common/http/testdata/" + file);
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line.front() != '#') out.push_back(line);
  return out;
}

std::shared_ptr<const Guard> guard(bool allow_private = false) {
  return std::make_shared<const Guard>(GuardRules{.allow_private = allow_private});
}

TEST(Guard, RefusesEveryHostileAddressOfTheTable) {
  const auto hostile = lines_of("hostile_urls.txt");
  ASSERT_GE(hostile.size(), 80u);
  for (const auto& line : hostile) {
    const auto checked = guard()->check(unescaped(line));
    ASSERT_FALSE(checked) << line << " became " << *checked;
    EXPECT_EQ(checked.error().code, Code::invalid_argument) << line;
    EXPECT_THAT(checked.error().reason, ::testing::AnyOf("URL_INVALID", "ADDRESS_REFUSED")) << line;
    EXPECT_FALSE(checked.error().hint.empty()) << line;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("password@"))) << line;
  }
}

TEST(Guard, GivesAGoodAddressItsOneSpelling) {
  const std::map<std::string, std::string> good{
      {"https://books.example.com", "https://books.example.com"},
      {"HTTPS://Books.Example.COM:443/", "https://books.example.com"},
      {"https://books.example.com/a/../b/./c", "https://books.example.com/b/c"},
      {"https://books.example.com/odoo/", "https://books.example.com/odoo/"},
      {"https://b\u00fccher.example.com", "https://xn--bcher-kva.example.com"},
      {"https://fa\u00df.example.com", "https://xn--fa-hia.example.com"},
      {"https://xn--bcher-kva.example.com/odoo", "https://xn--bcher-kva.example.com/odoo"},
      {"https://my-company-1234567.dev.odoo.com", "https://my-company-1234567.dev.odoo.com"},
      {"https://127.0.0.1.books.example.com", "https://127.0.0.1.books.example.com"},  // a name; where it leads is seen when it is used
  };
  for (const auto& [given, expected] : good) {
    const auto checked = guard()->check(given);
    ASSERT_TRUE(checked) << given << ": " << checked.error().message;
    EXPECT_EQ(*checked, expected);
    EXPECT_EQ(*guard()->check(*checked), expected) << "a second look changes nothing";
  }
}

TEST(Guard, PermitsAQueryAndOtherPortsWhereTheRulesSaySo) {
  const Guard webhooks({.allow_query = true, .ports = {443, 8443}});
  EXPECT_EQ(*webhooks.check("https://hooks.example.com/x?key=a%20b"), "https://hooks.example.com/x?key=a%20b");
  EXPECT_EQ(*webhooks.check("https://hooks.example.com:8443/x"), "https://hooks.example.com:8443/x");
  EXPECT_FALSE(webhooks.check("https://hooks.example.com:22/x"));
}

TEST(Guard, InDevelopmentPrivateTargetsArePermittedButNoTricks) {
  EXPECT_EQ(*guard(true)->check("http://127.0.0.1:8069/"), "http://127.0.0.1:8069");
  EXPECT_EQ(*guard(true)->check("http://localhost:8069"), "http://localhost:8069");
  EXPECT_EQ(*guard(true)->check("http://[::1]:8069"), "http://[::1]:8069");
  for (const auto* bad : {"ftp://127.0.0.1", "http://user:pw@127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1/?x=1", ""})
    EXPECT_FALSE(guard(true)->check(bad)) << bad;
}

TEST(Address, IsPutIntoItsNetwork) {
  const auto rows = lines_of("addresses.txt");
  ASSERT_GE(rows.size(), 60u);
  for (const auto& row : rows) {
    const auto tab = row.find('\t'), space = row.find(' ');
    const std::string text = row.substr(tab + 1);
    sockaddr_storage storage{};
    if (text.find(':') == std::string::npos) {
      auto& four = reinterpret_cast<sockaddr_in&>(storage);
      four.sin_family = AF_INET;
      ASSERT_EQ(inet_pton(AF_INET, text.c_str(), &four.sin_addr), 1) << text;
    } else {
      auto& six = reinterpret_cast<sockaddr_in6&>(storage);
      six.sin6_family = AF_INET6;
      ASSERT_EQ(inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
    }
    const auto& address = reinterpret_cast<const sockaddr&>(storage);
    EXPECT_EQ(network_of(address).name, row.substr(space + 1, tab - space - 1)) << text;
    EXPECT_EQ(guard()->refuses(address).empty(), row.starts_with("everywhere")) << text;
    EXPECT_EQ(guard(true)->refuses(address).empty(), !row.starts_with("never")) << text;
  }
  sockaddr unix_socket{};
  unix_socket.sa_family = AF_UNIX;
  EXPECT_FALSE(guard(true)->refuses(unix_socket).empty());
}

/// The name server's answer is ours: what it says when the request is sent may be something else than before (DNS rebinding).
Result<Response> send(const std::string& url, std::vector<std::string> resolve, bool allow_private = false, std::string ca_file = {}) {
  Options options;
  options.guard = guard(allow_private);
  options.resolve = std::move(resolve);
  options.ca_file = std::move(ca_file);
  return Client(options).send({"GET", url, {}, {}}, 5s);
}

TEST(GuardedClient, ConnectsToNoAddressInsideWhateverTheNameServerSays) {
  for (const auto* address : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[fd00:ec2::254]",
                              "[64:ff9b::7f00:1]", "0.0.0.0", "192.168.1.1,127.0.0.1"}) {
    const auto answer = send("https://books.example.com/jsonrpc", {std::string("books.example.com:443:") + address});
    ASSERT_FALSE(answer) << address;
    EXPECT_EQ(answer.error().reason, "ADDRESS_REFUSED") << address << ": " << answer.error().message;
    EXPECT_EQ(answer.error().effect, Effect::none);
    EXPECT_EQ(answer.error().retry, Retry::never);
  }
}

TEST(GuardedClient, ANameThatTurnsToThisMachineAfterItWasCheckedReachesNothing) {
  const testing::Certificate certificate("books.example.com");
  testing::TlsHttpServer server(certificate, [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"; });
  Options options;
  options.guard = std::make_shared<const Guard>(GuardRules{.ports = {server.port()}});
  const auto port = std::to_string(server.port());
  const auto checked = options.guard->check("https://books.example.com:" + port);
  ASSERT_TRUE(checked) << "the name looks good";
  options.resolve = {"books.example.com:" + port + ":127.0.0.1"};
  options.ca_file = certificate.certificate_file;
  const auto answer = Client(options).send({"GET", *checked, {}, {}}, 5s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "ADDRESS_REFUSED");
  EXPECT_EQ(server.connections(), 0) << "not even a connection was made";
}

TEST(GuardedClient, RefusesTheTextBeforeItAsksANameServer) {
  EXPECT_EQ(send("http://books.example.com", {"books.example.com:80:127.0.0.1"}).error().reason, "ADDRESS_REFUSED");
  EXPECT_EQ(send("https://127.0.0.1/", {}).error().reason, "ADDRESS_REFUSED");
}

TEST(GuardedClient, UsesNoProxyOfTheEnvironment) {
  const testing::RawHttpServer proxy([](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"; });
  setenv("https_proxy", proxy.url("").c_str(), 1);
  const auto answer = send("https://books.example.com/", {"books.example.com:443:127.0.0.1"});
  unsetenv("https_proxy");
  EXPECT_EQ(answer.error().reason, "ADDRESS_REFUSED");
}

TEST(GuardedClient, TalksToAServerWhoseCertificateIsGoodAndToNoOther) {
  const testing::Certificate certificate("books.example.com"), another("other.example.com");
  testing::TlsHttpServer server(certificate, [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"; });
  const auto port = std::to_string(server.port());
  const std::string url = "https://books.example.com:" + port;
  const std::vector<std::string> here{"books.example.com:" + port + ":127.0.0.1", "other.example.com:" + port + ":127.0.0.1"};
  const auto answer = send(url, here, true, certificate.certificate_file);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
  for (const auto& refused : {send(url, here, true), send(url, here, true, another.certificate_file),
                              send("https://other.example.com:" + port, here, true, certificate.certificate_file)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "TLS_FAILED") << refused.error().message;
    EXPECT_EQ(refused.error().effect, Effect::none);
  }
}

TEST(GuardedClient, TellsHowFarARequestCame) {
  EXPECT_EQ(send("http://127.0.0.1:" + std::to_string(testing::free_port()), {}, true).error().reason, "CONNECTION_REFUSED");
  EXPECT_EQ(send("http://no-such-host.invalid", {}, true).error().reason, "HOST_UNKNOWN");
}

TEST(GuardedClient, AnEndlessHeadEnds) {
  const testing::RawHttpServer server([](const std::string&) {
    std::string head = "HTTP/1.1 200 OK\r\n";
    while (head.size() < (1u << 20)) head += "X-Filler: " + std::string(1000, 'x') + "\r\n";
    return head + "Content-Length: 0\r\n\r\n";
  });
  const auto answer = send(server.url("/"), {}, true);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "ANSWER_TOO_LARGE");
}

config::Reader settings(config::Reader::Environment environment) {
  return *config::Reader::open("", std::move(environment));
}

TEST(GuardRules, PrivateTargetsAreRefusedInProductionWhichIsTheDefault) {
  auto nothing = settings({}), local = settings({{"Q2O_TARGETS_ALLOW_PRIVATE", "true"}, {"Q2O_SERVICE_MODE", "development"}});
  auto forgotten = settings({{"Q2O_TARGETS_ALLOW_PRIVATE", "true"}});
  auto production = settings({{"Q2O_TARGETS_ALLOW_PRIVATE", "true"}, {"Q2O_SERVICE_MODE", "production"}});
  auto ports = settings({{"Q2O_TARGETS_PORTS", "443,8069"}}), no_port = settings({{"Q2O_TARGETS_PORTS", "443,x"}});
  EXPECT_FALSE(read_guard_rules(nothing).allow_private);
  EXPECT_TRUE(read_guard_rules(local).allow_private);
  EXPECT_EQ(read_guard_rules(ports).ports, (std::vector<int>{443, 8069}));
  EXPECT_THROW(read_guard_rules(forgotten), std::runtime_error);
  EXPECT_THROW(read_guard_rules(production), std::runtime_error);
  EXPECT_THROW(read_guard_rules(no_port), std::runtime_error);
}

}  // namespace
}  // namespace q2o::http
