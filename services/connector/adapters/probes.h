#pragma once

#include "common/metrics/metrics.h"
#include "services/connector/app/extraction_worker.h"

namespace q2o::connector {

/// All counters of the service, declared in one place.
class Probes : public CallProbe, public RunProbe {
 public:
  explicit Probes(metrics::Registry& registry) : registry_(registry) {}
  void answered(std::string_view kind, std::string_view outcome, milliseconds took) override {
    registry_
        .counter("q2o_connector_source_requests_total", "Requests to sources: pages, counts, reports, others",
                 {{"kind", std::string(kind)}, {"outcome", std::string(outcome)}})
        .add();
    registry_.histogram("q2o_connector_source_seconds", "Time until a source answered", {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120})
        .observe(std::chrono::duration<double>(took).count());
  }
  void left(std::string_view outcome) override {
    registry_.counter("q2o_connector_runs_total", "Runs left by outcome", {{"outcome", std::string(outcome)}}).add();
  }

 private:
  metrics::Registry& registry_;
};

}  // namespace q2o::connector
