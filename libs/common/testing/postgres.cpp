#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "common/testing/process.h"
#include "common/testing/testing.h"

namespace q2o::testing {
namespace {

const std::string kAdministrator = "q2o", kService = "q2o_service";
const std::string kBin = "/usr/lib/postgresql/15/bin/";

class Cluster {
 public:
  Cluster() : directory_(temporary_directory("postgres", true)), log_(directory_ + "/log") {
    run({{kBin + "initdb", "-D", directory_ + "/data", "-U", kAdministrator, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
          "--no-sync"},
         log_,
         true});
    boot();
  }
  ~Cluster() { signal_and_wait(pid_, SIGQUIT, std::chrono::seconds(10)); }

  void boot() {
    // fsync off: the tests end processes, not machines. No TCP: the socket's directory is the address.
    pid_ = start({{kBin + "postgres", "-D", directory_ + "/data", "-k", directory_, "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                   "max_connections=200", "-c", "shared_buffers=64MB", "-c", "deadlock_timeout=100ms"},
                  log_,
                  true});
    if (!eventually([&] { return access((directory_ + "/.s.PGSQL.5432").c_str(), F_OK) == 0 && answers(); })) {
      throw std::runtime_error("Postgres does not start:\n" + tail_of(log_));
    }
  }

  void restart() {
    signal_and_wait(pid_, SIGQUIT, std::chrono::seconds(10));
    boot();
  }

  pg::Options options() const {
    pg::Options out;
    out.host = directory_;
    out.user = kAdministrator;
    out.database = "postgres";
    return out;
  }

 private:
  bool answers() const {
    try {
      run({{kBin + "pg_isready", "-q", "-h", directory_}, log_, true});
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  std::string directory_;
  std::string log_;
  pid_t pid_ = 0;
};

Cluster& cluster() {
  static Cluster instance;
  return instance;
}

}  // namespace

Postgres& Postgres::instance() {
  cluster();
  static Postgres instance;
  return instance;
}

pg::Options Postgres::fresh_schema() {
  static std::atomic<int> number = 0;
  auto out = cluster().options();
  out.schema = "test_" + std::to_string(++number);
  auto as_administrator = out;
  as_administrator.connections = 1;
  pg::Pool(as_administrator).transact([&](pg::Tx& tx) {
    if (tx.exec("select 1 from pg_roles where rolname = $1", {kService}).empty()) tx.exec("create role " + kService + " login");
    tx.exec("create schema " + out.schema + " authorization " + kService);
  });
  // No superuser, as in production: that one would pass every row level security.
  out.user = kService;
  return out;
}

void Postgres::restart_immediately() {
  cluster().restart();
}

}  // namespace q2o::testing
