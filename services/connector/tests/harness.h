#pragma once

#include "services/connector/app/connections.h"
#include "services/connector/app/run_extractor.h"
#include "services/connector/app/token_keeper.h"
#include "services/connector/tests/fake_clock.h"
#include "services/connector/tests/fake_source.h"
#include "services/connector/tests/memory.h"
#include "services/connector/tests/shipped.h"

namespace q2o::connector::testing {

/// A connected company and everything that a run needs, in one process and without waiting.
struct Harness {
  Harness() : budget(clock), oauth(source, clock), tokens(connections, oauth, clock), gates("test", budget, clock) {
    connections.stored.connection = {"connection-1", "tenant-1",    "qbo123", "quickbooks_online", "123", "http://source",
                                     "http://token", "Fern & Sons", "USD",    "connected",         ""};
    connections.stored.credentials = {config::Secret("client"), config::Secret("secret")};
    connections.stored.tokens = {config::Secret(), config::Secret("refresh-0"), config::Secret(), 0};
    job = {"tenant-1", "migration-1", "connection-1", "qbo123", "mapping-1", 1, 1, {}};
    options.pages_ahead = 3;
    call.backoff = {milliseconds{1}, milliseconds{10}};
  }

  SourceCaller caller() {
    return SourceCaller(connections.stored.connection, manifest, source, gates.of("connection-1", manifest.budget), tokens, clock, probe,
                        call, [this](const std::string& reason, milliseconds) {
                          std::lock_guard lock(mutex);
                          if (!reason.empty()) waits.push_back(reason);
                        });
  }
  /// One life of a worker: from the journal to whatever ends it.
  Step run(std::stop_token stop = {}) {
    TaskPool pool(3);
    auto source_caller = caller();
    RunContext context(job, manifest, source_caller, log, journal, clock, pool, options, std::move(stop));
    return extract_run(context, recorded);
  }

  Manifest manifest = shipped();
  FakeClock clock;
  FakeSource source;
  MemoryBudget budget;
  MemoryConnections connections;
  OAuthClient oauth;
  TokenKeeper tokens;
  BudgetGates gates;
  CallProbe probe;
  CallOptions call;
  RunOptions options;
  KillSwitch kill;
  MemoryRawLog log{kill};
  MemoryJournal journal{kill};
  Job job;
  RecordedRun* recorded = nullptr;  ///< of Job::base_run
  std::mutex mutex;
  std::vector<std::string> waits;
};

}  // namespace q2o::connector::testing
