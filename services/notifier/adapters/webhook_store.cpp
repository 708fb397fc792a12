#include "services/notifier/adapters/webhook_store.h"

#include <fmt/format.h>

#include "common/acting/acting.h"
#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/once/once.h"
#include "common/pg/utc.h"
#include "services/notifier/adapters/announcer.h"
#include "services/notifier/adapters/problems.h"

namespace q2o::notifier {
namespace {

constexpr std::chrono::milliseconds kLease{60'000};  // longer than an attempt may take
constexpr std::int64_t kEndpointsMost = 20;
constexpr std::string_view kUrl = "notifier.webhook_endpoint.url", kDescription = "notifier.webhook_endpoint.description",
                           kSecret = "notifier.webhook_endpoint.secret", kOldSecret = "notifier.webhook_endpoint.old_secret",
                           kBody = "notifier.webhook_delivery.body";
const std::string kEndpointColumns =
    "endpoint_id, tenant_id, url, description, events, enabled, disabled_reason, " + pg::utc("created_at", "created");
const std::string kDeliveryColumns = "delivery_id, endpoint_id, migration_id, event, state, attempts, last_status, last_error, number, " +
                                     pg::utc("created_at", "created") + ", " + pg::utc("next_at", "next") + ", " +
                                     pg::utc("settled_at", "settled");

/// Of one tenant at the same time, over all replicas: what a tenant whose servers never answer can hold up.
constexpr std::int64_t kAtOnceOfTenant = 2;
/// The tenants that have something due, who was served longest ago first, and of each what is due first. What is being sent still counts as
/// due, so a tenant has no more under way. The tenants are found one after the other in the index, however long their queues are.
constexpr const char* kDue =
    "with recursive tenants as ((select tenant_id from webhook_delivery where state = 'waiting' order by tenant_id limit 1) union all "
    "select (select d.tenant_id from webhook_delivery d where d.state = 'waiting' and d.tenant_id > t.tenant_id order by d.tenant_id limit "
    "1) from tenants t where t.tenant_id is not null) select due.delivery_id from tenants t left join webhook_turn turn using (tenant_id) "
    "cross join lateral (select d.delivery_id, d.next_at from webhook_delivery d join webhook_endpoint e using (endpoint_id) where "
    "d.tenant_id = t.tenant_id and d.state = 'waiting' and d.next_at <= now() and e.enabled order by d.next_at, d.number limit $1) due "
    "order by turn.served_at nulls first, due.next_at limit 40";

std::string webhook_id_of(std::string delivery) {
  std::erase(delivery, '-');
  return "msg_" + delivery;
}

v1::Endpoint endpoint_of(pg::Tx& tx, const pg::Row& row) {
  v1::Endpoint out;
  const auto tenant = row.text("tenant_id"), id = row.text("endpoint_id");
  out.set_endpoint_id(id);
  out.set_url(tx.open({tenant, "", kUrl, id}, row.text("url")));
  out.set_description(tx.open({tenant, "", kDescription, id}, row.text("description")));
  for (auto& event : row.text_array("events")) out.add_events(std::move(event));
  out.set_enabled(row.boolean("enabled"));
  out.set_disabled_reason(row.text("disabled_reason"));
  out.set_created_at(row.text("created"));
  return out;
}

v1::Delivery delivery_of(const pg::Row& row) {
  v1::Delivery out;
  out.set_delivery_id(row.text("delivery_id"));
  out.set_endpoint_id(row.text("endpoint_id"));
  out.set_webhook_id(webhook_id_of(row.text("delivery_id")));
  out.set_event(row.text("event"));
  out.set_migration_id(row.text("migration_id"));
  const auto state = row.text("state");
  out.set_state(state == "waiting"     ? v1::DELIVERY_STATE_WAITING
                : state == "delivered" ? v1::DELIVERY_STATE_DELIVERED
                                       : v1::DELIVERY_STATE_FAILED);
  out.set_attempts(static_cast<std::uint32_t>(row.integer("attempts")));
  out.set_last_status(static_cast<std::uint32_t>(row.integer("last_status")));
  out.set_last_error(row.text("last_error"));
  out.set_created_at(row.text("created"));
  if (state == "waiting") out.set_next_at(row.text("next"));
  out.set_settled_at(row.text("settled"));
  return out;
}

/// The id of the new delivery; empty when there is one of this notice already.
std::string add_delivery(pg::Tx& tx, const std::string& endpoint, const Notice& notice) {
  const auto id = ids::uuid_v7();
  const auto body = webhook_body(notice.event, calendar::rfc3339(std::chrono::system_clock::now()), notice.values);
  const auto rows = tx.exec(
      "insert into webhook_delivery (delivery_id, tenant_id, migration_id, endpoint_id, notice_id, event, body, state) values ($1, $2, "
      "nullif($3, "
      "'')::uuid, $4, $5, $6, $7, 'waiting') on conflict (endpoint_id, notice_id) do nothing returning delivery_id",
      {id, notice.tenant, notice.migration, endpoint, notice.id, notice.event,
       tx.seal_text({notice.tenant, notice.migration, kBody, id}, body)});
  tx.notify(kWebhookChannel);
  return rows.empty() ? std::string() : id;
}

std::optional<v1::Delivery> read_delivery(pg::Tx& tx, const std::string& tenant, const std::string& id) {
  const auto rows = tx.exec(
      fmt::format("select {} from webhook_delivery where tenant_id = $1::uuid and delivery_id = $2::uuid", kDeliveryColumns), {tenant, id});
  if (rows.empty()) return std::nullopt;
  return delivery_of(rows[0]);
}

std::vector<std::string> list_of(const google::protobuf::RepeatedPtrField<std::string>& events) {
  return {events.begin(), events.end()};
}

}  // namespace

void add_deliveries(pg::Tx& tx, const Notice& notice) {
  for (const auto row :
       tx.exec("select endpoint_id from webhook_endpoint where tenant_id = $1::uuid and enabled and (events = '{}' or $2 = any(events))",
               {notice.tenant, notice.event}))
    add_delivery(tx, row.text("endpoint_id"), notice);
}

std::optional<WebhookJob> WebhookStore::next() {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<WebhookJob> {
    for (const auto row : tx.exec(kDue, {kAtOnceOfTenant})) {
      const auto id = row.text("delivery_id");
      const auto lease = pg::try_lease(tx, "webhook", id, instance_, kLease);
      if (!lease) continue;  // somebody is sending it
      if (auto job = opened(tx, id, *lease)) return job;
      pg::release(tx, *lease);
    }
    return std::nullopt;
  });
}

std::optional<WebhookJob> WebhookStore::opened(pg::Tx& tx, const std::string& id, const pg::Lease& lease) {
  // Once more, now that it is ours: it may have been delivered between the look and the lease.
  const auto rows = tx.exec(
      "select d.tenant_id, d.migration_id, d.endpoint_id, d.event, d.body, d.attempts, greatest(0, extract(epoch from now() - "
      "d.due_at))::bigint as age, e.url, e.secret, case when e.old_until > now() then e.old_secret else '' end as old_secret from "
      "webhook_delivery d join webhook_endpoint e using (endpoint_id) where d.delivery_id = $1 and d.state = 'waiting' and d.next_at <= "
      "now() and e.enabled for update of d",
      {id});
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  const auto tenant = row.text("tenant_id"), endpoint = row.text("endpoint_id");
  std::string url, body, secret, old_secret = row.text("old_secret");
  try {
    url = tx.open({tenant, "", kUrl, endpoint}, row.text("url"));
    body = tx.open({tenant, row.text("migration_id"), kBody, id}, row.text("body"));
    secret = tx.open({tenant, "", kSecret, endpoint}, row.text("secret"));
    if (!old_secret.empty()) old_secret = tx.open({tenant, "", kOldSecret, endpoint}, old_secret);
  } catch (const std::exception& problem) {  // its key is gone or cannot be had: everybody else's webhooks go on
    log::error("a webhook cannot be opened", {{"delivery", id}, {"error", problem.what()}});
    tx.exec("update webhook_delivery set next_at = now() + interval '10 minutes' where delivery_id = $1", {id});
    return std::nullopt;
  }
  tx.exec("update webhook_delivery set attempts = attempts + 1 where delivery_id = $1", {id});
  tx.exec(
      "insert into webhook_turn (tenant_id, served_at) values ($1, clock_timestamp()) on conflict (tenant_id) do update set served_at = "
      "excluded.served_at",
      {tenant});
  WebhookJob job{id,
                 endpoint,
                 tenant,
                 row.text("event"),
                 webhook_id_of(id),
                 std::move(url),
                 std::move(body),
                 {config::Secret(std::move(secret))},
                 static_cast<int>(row.integer("attempts")) + 1,
                 std::chrono::seconds(row.integer("age")),
                 lease.fence};
  if (!old_secret.empty()) job.secrets.emplace_back(std::move(old_secret));
  return job;
}

bool WebhookStore::settle(const WebhookJob& job, int status, const std::string& error, std::optional<std::chrono::milliseconds> pause,
                          const std::string& disable) {
  return pool_.transact([&](pg::Tx& tx) {
    const pg::Lease lease{"webhook", job.id, job.fence};
    if (!pg::held(tx, lease)) return false;
    if (pause) {
      tx.exec(
          "update webhook_delivery set last_status = $2, last_error = $3, next_at = now() + $4 * interval '1 millisecond' where "
          "delivery_id = $1",
          {job.id, status, error, static_cast<std::int64_t>(pause->count())});
    } else {
      tx.exec("update webhook_delivery set last_status = $2, last_error = $3, state = $4, settled_at = now() where delivery_id = $1",
              {job.id, status, error, error.empty() ? "delivered" : "failed"});
      if (!error.empty())
        add_problem(tx, job.tenant, "", "webhook.failed", fmt::format("a webhook ({}) was not delivered: {}", job.event, error),
                    "Look at the endpoint, then send the delivery again.");
    }
    if (!disable.empty())
      tx.exec("update webhook_endpoint set enabled = false, disabled_reason = $2 where endpoint_id = $1", {job.endpoint, disable});
    pg::release(tx, lease);
    return true;
  });
}

Result<v1::Endpoint> WebhookStore::create(const std::string& tenant, const v1::CreateEndpointRequest& wanted,
                                          const config::Secret& secret) {
  const auto make = [&](pg::Tx& tx) -> Result<v1::Endpoint> {
    if (tx.one("select count(*) as n from webhook_endpoint where tenant_id = $1::uuid", {tenant}).integer("n") >= kEndpointsMost)
      return fail(Code::resource_exhausted, fmt::format("there are {} endpoints already", kEndpointsMost), "TOO_MANY_ENDPOINTS",
                  "Delete one that is not needed any more.");
    const auto id = ids::uuid_v7();
    acting::about("endpoint", id);
    const auto row = tx.one(
        fmt::format("insert into webhook_endpoint (endpoint_id, tenant_id, url, description, secret, events) values ($1, $2, $3, $4, $5, "
                    "$6) returning {}",
                    kEndpointColumns),
        {id, tenant, tx.seal_text({tenant, "", kUrl, id}, wanted.url()), tx.seal_text({tenant, "", kDescription, id}, wanted.description()),
         tx.seal_text({tenant, "", kSecret, id}, secret.reveal()), list_of(wanted.events())});
    return endpoint_of(tx, row);
  };
  return pool_.transact([&](pg::Tx& tx) {
    return once::shown_once(tx, [&] { return make(tx); }, [](const v1::Endpoint& made) { return "endpoint/" + made.endpoint_id(); });
  });
}

std::vector<v1::Endpoint> WebhookStore::list(const std::string& tenant) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<v1::Endpoint> out;
    for (const auto row : tx.exec(
             fmt::format("select {} from webhook_endpoint where tenant_id = $1::uuid order by created_at, endpoint_id", kEndpointColumns),
             {tenant}))
      out.push_back(endpoint_of(tx, row));
    return out;
  });
}

