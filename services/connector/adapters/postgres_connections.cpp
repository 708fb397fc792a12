#include "services/connector/adapters/postgres_connections.h"

#include <charconv>

#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "common/json/json.h"
#include "common/log/log.h"
#include "services/connector/adapters/facts.h"
#include "services/connector/adapters/sealed_texts.h"
#include "services/connector/app/oauth.h"

namespace q2o::connector {
namespace {

using config::Secret;

constexpr const char* kColumns =
    "connection_id, tenant_id, slug, platform, company_id, base_url, token_url, company_name, home_currency, state, message, credentials, "
    "tokens, fiscal_year_first_month";

Connection connection_of(pg::Tx& tx, const pg::Row& row) {
  return {row.text("connection_id"), row.text("tenant_id"),  row.text("slug"),
          row.text("platform"),      row.text("company_id"), row.text("base_url"),
          row.text("token_url"),     company_name(tx, row),  row.text("home_currency"),
          row.text("state"),         row.text("message"),    static_cast<unsigned>(row.integer("fiscal_year_first_month"))};
}

/// One try at the sign-in server and some time to store what it answered.
constexpr milliseconds kRenewalFor = OAuthClient::kDeadline + milliseconds{15000};
constexpr std::string_view kRenewal = "renewal";

pg::Lease lease_of(const RenewalRight& right) {
  return {std::string(kRenewal), right.connection_id, right.fence};
}

/// Whoever renews at this moment does so with the sign-in before this one: what it gets comes too late.
std::int64_t take_right_away(pg::Tx& tx, const std::string& connection_id) {
  return tx
      .one(
          "INSERT INTO lease AS l (kind, id, owner, fence, lease_until) VALUES ($1, $2, '', 1, '-infinity') ON CONFLICT (kind, id) DO "
          "UPDATE SET fence = l.fence + 1, lease_until = '-infinity' RETURNING fence",
          {kRenewal, connection_id})
      .integer("fence");
}

std::string context(const Connection& connection, const char* what) {
  return connection.tenant + "/" + connection.id + "/" + what;
}

v1::StatusFact fact_of(const Connection& connection) {
  v1::StatusFact fact;
  fact.mutable_scope()->set_tenant_id(connection.tenant);
  fact.mutable_scope()->set_connection(connection.slug);
  return fact;
}

void tell_broken(pg::Tx& tx, const Connection& connection, const std::string& message, const std::string& hint, bool deliberate) {
  auto fact = fact_of(connection);
  auto& broken = *fact.mutable_connection_broken();
  broken.set_connection_id(connection.id);
  broken.set_message(message);
  broken.set_hint(hint);
  broken.set_deliberate(deliberate);
  store_fact(tx, fact, "broken/" + ids::uuid_v7());
}

void mark_broken(pg::Tx& tx, const Connection& connection, const Error& why) {
  const std::string message = why.message + (why.hint.empty() ? "" : ". " + why.hint);
  const auto changed = tx.exec(
      "UPDATE connection SET state = 'broken', message = $2, updated_at = now() WHERE connection_id = $1 AND state IN ('unverified', "
      "'connected')",
      {connection.id, message});
  if (changed.affected() > 0) tell_broken(tx, connection, why.message, why.hint, false);
}

/// Remembers what the company says of itself, announces ConnectionVerified. Nothing: there is no such connection.
std::optional<Connection> mark_verified(pg::Tx& tx, const std::string& connection_id, const CompanyFacts& facts) {
  const auto known = tx.exec("SELECT tenant_id FROM connection WHERE connection_id = $1", {connection_id});
  if (known.empty()) return std::nullopt;
  const auto row = tx.one(std::string("UPDATE connection SET state = 'connected', message = '', company_name = $2, home_currency = $3, "
                                      "fiscal_year_first_month = $4, updated_at = now()"
                                      " WHERE connection_id = $1 RETURNING ") +
                              kColumns,
                          {connection_id, tx.seal_text(name_place(known[0].text("tenant_id"), connection_id), facts.name),
                           facts.home_currency, facts.fiscal_year_first_month});
  const Connection connection = connection_of(tx, row);
  auto fact = fact_of(connection);
  auto& verified = *fact.mutable_connection_verified();
  verified.set_connection_id(connection_id);
  verified.set_company_name(facts.name);
  verified.set_home_currency(facts.home_currency);
  store_fact(tx, fact, "verified/" + ids::uuid_v7());
  return connection;
}

}  // namespace

std::string PostgresConnections::seal(const Connection& connection, const Tokens& tokens) const {
  json::Writer w;
  w.begin_object().field("access", tokens.access.reveal()).field("refresh", tokens.refresh.reveal());
  w.field("previous_refresh", tokens.previous_refresh.reveal()).field("expires_at", tokens.expires_at);
  w.field("fence", tokens.fence).field("ends_at", tokens.ends_at).end_object();
  return sealer_.seal(Secret(w.take()), context(connection, "tokens"));
}

std::string PostgresConnections::seal(const Connection& connection, const Credentials& credentials) const {
  json::Writer w;
  w.begin_object()
      .field("client_id", credentials.client_id.reveal())
      .field("client_secret", credentials.client_secret.reveal())
      .end_object();
  return sealer_.seal(Secret(w.take()), context(connection, "credentials"));
}

Result<SignIn> PostgresConnections::read(pg::Tx& tx, const std::string& connection_id, bool lock) {
  const auto rows = tx.exec(std::string("SELECT ") + kColumns + " FROM connection WHERE connection_id = $1" + (lock ? " FOR UPDATE" : ""),
                            {connection_id});
  if (rows.empty()) return fail(Code::not_found, "no such connection", "NOT_FOUND");
  SignIn out{connection_of(tx, rows[0]), {}, {}};
  const auto credentials = sealer_.open(rows[0].bytes("credentials"), context(out.connection, "credentials"));
  const auto tokens = sealer_.open(rows[0].bytes("tokens"), context(out.connection, "tokens"));
  if (!credentials || !tokens)
    return fail(Code::data_loss, "the stored secrets do not open with this key", "SEAL_BROKEN",
                "Put the right key file back, or connect the company again.");
  const auto c = json::Document::parse(credentials->reveal()), t = json::Document::parse(tokens->reveal());
  if (!c || !t) return fail(Code::data_loss, "the stored secrets are damaged", "SEAL_BROKEN", "Connect the company again.");
  const auto secret = [](const auto& document, std::string_view key) { return Secret(std::string(document->root()[key].text())); };
  out.credentials = {secret(c, "client_id"), secret(c, "client_secret")};
  const auto number = [&](std::string_view key) {
    const auto text = t->root()[key].text();
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  out.tokens = {secret(t, "access"),  secret(t, "refresh"), secret(t, "previous_refresh"),
                number("expires_at"), number("fence"),      number("ends_at")};
  return out;
}

Result<SignIn> PostgresConnections::open(const std::string& connection_id) {
  return pool_.transact([&](pg::Tx& tx) { return read(tx, connection_id, false); });
}

std::optional<RenewalRight> PostgresConnections::begin_renewal(const std::string& connection_id) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<RenewalRight> {
    const auto lease = pg::try_lease(tx, kRenewal, connection_id, owner_, kRenewalFor);
    return lease ? std::optional(RenewalRight{connection_id, lease->fence}) : std::nullopt;
  });
}

