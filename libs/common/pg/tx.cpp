#include "common/pg/connection.h"

namespace q2o::pg {
namespace {

/// NULL, or the text. A NUL inside would cut the value silently on its way to the server.
std::vector<const char*> pointers(const Params& params) {
  std::vector<const char*> out;
  out.reserve(params.size());
  for (const auto& param : params) {
    const auto& text = param.text();
    if (text && text->find('\0') != std::string::npos) throw SqlError("22021", "", "text parameter contains a NUL character");
    out.push_back(text ? text->c_str() : nullptr);
  }
  return out;
}

/// By its first word: SELECT … FOR UPDATE changes nothing, and a WITH of ours always ends in a change.
bool changes_something(std::string_view sql) {
  const auto at = sql.find_first_not_of(" \n");
  if (at == std::string_view::npos) return false;
  const char first = static_cast<char>(sql[at] | 0x20);
  return first == 'i' || first == 'u' || first == 'd' || first == 'w';  // insert, update, delete, with
}

pqxx::result execute(Tx::State& state, std::string_view sql, const Params& params) {
  if (params.empty() && sql.find(';') != std::string_view::npos) return state.work.exec(std::string(sql));
  const auto values = pointers(params);
  const auto arguments = pqxx::prepare::make_dynamic_params(values);
  const std::string name = state.connection.prepared(sql);
  return name.empty() ? state.work.exec_params(std::string(sql), arguments) : state.work.exec_prepared(name, arguments);
}

}  // namespace

Rows Tx::exec(std::string_view sql, const Params& params) {
  state_.writes = state_.writes || changes_something(sql);
  try {
    return Rows(std::make_shared<Rows::State>(Rows::State{execute(state_, sql, params)}));
  } catch (...) {
    rethrow(&state_.connection);
  }
}

Row Tx::one(std::string_view sql, const Params& params) {
  const auto rows = exec(sql, params);
  if (rows.size() != 1) throw std::logic_error("expected one row, got " + std::to_string(rows.size()) + ": " + std::string(sql));
  return rows[0];
}

void Tx::notify(std::string_view channel, std::string_view payload) {
  exec("select pg_notify($1, $2)", {channel, payload});
}

namespace {

std::string value_or_throw(Result<std::string> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

const sealing::Seal* Tx::seal() const {
  return state_.seal;
}

std::string Tx::seal_text(const sealing::Place& place, std::string_view text) {
  if (state_.seal == nullptr || text.empty()) return std::string(text);
  return value_or_throw(state_.seal->seal_text(place, text));
}

std::string Tx::seal_bytes(const sealing::Place& place, std::string_view bytes) {
  if (state_.seal == nullptr || bytes.empty()) return std::string(bytes);
  return value_or_throw(state_.seal->seal(place, bytes));
}

std::string Tx::fingerprint(const sealing::Place& place, std::string_view text) {
  return state_.seal == nullptr ? std::string(text) : value_or_throw(state_.seal->fingerprint(place, text));
}

std::string Tx::open(const sealing::Place& place, std::string_view stored) {
  if (!sealing::is_sealed(stored)) return std::string(stored);
  if (state_.seal == nullptr)
    throw std::runtime_error("a sealed value of " + std::string(place.where) + " and no keys: configure peers.identity");
  return value_or_throw(state_.seal->open(place, stored));
}

Options read_options(config::Reader& reader) {
  Options out;
  out.host = reader.text("database.host");
  out.port = static_cast<int>(reader.integer("database.port", 5432, 1, 65535));
  out.user = reader.text("database.user");
  out.database = reader.text("database.name");
  out.schema = reader.text("database.schema");
  out.connections = static_cast<int>(reader.integer("database.connections", 8, 1, 64));
  out.password = reader.secret("database.password");
  return out;
}

}  // namespace q2o::pg
