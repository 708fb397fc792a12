#include "cli/watch.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"

namespace q2o::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kStayAway = std::chrono::seconds(60);
constexpr auto kPlainLineEvery = std::chrono::seconds(10);

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

/// Draws frames on a terminal, lines elsewhere.
class Picture {
 public:
  void show(const notifier::v1::Progress& progress) {
    if (is_terminal()) {
      rewind_lines(lines_);
      const auto lines = progress_lines(progress, terminal_width());
      for (const auto& line : lines) std::cerr << line << '\n';
      lines_ = static_cast<int>(lines.size());
    } else if (Clock::now() - last_ >= kPlainLineEvery || progress.migration().state() != state_) {
      std::cerr << progress_line(progress) << '\n';
      last_ = Clock::now();
      state_ = progress.migration().state();
    }
  }

 private:
  int lines_ = 0;
  Clock::time_point last_{};
  billing::v1::State state_ = billing::v1::STATE_UNSPECIFIED;
};

}  // namespace

std::string needs_person(const billing::v1::Migration& migration) {
  if (migration.directive() == billing::v1::DIRECTIVE_PAUSE) return migration.reason().empty() ? "paused" : migration.reason();
  if (migration.state() == billing::v1::STATE_VALIDATING && migration.verdict() == "DIFFERENT")
    return "the books differ; a person must decide";
  return {};
}

Result<notifier::v1::Progress> watch_until_over(const Session& session, const std::string& migration_id, std::uint32_t run,
                                                std::uint64_t version) {
  const auto stub = notifier::v1::ProgressService::NewStub(session.channel("notifier"));
  notifier::v1::Progress last;
  Picture picture;
  auto heard = Clock::now();
  for (;;) {
    auto context = rpc::context(session.tenant, "cli", std::chrono::minutes(30));
    notifier::v1::WatchProgressRequest request;
    request.set_migration_id(migration_id);
    const auto stream = stub->WatchProgress(context.get(), request);
    notifier::v1::WatchProgressResponse response;
    while (stream->Read(&response)) {
      heard = Clock::now();
      const auto& migration = response.progress().migration();
      if (!response.has_progress() || migration.run() < run || migration.version() < version) continue;
      last = response.progress();
      picture.show(last);
      if (is_final(last.migration()) || !needs_person(last.migration()).empty()) {
        context->TryCancel();
        return last;
      }
    }
    const grpc::Status status = stream->Finish();
    if (status.error_code() == grpc::StatusCode::NOT_FOUND && Clock::now() - heard < std::chrono::seconds(10)) {
      usleep(200'000);  // the notifier has not yet read the migration's first message
      continue;
    }
    if (status.error_code() == grpc::StatusCode::NOT_FOUND || Clock::now() - heard > kStayAway) {
      return fail(session.explain("notifier", rpc::to_error(status)));
    }
    if (!status.ok()) std::cerr << "reconnecting…\n";
    usleep(500'000);
  }
}

}  // namespace q2o::cli