bool PostgresConnections::extend_renewal(const RenewalRight& right) {
  return pool_.transact([&](pg::Tx& tx) { return pg::renew(tx, lease_of(right), kRenewalFor); });
}

void PostgresConnections::end_renewal(const RenewalRight& right) {
  pool_.transact([&](pg::Tx& tx) { pg::release(tx, lease_of(right)); });
}

Tokens PostgresConnections::store_renewed(const RenewalRight& right, const Tokens& tokens) {
  return pool_.transact([&](pg::Tx& tx) {
    const auto there = read(tx, right.connection_id, true);
    if (!there) throw std::runtime_error(there.error().message);
    if (there->tokens.fence > right.fence) return there->tokens;
    // A pair that works mends a connection that somebody gave up while this one waited to be stored.
    tx.exec(
        "UPDATE connection SET tokens = $2, state = CASE state WHEN 'broken' THEN 'unverified' ELSE state END, message = CASE state WHEN "
        "'broken' THEN '' ELSE message END, updated_at = now() WHERE connection_id = $1",
        {right.connection_id, pg::Param::bytes(seal(there->connection, tokens))});
    return tokens;
  });
}

void PostgresConnections::renewal_refused(const RenewalRight& right, const Error& why) {
  pool_.transact([&](pg::Tx& tx) {
    const auto there = read(tx, right.connection_id, true);
    if (there && there->tokens.fence <= right.fence) mark_broken(tx, there->connection, why);
  });
}

