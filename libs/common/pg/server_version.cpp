#include "common/pg/connection.h"

namespace q2o::pg {

Result<std::string> server_version(const Options& options) {
  try {
    Connection connection(options);
    pqxx::nontransaction look(connection.raw());
    return look.exec1("show server_version")[0].as<std::string>();
  } catch (const std::exception& problem) {
    return fail(Error{Code::unavailable,
                      std::string("Postgres does not answer: ") + problem.what(),
                      Retry::after_backoff,
                      Effect::none,
                      "DATABASE_UNAVAILABLE",
                      {},
                      {}});
  }
}

}  // namespace q2o::pg
