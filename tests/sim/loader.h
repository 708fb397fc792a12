#pragma once

#include "q2o/billing/v1/migration.pb.h"
#include "services/loader/app/worker.h"
#include "services/loader/tests/fake_books.h"
#include "services/loader/tests/memory_run_store.h"
#include "services/loader/tests/no_undo.h"
#include "tests/sim/world.h"

namespace q2o::sim {

/// What the loader's database holds. Every method of the store is one transaction.
struct LoaderDb {
  loader::testing::MemoryRunStore run;
  std::set<std::string> inbox;
  billing::v1::Migration migration;
  std::int64_t fence = 0;
  const void* holder = nullptr;
  std::vector<Message> outbox;
  std::size_t zombies = 0;  ///< writes of a holder that was one no more
};

/// The loader's consumers: store and return.
void take_migration(LoaderDb& db, const Message& message);
void take_mapped(LoaderDb& db, const Message& message);
/// The n-th status fact, in the order of their transactions.
const Message* fact_of(LoaderDb& db, std::size_t number);

/// The target behind a bad line: calls are refused, answers are lost, processes die before and after it has done what was asked.
class Line final : public loader::Books {
 public:
  Line(World& world, loader::testing::FakeBooks& books) : world_(world), books_(books) {}
  Result<std::string> version(std::chrono::milliseconds deadline) override;
  Result<loader::CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                                  std::chrono::milliseconds deadline) override;
  Result<std::int64_t> user_id(std::chrono::milliseconds deadline) override;

 private:
  World& world_;
  loader::testing::FakeBooks& books_;
};

/// One worker of the loader: drives the run as far as it can each time it has its turn.
class LoaderWorker final : public Process {
 public:
  LoaderWorker(World& world, LoaderDb& db, loader::testing::FakeBooks& books);
  ~LoaderWorker() override;
  void turn() override;
  void born() override;
  bool lasts() const override { return true; }

 private:
  class Store;
  World& world_;
  std::shared_ptr<loader::Books> line_;
  std::unique_ptr<Store> store_;
  loader::RunDriver::Options options_;
  loader::testing::NoUndo no_undo_;
  std::unique_ptr<loader::Worker> worker_;
};

}  // namespace q2o::sim