Connection PostgresConnections::save(const NewConnection& wanted) {
  return pool_.transact([&](pg::Tx& tx) { return save(tx, wanted); });
}

Connection PostgresConnections::save_verified(const NewConnection& wanted, const CompanyFacts& facts) {
  return pool_.transact([&](pg::Tx& tx) { return mark_verified(tx, save(tx, wanted).id, facts).value(); });
}

Connection PostgresConnections::save(pg::Tx& tx, const NewConnection& wanted) {
  Connection c = wanted.connection;
  const auto known =
      tx.exec("SELECT connection_id, slug FROM connection WHERE tenant_id = $1 AND platform = $2 AND company_id = $3 FOR UPDATE",
              {c.tenant, c.platform, c.company_id});
  c.id = known.empty() ? ids::uuid_v7() : known[0].text("connection_id");
  acting::about("connection", c.id);
  Tokens tokens = wanted.tokens;
  tokens.fence = take_right_away(tx, c.id);
  if (!known.empty()) {
    c.slug = known[0].text("slug");
    // Somebody may hand us an old token again: the living one stays at hand for when the given one is refused.
    if (const auto before = read(tx, c.id, false); before && before->connection.state != "disconnecting")
      tokens.previous_refresh = before->tokens.refresh;
  }
  const auto rows = tx.exec(
      std::string(
          "INSERT INTO connection (connection_id, tenant_id, platform, slug, company_id, base_url, token_url, credentials, tokens)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (connection_id) DO UPDATE SET base_url = excluded.base_url,"
          " token_url = excluded.token_url, credentials = excluded.credentials, tokens = excluded.tokens, state = 'unverified', message "
          "= '', leaving_since = NULL, leave_at = NULL,"
          " updated_at = now() RETURNING ") +
          kColumns,
      {c.id, c.tenant, c.platform, c.slug, c.company_id, c.base_url, c.token_url, pg::Param::bytes(seal(c, wanted.credentials)),
       pg::Param::bytes(seal(c, tokens))});
  return connection_of(tx, rows[0]);
}

std::optional<Connection> PostgresConnections::find(const std::string& tenant, const std::string& connection_id) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<Connection> {
    const auto rows = tx.exec(std::string("SELECT ") + kColumns + " FROM connection WHERE connection_id = $1 AND tenant_id = $2",
                              {connection_id, tenant});
    if (rows.empty()) return std::nullopt;
    return connection_of(tx, rows[0]);
  });
}

std::vector<Connection> PostgresConnections::list(const std::string& tenant, const std::string& after, std::uint32_t most) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<Connection> all;
    for (const auto row :
         tx.exec(std::string("SELECT ") + kColumns +
                     " FROM connection WHERE tenant_id = $1 AND ($2 = '' OR (created_at, connection_id) > (SELECT created_at, "
                     "connection_id FROM connection WHERE tenant_id = $1 AND connection_id::text = $2)) ORDER BY created_at, "
                     "connection_id LIMIT $3",
                 {tenant, after, static_cast<std::int64_t>(most)}))
      all.push_back(connection_of(tx, row));
    return all;
  });
}

void PostgresConnections::verified(const std::string& connection_id, const std::string& company_name, const std::string& home_currency,
                                   unsigned fiscal_year_first_month) {
  pool_.transact([&](pg::Tx& tx) { mark_verified(tx, connection_id, {company_name, home_currency, fiscal_year_first_month}); });
}

void PostgresConnections::reopen(const std::string& connection_id) {
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("UPDATE connection SET state = 'unverified', message = '', updated_at = now() WHERE connection_id = $1 AND state = 'broken'",
            {connection_id});
  });
}

