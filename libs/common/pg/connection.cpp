#include "common/pg/connection.h"

#include <algorithm>

namespace q2o::pg {
namespace {

constexpr std::size_t kStatementsMax = 400;
constexpr int kConnectSeconds = 5;
constexpr int kStatementMilliseconds = 60000;

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

bool is_identifier(std::string_view name) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, good);
}

/// libpqxx 6 does not hand out the diagnostics field, but every constraint message quotes the name: … constraint "name".
std::string constraint_of(std::string_view message) {
  constexpr std::string_view kMark = "constraint \"";
  const auto at = message.find(kMark);
  if (at == std::string_view::npos) return {};
  const auto from = at + kMark.size();
  return std::string(message.substr(from, message.find('"', from) - from));
}

bool connection_is_gone(const Connection* connection, std::string_view sqlstate) {
  // 57P01..03: the server is stopping or starting. 08: the connection itself.
  return sqlstate.starts_with("57P0") || sqlstate.starts_with("08") || (connection != nullptr && !connection->usable());
}

}  // namespace

std::string connection_string(const Options& options) {
  if (!is_identifier(options.schema))
    throw std::invalid_argument("database.schema must be a plain lower-case identifier: " + options.schema);
  std::string out = "host=" + quoted(options.host) + " port=" + std::to_string(options.port) + " user=" + quoted(options.user) +
                    " dbname=" + quoted(options.database) + " connect_timeout=" + std::to_string(kConnectSeconds) +
                    " client_encoding=UTF8 application_name=" + quoted("q2o-" + options.schema) + " tcp_user_timeout=15000";
  // Statements are prepared while tables are small; read from end to end they would be for good, when they are large.
  out += " options='-c enable_seqscan=off -c jit=off -c search_path=" + options.schema +
         " -c statement_timeout=" + std::to_string(kStatementMilliseconds) +
         " -c idle_in_transaction_session_timeout=" + std::to_string(2 * kStatementMilliseconds) + "'";
  if (!options.password.empty()) out += " password=" + quoted(options.password.reveal());
  return out;
}

Connection::Connection(const Options& options) : connection_(connection_string(options)), quiet_(connection_) {}

std::string Connection::prepared(std::string_view sql) {
  const auto [entry, is_new] = statements_.try_emplace(std::string(sql));
  if (!is_new) return entry->second;
  if (statements_.size() > kStatementsMax) {
    statements_.erase(entry);
    return {};
  }
  entry->second = "q2o_" + std::to_string(statements_.size());
  connection_.prepare(entry->second, entry->first);
  return entry->second;
}

void Connection::act_for(const std::string& whom) {
  if (whom == acts_for_) return;
  pqxx::nontransaction(connection_).exec_params("select set_config('q2o.acting', $1, false)", whom);
  acts_for_ = whom;
}

void rethrow(const Connection* connection) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& problem) {
    throw CommitInDoubt(problem.what());
  } catch (const pqxx::serialization_failure& problem) {
    throw SqlError("40001", "", problem.what());
  } catch (const pqxx::deadlock_detected& problem) {
    throw SqlError("40P01", "", problem.what());
  } catch (const pqxx::transaction_rollback& problem) {
    throw SqlError("40000", "", problem.what());
  } catch (const pqxx::broken_connection& problem) {
    throw ConnectionLost(problem.what());
  } catch (const pqxx::sql_error& problem) {
    if (connection_is_gone(connection, problem.sqlstate())) throw ConnectionLost(problem.what());
    throw SqlError(problem.sqlstate(), constraint_of(problem.what()), problem.what());
  } catch (const pqxx::failure& problem) {
    if (connection_is_gone(connection, "")) throw ConnectionLost(problem.what());
    throw;
  }
}

}  // namespace q2o::pg