std::optional<v1::Endpoint> WebhookStore::update(const std::string& tenant, const v1::UpdateEndpointRequest& wanted) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<v1::Endpoint> {
    const auto& id = wanted.endpoint_id();
    const auto rows =
        tx.exec(fmt::format("update webhook_endpoint set url = $3, description = $4, events = $5, enabled = $6, disabled_reason = '' where "
                            "tenant_id = $1::uuid and endpoint_id = $2::uuid returning {}",
                            kEndpointColumns),
                {tenant, id, tx.seal_text({tenant, "", kUrl, id}, wanted.url()),
                 tx.seal_text({tenant, "", kDescription, id}, wanted.description()), list_of(wanted.events()), wanted.enabled()});
    if (rows.empty()) return std::nullopt;
    tx.notify(kWebhookChannel);
    return endpoint_of(tx, rows[0]);
  });
}

bool WebhookStore::remove(const std::string& tenant, const std::string& endpoint) {
  return pool_.transact([&](pg::Tx& tx) {
    return tx.exec("delete from webhook_endpoint where tenant_id = $1::uuid and endpoint_id = $2::uuid", {tenant, endpoint}).affected() ==
           1;
  });
}

std::optional<std::string> WebhookStore::rotate(const std::string& tenant, const std::string& endpoint, const config::Secret& secret) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<std::string> {
    const auto rows =
        tx.exec("select secret from webhook_endpoint where tenant_id = $1::uuid and endpoint_id = $2::uuid for update", {tenant, endpoint});
    if (rows.empty()) return std::nullopt;
    const auto old = tx.open({tenant, "", kSecret, endpoint}, rows[0].text("secret"));
    return tx
        .one(
            "update webhook_endpoint set secret = $2, old_secret = $3, old_until = now() + interval '1 day' where endpoint_id = $1::uuid "
            "returning " +
                pg::utc("old_until", "until"),
            {endpoint, tx.seal_text({tenant, "", kSecret, endpoint}, secret.reveal()),
             tx.seal_text({tenant, "", kOldSecret, endpoint}, old)})
        .text("until");
  });
}

