#pragma once

#include <pqxx/pqxx>

#include <string>
#include <unordered_map>

#include "common/pg/pg.h"

/// Inside of the pg library: the only place, with its neighbours, that knows libpqxx.
namespace q2o::pg {

/// One server connection with its prepared statements. Used by one thread at a time.
class Connection {
 public:
  explicit Connection(const Options& options);
  pqxx::connection& raw() { return connection_; }
  /// The name under which `sql` is prepared; empty when the cache is full (run it unprepared then).
  std::string prepared(std::string_view sql);
  /// Says on this connection whose rows are to be seen (isolate_tenants in schema/001_isolation.sql), where it does not say so yet: between
  /// transactions only.
  void act_for(const std::string& whom);
  const std::string& acts_for() const { return acts_for_; }
  bool usable() const { return usable_ && connection_.is_open(); }
  void spoil() { usable_ = false; }

 private:
  pqxx::connection connection_;
  pqxx::quiet_errorhandler quiet_;  // server notices do not belong on stderr
  std::unordered_map<std::string, std::string> statements_;
  std::string acts_for_;
  bool usable_ = true;
};

struct Rows::State {
  pqxx::result result;
  pqxx::field field(std::size_t row, std::string_view column) const;
};

struct Tx::State {
  Connection& connection;
  pqxx::work& work;
  const sealing::Seal* seal = nullptr;
  bool writes = false;  ///< something was changed: its commit is a place where a crash matters
};

/// Rethrows the current libpqxx exception as ours.
[[noreturn]] void rethrow(const Connection* connection);

std::string connection_string(const Options& options);

}  // namespace q2o::pg
