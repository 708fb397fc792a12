#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/testing/process.h"
#include "common/testing/testing.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "sandbox/http/server.h"
#include "sandbox/quickbooks/sandbox.h"

namespace q2o::connector::testing {

/// The sandbox's QuickBooks for one company over real HTTP.
struct PlayedSource {
  enum class Limits { enforced, none };
  explicit PlayedSource(sandbox::Company company, Limits limits = Limits::enforced)
      : expected(company), quickbooks(std::move(company), played(limits)), server(options(), quickbooks.http_handler()) {}
  static sandbox::quickbooks::Options played(Limits limits) {
    sandbox::quickbooks::Options out;
    out.limits.enforced = limits == Limits::enforced;
    return out;
  }
  sandbox::ServerOptions options() {
    sandbox::ServerOptions out;
    out.fault_answer = [this](const sandbox::Fault& fault, const sandbox::Request& request) {
      return quickbooks.fault_answer(fault, request);
    };
    return out;
  }
  sandbox::Company expected;
  sandbox::quickbooks::Sandbox quickbooks;
  sandbox::Server server;
};

/// The real program with a real database and broker, started and killed at will.
class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = q2o::testing::temporary_directory("connector");
    std::ofstream(folder_ + "/key") << std::string(64, 'a') << "\n";
    std::filesystem::permissions(folder_ + "/key", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    bus_.brokers = q2o::testing::Kafka::instance().brokers();
    bus_.service = "test";
    const auto declared = bus::declare_topics(bus_, std::string(Q2O_SOURCE_DIR) + "/config/topics.toml");
    ASSERT_TRUE(declared) << declared.error().message;
    database_ = q2o::testing::Postgres::instance().fresh_schema();
    port_ = q2o::testing::free_port();
  }
  void TearDown() override {
    if (pid_ > 0) q2o::testing::signal_and_wait(pid_, SIGTERM, std::chrono::seconds(12));
  }
  /// `failpoints` as in Q2O_FAILPOINTS; empty: none.
  void start(const std::string& failpoints = {}) {
    const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
    set("Q2O_GRPC_LISTEN", fmt::format("127.0.0.1:{}", port_));
    set("Q2O_KAFKA_BROKERS", bus_.brokers);
    set("Q2O_DATABASE_HOST", database_.host);
    set("Q2O_DATABASE_PORT", std::to_string(database_.port));
    set("Q2O_DATABASE_USER", database_.user);
    set("Q2O_DATABASE_NAME", database_.database);
    set("Q2O_DATABASE_SCHEMA", database_.schema);
    set("Q2O_DATABASE_PASSWORD", database_.password.empty() ? "unused" : database_.password.reveal());
    set("Q2O_CRYPTO_KEY_FILE", folder_ + "/key");
    set("Q2O_CONFIG_DIR", std::filesystem::exists(folder_ + "/config") ? folder_ + "/config" : std::string(Q2O_SOURCE_DIR) + "/config");
    set("Q2O_WORKER_LEASE_MS", "1000");
    set("Q2O_SERVICE_MODE", "development");
    set("Q2O_TARGETS_ALLOW_PRIVATE", "true");
    if (failpoints.empty())
      ::unsetenv("Q2O_FAILPOINTS");
    else
      set("Q2O_FAILPOINTS", failpoints);
    pid_ = q2o::testing::start({{Q2O_CONNECTOR_PROGRAM}, folder_ + "/log", false});
    stub_ = v1::ConnectorService::NewStub(rpc::channel(fmt::format("127.0.0.1:{}", port_)));
  }
  void kill_hard() {
    q2o::testing::signal_and_wait(pid_, SIGKILL, std::chrono::seconds(5));
    pid_ = 0;
  }
  std::unique_ptr<grpc::ClientContext> context() { return rpc::context(tenant_, "test", std::chrono::seconds(20)); }

  const std::string tenant_ = ids::uuid_v4();
  std::string folder_;
  bus::Options bus_;
  pg::Options database_;
  int port_ = 0;
  pid_t pid_ = 0;
  std::unique_ptr<v1::ConnectorService::Stub> stub_;
};

}  // namespace q2o::connector::testing
