#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/result/result.h"
#include "common/sealing/seal.h"

/// Postgres behind a small face (libpqxx stays inside). Expected trouble of SQL (constraint, serialization) surfaces as
/// pg::SqlError; a lost connection as pg::ConnectionLost. transact() retries serialization failures, deadlocks and connections
/// lost BEFORE commit; a commit in doubt is thrown as pg::CommitInDoubt and never repeated blindly.
namespace q2o::pg {

struct SqlError : std::runtime_error {
  SqlError(std::string sqlstate_, std::string constraint_, const std::string& what)
      : std::runtime_error(what), sqlstate(std::move(sqlstate_)), constraint(std::move(constraint_)) {}
  std::string sqlstate;
  std::string constraint;
};
struct ConnectionLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct CommitInDoubt : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A statement parameter: NULL, text, integer, boolean, bytes, or an array (for unnest / = ANY).
class Param {
 public:
  Param(std::nullptr_t) {}
  Param(std::string_view text) : text_(std::string(text)) {}
  Param(const std::string& text) : text_(text) {}
  Param(const char* text) : text_(std::string(text)) {}
  Param(std::int64_t value) : text_(std::to_string(value)) {}
  Param(int value) : text_(std::to_string(value)) {}
  Param(std::uint32_t value) : text_(std::to_string(value)) {}
  Param(std::uint64_t value) : text_(std::to_string(value)) {}
  Param(bool value) : text_(value ? "true" : "false") {}
  Param(const std::vector<std::string>& array);   ///< text[]
  Param(const std::vector<std::int64_t>& array);  ///< bigint[]
  template <class T>
  Param(const std::optional<T>& value) {
    if (value) *this = Param(*value);
  }
  static Param bytes(std::string_view bytes);                     ///< bytea
  static Param bytes_array(const std::vector<std::string>& all);  ///< bytea[]
  const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};
using Params = std::vector<Param>;

/// A row of a result; keeps its result alive. Columns by name or position; wrong name throws std::out_of_range.
class Row;
class Rows {
 public:
  struct State;
  explicit Rows(std::shared_ptr<const State> state);
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  std::size_t affected() const;  ///< rows changed by INSERT/UPDATE/DELETE
  Row operator[](std::size_t index) const;
  class Iterator;
  Iterator begin() const;
  Iterator end() const;

 private:
  std::shared_ptr<const State> state_;
};
class Row {
 public:
  Row(std::shared_ptr<const Rows::State> state, std::size_t index) : state_(std::move(state)), index_(index) {}
  bool is_null(std::string_view column) const;
  std::string text(std::string_view column) const;  ///< NULL -> empty
  std::int64_t integer(std::string_view column) const;
  bool boolean(std::string_view column) const;
  std::string bytes(std::string_view column) const;  ///< bytea
  std::optional<std::string> optional_text(std::string_view column) const;
  std::vector<std::string> text_array(std::string_view column) const;
  std::vector<std::string> bytes_array(std::string_view column) const;

 private:
  std::shared_ptr<const Rows::State> state_;
  std::size_t index_;
};
class Rows::Iterator {
 public:
  Iterator(std::shared_ptr<const Rows::State> state, std::size_t index) : state_(std::move(state)), index_(index) {}
  Row operator*() const { return Row(state_, index_); }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator!=(const Iterator& other) const { return index_ != other.index_; }

 private:
  std::shared_ptr<const Rows::State> state_;
  std::size_t index_;
};

/// One open transaction. Not thread-safe; lives inside transact().
class Tx {
 public:
  struct State;
  explicit Tx(State& state) : state_(state) {}
  /// Parameters are $1, $2 … . Statements are prepared once per connection and reused, so put values into parameters, never into
  /// the text. Several statements in one text (separated by ';') work without parameters only.
  Rows exec(std::string_view sql, const Params& params = {});
  /// Exactly one row, else throws std::logic_error.
  Row one(std::string_view sql, const Params& params = {});
  void notify(std::string_view channel, std::string_view payload = {});  ///< delivered at commit

  /// Content of a tenant for a text or bytea column, sealed; empty stays empty. Without keys (Options::seal): as it is. Throws when the
  /// key cannot be had now, so that nothing is written.
  std::string seal_text(const sealing::Place& place, std::string_view text);
  std::string seal_bytes(const sealing::Place& place, std::string_view bytes);
  /// For a key column (sealing::Seal::fingerprint). Without keys: the text.
  std::string fingerprint(const sealing::Place& place, std::string_view text);
  /// What either of them made, or what was written before there were keys. Throws when it does not open.
  std::string open(const sealing::Place& place, std::string_view stored);
  const sealing::Seal* seal() const;

 private:
  State& state_;
};

struct Options {
  std::string host, user, database, schema;  ///< host: name or socket directory
  int port = 5432;
  config::Secret password;
  int connections = 8;
  std::shared_ptr<const sealing::Seal> seal = nullptr;  ///< for Tx::seal_text and the outbox
};
Options read_options(config::Reader& reader);  ///< database.{host,port,user,name,schema,connections,password}

/// Asks the server for its version over a connection of its own, once: it says whether Postgres answers now, however busy a pool is.
Result<std::string> server_version(const Options& options);

/// Thread-safe pool; waits for a free connection at most 10 s, then throws ConnectionLost.
class Pool {
 public:
  explicit Pool(Options options);
  ~Pool();
  /// Runs `work` in a transaction (READ COMMITTED) and commits; an exception rolls back. `work` may run several times.
  template <class Work>
  auto transact(Work&& work) {
    using R = std::invoke_result_t<Work&, Tx&>;
    if constexpr (std::is_void_v<R>) {
      run([&](Tx& tx) { work(tx); });
    } else {
      std::optional<R> out;
      run([&](Tx& tx) { out.emplace(work(tx)); });
      return std::move(*out);
    }
  }
  const Options& options() const;

 private:
  void run(const std::function<void(Tx&)>& work);
  struct State;
  std::unique_ptr<State> state_;
};

/// One schema file; `name` sorts ("001_init.sql"). Applied files are remembered with their hash; a changed one is refused.
struct Migration {
  std::string name;
  std::string sql;
};
/// Creates the schema and applies what is missing, under an advisory lock (replicas may start together).
void migrate(Pool& pool, const std::vector<Migration>& migrations);

/// Tables inbox(consumer, message_id) and outbox live in every service's schema; migrate() makes them.
class Inbox {
 public:
  /// False: seen before, do nothing.
  static bool insert(Tx& tx, std::string_view consumer, std::string_view message_id);
};

/// Wakes a waiter when NOTIFY arrives on the channel, or after the time-out. One connection, one thread.
class Listener {
 public:
  Listener(const Options& options, std::string channel);
  ~Listener();
  /// True when notified. Returns early on stop. Reconnects by itself.
  bool wait(std::chrono::milliseconds at_most, std::stop_token stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A lease on a row of the service's table `lease(kind, id, lease_until, fence, owner)`: one holder at a time, database clock.
/// Every later write of the holder repeats the fence: `held()` inside the same transaction is false once somebody took over.
struct Lease {
  std::string kind, id;
  std::int64_t fence = 0;
};
std::optional<Lease> try_lease(Tx& tx, std::string_view kind, std::string_view id, std::string_view owner, std::chrono::milliseconds ttl);
bool held(Tx& tx, const Lease& lease);  ///< locks the lease row (FOR SHARE) for this transaction
bool renew(Tx& tx, const Lease& lease, std::chrono::milliseconds ttl);
void release(Tx& tx, const Lease& lease);

}  // namespace q2o::pg
