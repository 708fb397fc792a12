#include "common/liveness/liveness.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace q2o::liveness {
namespace {

/// The name that a child process gave itself before it ended; the child lies unburied until `bury`.
struct Child {
  pid_t pid = 0;
  std::string name;
  explicit Child(bool ends) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) throw std::runtime_error("no pipe");
    pid = fork();
    if (pid == 0) {
      const auto mine = make_name("loader");
      const bool told = write(pipe_ends[1], mine.data(), mine.size()) == static_cast<ssize_t>(mine.size());
      close(pipe_ends[1]);
      if (told && !ends) pause();
      _exit(0);
    }
    close(pipe_ends[1]);
    char buffer[256];
    for (ssize_t n = 0; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) name.append(buffer, static_cast<std::size_t>(n));
    close(pipe_ends[0]);
    if (ends) wait();
  }
  void end() {
    kill(pid, SIGKILL);
    wait();
  }
  void wait() { waitpid(pid, nullptr, 0); }
};

TEST(Liveness, AProcessThatEndedIsCertainlyDead) {
  const Child child(true);
  EXPECT_TRUE(certainly_dead(child.name)) << child.name;
}

TEST(Liveness, AProcessThatRunsIsNot) {
  EXPECT_FALSE(certainly_dead(make_name("loader")));
  Child child(false);
  EXPECT_FALSE(certainly_dead(child.name));
  kill(child.pid, SIGSTOP);
  EXPECT_FALSE(certainly_dead(child.name)) << "one that is stopped may go on";
  child.end();
  EXPECT_TRUE(certainly_dead(child.name));
}

TEST(Liveness, AnotherProcessWithTheSameNumberIsNotIt) {
  auto name = make_name("loader");
  name.replace(name.rfind('.') + 1, std::string::npos, "1");
  EXPECT_TRUE(certainly_dead(name));
}

TEST(Liveness, OfOtherMachinesNothingIsKnown) {
  const Child child(true);
  auto elsewhere = child.name;
  elsewhere.replace(elsewhere.find('@') + 1, 8, "00000000");
  EXPECT_FALSE(certainly_dead(elsewhere));
  for (const char* other : {"", "loader-1", "loader@", "loader@a.b.c", "a.b.c.d"}) EXPECT_FALSE(certainly_dead(other)) << other;
}

TEST(Liveness, NamesAreUnique) {
  EXPECT_NE(make_name("loader"), make_name("loader"));
}

}  // namespace
}  // namespace q2o::liveness
