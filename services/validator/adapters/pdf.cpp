#include "services/validator/adapters/pdf.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "common/log/log.h"

namespace q2o::validator {
namespace {

constexpr std::size_t kPiece = 256 << 10;

tl::unexpected<Error> renderer_failed(const std::string& why) {
  log::error("a PDF was not made", {{"error", why}});
  return fail(Error{Code::unavailable,
                    "the PDF could not be made",
                    Retry::after_backoff,
                    Effect::none,
                    "PDF_RENDERER",
                    "Take the HTML page: it prints the same. Operators: is the Debian package weasyprint installed?",
                    {}});
}

/// A descriptor that is closed at the end.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// A file without a name: gone with the last descriptor.
int nameless() {
  const char* folder = std::getenv("TMPDIR");
  return ::open(folder != nullptr ? folder : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::lseek(fd, 0, SEEK_SET) == 0;
}

/// In a process group of its own, with none of our blocked signals and descriptors.
pid_t start(const std::vector<std::string>& command, int in, int out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  // Nothing of our environment: it may hold secrets.
  std::array<char*, 4> environment{const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LANG=C.UTF-8"),
                                   const_cast<char*>("HOME=/nonexistent"), nullptr};
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, words[0], &actions, &attributes, words.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed == 0 ? pid : -1;
}

/// The child's status; killed when its time is over.
int wait_for(pid_t pid, std::chrono::milliseconds at_most) {
  const File child(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // glibc 2.36 declares its function for C only
  pollfd waiting{child.fd(), POLLIN, 0};
  int ready = 0;
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

class Turn {
 public:
  Turn(std::atomic<int>& running, int most) : running_(running), got_(running.fetch_add(1) < most) {}
  ~Turn() { running_.fetch_sub(1); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool got() const { return got_; }

 private:
  std::atomic<int>& running_;
  const bool got_;
};

}  // namespace

Status PdfRenderer::render(std::string_view html, const std::function<bool(std::string_view)>& take) {
  const Turn turn(running_, options_.at_once);
  if (!turn.got())
    return fail(Error{Code::resource_exhausted, "other PDFs are being made", Retry::after_backoff, Effect::none, "PDF_BUSY",
                      "Try again in a moment.", std::chrono::seconds(5)});
  const File page(nameless()), out(nameless());
  if (page.fd() < 0 || out.fd() < 0 || !write_all(page.fd(), html)) return renderer_failed("no temporary file can be written");
  const auto pid =
      start({"/usr/bin/prlimit", fmt::format("--as={}", options_.memory_bytes_max), fmt::format("--cpu={}", options_.time_max.count()),
             "--core=0", "--nofile=256", "--", options_.program, "--quiet", "--encoding", "utf-8", "-", "-"},
            page.fd(), out.fd());
  if (pid < 0) return renderer_failed("prlimit cannot be started");
  const int status = wait_for(pid, options_.time_max);
  const bool killed = WIFSIGNALED(status);
  const auto size = ::lseek(out.fd(), 0, SEEK_END);
  if (killed || (WIFEXITED(status) && WEXITSTATUS(status) != 0 && size == 0 && ::access(options_.program.c_str(), X_OK) == 0))
    return fail(Error{Code::resource_exhausted,
                      "the report is too long for a PDF",
                      Retry::never,
                      Effect::none,
                      "PDF_TOO_LARGE",
                      "Take the HTML page or the CSV.",
                      {}});
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || size <= 0)
    return renderer_failed(fmt::format("{} ended with {}", options_.program, status));
  ::lseek(out.fd(), 0, SEEK_SET);
  std::string piece(kPiece, '\0');
  for (;;) {
    const auto got = ::read(out.fd(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return renderer_failed("the PDF cannot be read");
    if (got == 0 || !take(std::string_view(piece).substr(0, static_cast<std::size_t>(got)))) return {};
  }
}

}  // namespace q2o::validator