void PostgresConnections::broken(const std::string& connection_id, const Error& why) {
  pool_.transact([&](pg::Tx& tx) {
    const auto rows = tx.exec(std::string("SELECT ") + kColumns + " FROM connection WHERE connection_id = $1 FOR UPDATE", {connection_id});
    if (!rows.empty()) mark_broken(tx, connection_of(tx, rows[0]), why);
  });
}

Result<SignIn> PostgresConnections::begin_disconnect(const std::string& tenant, const std::string& connection_id) {
  return pool_.transact([&](pg::Tx& tx) -> Result<SignIn> {
    auto there = read(tx, connection_id, true);
    if (!there && there.error().code != Code::not_found) return there;
    if (!there || there->connection.tenant != tenant)
      return fail(Code::not_found, "no such connection", "NOT_FOUND", "List the connections to see their ids.");
    Connection& connection = there->connection;
    if (connection.state == "disconnecting" || connection.state == "disconnected") return there;
    connection.state = "disconnecting";
    connection.message = "Disconnected; the source has not confirmed the end of the consent yet, which is repeated by itself.";
    Tokens& tokens = there->tokens;
    tokens.access = config::Secret();
    tokens.expires_at = 0;
    tokens.fence = take_right_away(tx, connection_id);  // whoever renews now stores nothing any more
    tx.exec(
        "UPDATE connection SET state = $2, message = $3, tokens = $4, leaving_since = now(), leave_at = now() + interval '1 minute', "
        "updated_at = now() WHERE connection_id = $1",
        {connection_id, connection.state, connection.message, pg::Param::bytes(seal(connection, tokens))});
    tell_broken(tx, connection, "The company was disconnected", "Connect it again to go on.", true);
    return there;
  });
}

void PostgresConnections::disconnected(const std::string& connection_id, const std::string& message) {
  pool_.transact([&](pg::Tx& tx) {
    auto there = read(tx, connection_id, true);
    if (!there || there->connection.state != "disconnecting") return;
    Tokens nothing;
    nothing.fence = there->tokens.fence;
    tx.exec(
        "UPDATE connection SET state = 'disconnected', message = $2, tokens = $3, leaving_since = NULL, leave_at = NULL, updated_at = "
        "now() "
        "WHERE connection_id = $1",
        {connection_id, message, pg::Param::bytes(seal(there->connection, nothing))});
  });
}

void PostgresConnections::disconnect_later(const std::string& connection_id, milliseconds wait) {
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("UPDATE connection SET leave_at = now() + $2 * interval '1 ms' WHERE connection_id = $1 AND state = 'disconnecting'",
            {connection_id, static_cast<std::int64_t>(wait.count())});
  });
}

std::optional<ConnectionStore::Leaving> PostgresConnections::next_leaving() {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<Leaving> {
    const auto rows = tx.exec(
        "UPDATE connection SET leave_at = now() + interval '1 minute' WHERE connection_id = (SELECT connection_id FROM connection WHERE "
        "state "
        "= 'disconnecting' AND leave_at < now() ORDER BY leave_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING connection_id, "
        "(extract(epoch FROM now() - leaving_since) * 1000)::bigint AS tried_for");
    if (rows.empty()) return std::nullopt;
    auto sign_in = read(tx, rows[0].text("connection_id"), false);
    if (!sign_in) {
      log::warn("a sign-in that is to be ended cannot be read",
                {{"connection", rows[0].text("connection_id")}, {"error", sign_in.error().message}});
      return std::nullopt;
    }
    return Leaving{std::move(*sign_in), milliseconds(rows[0].integer("tried_for"))};
  });
}

bool PostgresConnections::lives_elsewhere(const Connection& connection) {
  const acting::Scope all(acting::everyone());
  return pool_.transact([&](pg::Tx& tx) {
    return !tx.exec(
                  "SELECT 1 FROM connection WHERE platform = $1 AND company_id = $2 AND tenant_id <> $3 AND state = 'connected' "
                  "LIMIT 1",  // only who has shown that the company lets him in
                  {connection.platform, connection.company_id, connection.tenant})
                .empty();
  });
}

}  // namespace q2o::connector
