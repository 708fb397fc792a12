#include "services/identity/edge/module.h"

namespace q2o::identity::edge {

using namespace std::chrono_literals;

GateOptions read_options(config::Reader& config) {
  GateOptions out;
  for (auto& origin : config.list("edge.origins", {})) out.origins.insert(std::move(origin));
  out.fresh = std::chrono::minutes(config.integer("edge.fresh_minutes", 15, 1, 24 * 60));
  return out;
}

Module::Module(pg::Pool& pool, Askers& askers, Rules rules, GateOptions options, runtime::Runtime& runtime)
    : gate_(std::move(rules), askers, std::move(options)), usage_(pool), authorization(gate_, runtime.metrics()), access_log(usage_) {
  runtime.loop("usage", [this](std::stop_token stop) { usage_.run(2s, stop); });
}

}  // namespace q2o::identity::edge
