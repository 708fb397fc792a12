#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "common/pg/pg.h"
#include "common/testing/process.h"
#include "common/testing/testing.h"

namespace q2o::pg {
namespace {

sockaddr_un address_of(const std::string& directory) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  const std::string path = directory + "/.s.PGSQL.5432";
  path.copy(out.sun_path, sizeof out.sun_path - 1);
  return out;
}

/// Stands between us and Postgres for one connection. It passes the first COMMIT on, but never its answer.
class SwallowsCommitAnswers {
 public:
  explicit SwallowsCommitAnswers(const std::string& server) : directory(testing::temporary_directory("gate")), server_(server) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = address_of(directory);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listener_, 8) != 0)
      throw std::runtime_error("gate");
    thread_ = std::jthread([this] {
      for (int client = accept(listener_, nullptr, nullptr); client >= 0; client = accept(listener_, nullptr, nullptr)) serve(client);
    });
  }
  ~SwallowsCommitAnswers() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  const std::string directory;
  std::atomic<int> commits = 0;

 private:
  void serve(int client) {
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = address_of(server_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) pass(client, server);
    close(client);
    close(server);
  }

  void pass(int client, int server) {
    char buffer[8192];
    for (;;) {
      pollfd both[2]{{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (poll(both, 2, 20000) <= 0) return;
      const bool from_client = both[0].revents != 0;
      const auto size = read(from_client ? client : server, buffer, sizeof buffer);
      if (size <= 0 || write(from_client ? server : client, buffer, static_cast<std::size_t>(size)) != size) return;
      if (!from_client || std::string_view(buffer, static_cast<std::size_t>(size)).find("COMMIT") == std::string_view::npos) continue;
      ++commits;
      if (read(server, buffer, sizeof buffer) <= 0) return;  // done over there, and nobody here will know
      return;
    }
  }

  std::string server_;
  int listener_ = -1;
  std::jthread thread_;
};

TEST(CommitInDoubt, IsToldAndNeverRepeated) {
  const auto direct = testing::Postgres::instance().fresh_schema();
  Pool observer(direct);
  migrate(observer, {{"001.sql", "create table effect (at timestamptz default now());"}});
  SwallowsCommitAnswers gate(direct.host);
  auto through_gate = direct;
  through_gate.host = gate.directory;
  int attempts = 0;
  Pool pool(through_gate);
  EXPECT_THROW(pool.transact([&](Tx& tx) {
    ++attempts;
    tx.exec("insert into effect default values");
  }),
               pg::CommitInDoubt);
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(gate.commits, 1);
  EXPECT_EQ(observer.transact([](Tx& tx) { return tx.one("select count(*) as n from effect").integer("n"); }), 1) << "it did happen";
}

}  // namespace
}  // namespace q2o::pg