std::optional<v1::Delivery> WebhookStore::ping(const std::string& tenant, const std::string& endpoint) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<v1::Delivery> {
    if (tx.exec("select 1 from webhook_endpoint where tenant_id = $1::uuid and endpoint_id = $2::uuid", {tenant, endpoint}).empty())
      return std::nullopt;
    Notice notice;
    notice.id = ids::uuid_v4();
    notice.event = "test.ping";
    notice.tenant = tenant;
    const auto id = add_delivery(tx, endpoint, notice);
    acting::about("delivery", id);
    return read_delivery(tx, tenant, id);
  });
}

std::optional<std::vector<v1::Delivery>> WebhookStore::deliveries(const std::string& tenant, const std::string& endpoint,
                                                                  std::int64_t before, std::uint32_t most, std::int64_t& next) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<std::vector<v1::Delivery>> {
    if (tx.exec("select 1 from webhook_endpoint where tenant_id = $1::uuid and endpoint_id = $2::uuid", {tenant, endpoint}).empty())
      return std::nullopt;
    std::vector<v1::Delivery> out;
    std::int64_t last = 0;
    next = 0;
    for (const auto row : tx.exec(fmt::format("select {} from webhook_delivery where tenant_id = $1::uuid and endpoint_id = $2::uuid and "
                                              "($3::bigint = 0 or number < $3) order by "
                                              "number desc limit $4",
                                              kDeliveryColumns),
                                  {tenant, endpoint, before, static_cast<std::int64_t>(most) + 1})) {
      if (out.size() == most) {
        next = last;
        break;
      }
      out.push_back(delivery_of(row));
      last = row.integer("number");
    }
    return out;
  });
}

std::optional<v1::Delivery> WebhookStore::resend(const std::string& tenant, const std::string& delivery) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<v1::Delivery> {
    const auto rows = tx.exec(
        "update webhook_delivery set state = 'waiting', attempts = 0, next_at = now(), due_at = now(), settled_at = null where tenant_id = "
        "$1::uuid and delivery_id = $2::uuid returning " +
            kDeliveryColumns,
        {tenant, delivery});
    if (rows.empty()) return std::nullopt;
    tx.notify(kWebhookChannel);
    return delivery_of(rows[0]);
  });
}

}  // namespace q2o::notifier
