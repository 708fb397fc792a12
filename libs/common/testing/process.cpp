#include "common/testing/process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "common/testing/testing.h"

namespace q2o::testing {
namespace {

const passwd& postgres_user() {
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error("there is no user postgres (package postgresql-15)");
  return *user;
}

[[noreturn]] void become(const Process& process, const passwd* user) {
  if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log = open(process.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (log < 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(126);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> arguments;
  for (const auto& word : process.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

struct Directories {
  std::vector<std::string> paths;
  ~Directories() {
    for (const auto& path : paths) {
      std::error_code ignored;  // what a dying server still holds goes away with the machine's temporary files
      std::filesystem::remove_all(path, ignored);
    }
  }
};

}  // namespace

pid_t start(const Process& process) {
  const passwd* user = process.as_postgres && getuid() == 0 ? &postgres_user() : nullptr;
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) {
    setsid();
    become(process, user);
  }
  return pid;
}

void signal_and_wait(pid_t pid, int signal, std::chrono::milliseconds then_kill_after) {
  kill(pid, signal);
  const bool gone = eventually([&] { return waitpid(pid, nullptr, WNOHANG) != 0; }, then_kill_after);
  if (gone) return;
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

void run(const Process& process) {
  int status = 0;
  waitpid(start(process), &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw std::runtime_error(process.command.front() + " failed:\n" + tail_of(process.log_file));
}

std::string temporary_directory(const std::string& name, bool for_postgres) {
  static Directories directories;
  std::string path = std::filesystem::temp_directory_path() / ("q2o-" + name + "-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary directory " + path);
  if (for_postgres && getuid() == 0 && chown(path.c_str(), postgres_user().pw_uid, postgres_user().pw_gid) != 0) {
    throw std::runtime_error("chown " + path + " failed");
  }
  directories.paths.push_back(path);
  return path;
}

std::string tail_of(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  return all.substr(all.size() > 2000 ? all.size() - 2000 : 0);
}

}  // namespace q2o::testing
