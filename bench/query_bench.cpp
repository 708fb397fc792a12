/// How long questions take while a migration runs: what a page asks for (billing, notifier, loader), one after the other every 20 ms over
/// channels that stay, until the migration has ended. Milliseconds as the asker sees them, on stdout as JSON by question. q2o-bench-queries
/// TENANT MIGRATION BILLING NOTIFIER LOADER (addresses)
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <thread>
#include <vector>

#include "common/rpc/rpc.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"

namespace {

using namespace q2o;
using Clock = std::chrono::steady_clock;
using billing::v1::State;

constexpr std::chrono::seconds kDeadline{5};
constexpr std::chrono::milliseconds kBetween{20};

/// Of sorted values.
double percentile(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(static_cast<double>(sorted.size()) * share))];
}

class Questions {
 public:
  explicit Questions(std::string tenant) : tenant_(std::move(tenant)) {}

  template <class Stub, class Request, class Answer>
  Answer ask(const char* name, Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
             const Request& request) {
    Answer answer;
    const auto context = rpc::context(tenant_, "bench", kDeadline);
    const auto begun = Clock::now();
    const auto status = (stub.*method)(context.get(), request, &answer);
    const std::chrono::duration<double, std::milli> took = Clock::now() - begun;
    if (!status.ok()) throw std::runtime_error(fmt::format("{}: {}", name, status.error_message()));
    took_[name].push_back(took.count());
    return answer;
  }

  void print() {
    std::string out;
    for (auto& [name, values] : took_) {
      std::ranges::sort(values);
      out += fmt::format(R"({}"{}": {{"calls": {}, "p50": {:.3f}, "p99": {:.3f}, "max": {:.3f}}})", out.empty() ? "" : ", ", name,
                         values.size(), percentile(values, 0.5), percentile(values, 0.99), values.back());
    }
    std::cout << "{" << out << "}\n";
  }

 private:
  std::string tenant_;
  std::map<std::string, std::vector<double>> took_;
};

void run(char** arguments) {
  Questions questions(arguments[1]);
  const auto migrations = billing::v1::MigrationService::NewStub(rpc::channel(arguments[3]));
  const auto progress = notifier::v1::ProgressService::NewStub(rpc::channel(arguments[4]));
  const auto loader = loader::v1::LoaderService::NewStub(rpc::channel(arguments[5]));
  billing::v1::GetMigrationRequest of_state;
  of_state.set_migration_id(arguments[2]);
  notifier::v1::GetProgressRequest of_progress;
  of_progress.set_migration_id(arguments[2]);
  loader::v1::ListRejectsRequest of_rejects;
  of_rejects.set_migration_id(arguments[2]);
  for (auto state = State::STATE_RUNNING; state == State::STATE_RUNNING || state == State::STATE_VALIDATING;
       std::this_thread::sleep_for(kBetween)) {
    state = questions.ask("billing GetMigration", *migrations, &billing::v1::MigrationService::Stub::GetMigration, of_state)
                .migration()
                .state();
    questions.ask("notifier GetProgress", *progress, &notifier::v1::ProgressService::Stub::GetProgress, of_progress);
    questions.ask("loader ListRejects", *loader, &loader::v1::LoaderService::Stub::ListRejects, of_rejects);
  }
  questions.print();
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 6) {
    std::cerr << "usage: q2o-bench-queries TENANT MIGRATION BILLING NOTIFIER LOADER\n";
    return 2;
  }
  run(arguments);
  return 0;
} catch (const std::exception& trouble) {
  std::cerr << trouble.what() << "\n";
  return 1;
}
