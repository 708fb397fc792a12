#pragma once

#include "common/pg/pg.h"
#include "common/runtime/runtime.h"

namespace q2o::pg {

/// The service is ready only while Postgres answers a query; /metrics tells the server's version.
inline void ready_with_database(runtime::Runtime& runtime, const Options& database) {
  runtime.ready_when("postgres", [&runtime, database] {
    const auto version = server_version(database);
    if (version) {
      runtime.metrics().gauge("q2o_postgres_info", "Always 1; the label says which server answers", {{"version", *version}}).set(1);
    }
    return version.has_value();
  });
}

}  // namespace q2o::pg
