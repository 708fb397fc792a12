#include "services/notifier/wiring.h"

#include <charconv>

#include "common/audit/notes.h"
#include "common/bus/bus.h"
#include "common/bus/running.h"
#include "common/content/service.h"
#include "common/crypto/hmac.h"
#include "common/log/log.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "common/pg/pg.h"
#include "common/pg/readiness.h"
#include "common/rpc/rpc.h"
#include "common/sealing/services.h"
#include "embedded/notifier_schema.h"
#include "services/notifier/adapters/event_consumer.h"
#include "services/notifier/adapters/http_webhook_sender.h"
#include "services/notifier/adapters/live_rpc.h"
#include "services/notifier/adapters/mail_rpc.h"
#include "services/notifier/adapters/mail_settings.h"
#include "services/notifier/adapters/progress_rpc.h"
#include "services/notifier/adapters/status_consumer.h"
#include "services/notifier/adapters/webhook_rpc.h"
#include "services/notifier/app/webhooks.h"

namespace q2o::notifier {
namespace {

/// The RPC server has 64 threads and every watcher holds one: the rest answers questions.
constexpr int kWatchersMost = 48, kWatchersOfTenant = 16, kWatchersOfPerson = 6;
/// Due times are looked at so often where nothing wakes the senders.
constexpr std::chrono::milliseconds kLookEvery{1000};

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// One thread that works on what is due until nothing is, then waits to be woken.
template <class Work>
void run_worker(runtime::Runtime& runtime, pg::Pool& pool, const std::string& name, const char* channel, Work& work) {
  runtime.loop(name, [&pool, &work, channel, name](std::stop_token stop) {
    pg::Listener listener(pool.options(), channel);
    while (!stop.stop_requested()) {
      try {
        while (!stop.stop_requested() && work.run_one()) {
        }
      } catch (const std::exception& problem) {
        log::warn("a worker's round failed, trying again", {{"worker", name}, {"error", problem.what()}});
      }
      listener.wait(kLookEvery, stop);
    }
  });
}

}  // namespace

void wire(config::Reader& config, runtime::Runtime& runtime) {
  auto kafka = bus::read_options(config, "notifier");
  const auto sealing = sealing::read_options(config);
  auto database = pg::read_options(config);
  const auto listen = config.text("grpc.listen");
  const auto config_dir = config.text("config.dir", "");
  const auto key_file = config.text("crypto.key_file");
  const auto public_url = without_slash(config.text("edge.public_url", "https://127.0.0.1:15443"));
  const Places::Most watchers{static_cast<int>(config.integer("watchers.most", kWatchersMost, 1, kWatchersMost)),
                              static_cast<int>(config.integer("watchers.per_tenant", kWatchersOfTenant, 1, kWatchersMost)),
                              static_cast<int>(config.integer("watchers.per_person", kWatchersOfPerson, 1, kWatchersMost))};
  const auto senders = config.integer("mail.senders", 2, 1, 8);
  const auto webhook_senders = config.integer("webhooks.senders", 4, 1, 16);
  auto webhook_rules = http::read_guard_rules(config);
  webhook_rules.allow_query = true;
  auto mail = read_mail_settings(config);
  if (!config.complaints().empty()) return;  // runtime::run prints them all and leaves
  const auto stream_key = crypto::derived_key(key_file, "notifier stream"), link_key = crypto::derived_key(key_file, "notifier links");
  if (!stream_key || !link_key) throw std::runtime_error((stream_key ? link_key : stream_key).error().message);
  auto templates = MailTemplates::read((config_dir.empty() ? std::string("config") : config_dir) + "/mails");
  if (!templates) throw std::runtime_error(templates.error().message);
  if (!mail.on) log::warn("no mails are sent: smtp.host is not configured");
  mail.sender.home = public_url;
  pg::before_commit(audit::note);
  database.seal = kafka.seal = sealing::start(runtime, sealing, kafka);

  auto& pool = runtime.own(std::make_unique<pg::Pool>(database));
  pg::migrate(pool, pg::schema_of(embedded::notifier_schema::kFiles, {once::schema()}));

  auto& producer = runtime.own(std::make_unique<bus::Producer>(kafka));
  auto& relay = runtime.own(std::make_unique<bus::OutboxRelay>(pool, producer));
  bus::run(runtime, relay);

  auto& mails = runtime.own(std::make_unique<MailTemplates>(std::move(*templates)));
  const auto domain = mail.sender.from_address.substr(mail.sender.from_address.find('@') + 1);
  auto& announcer = runtime.own(std::make_unique<Announcer>(mails, Announcer::Options{public_url, domain, mail.on}));
  auto& facts = runtime.own(std::make_unique<bus::Consumer>(
      kafka, "q2o.notifier.progress", status_topics(),
      [&pool, &announcer](std::span<const bus::Incoming> messages) { consume(pool, messages, &announcer); }));
  auto& events = runtime.own(std::make_unique<bus::Consumer>(
      kafka, "q2o.notifier.events", event_topics(),
      [&pool, &announcer](std::span<const bus::Incoming> messages) { consume_events(pool, announcer, messages); }));
  bus::run(runtime, "facts", facts);
  bus::run(runtime, "events", events);
  pg::ready_with_database(runtime, database);

  auto& mail_store = runtime.own(std::make_unique<MailStore>(pool, runtime.instance()));
  if (mail.on) {
    auto& server = runtime.own(std::make_unique<SmtpClient>(mail.server));
    auto& mailer = runtime.own(std::make_unique<Mailer>(
        mail_store, server, mails, mail.sender,
        [key = *link_key, public_url](const std::string& tenant, const std::string& recipient) {
          return unsubscribe_url(key, public_url, tenant, recipient);
        },
        runtime.metrics()));
    for (std::int64_t i = 0; i < senders; ++i) run_worker(runtime, pool, "mail " + std::to_string(i), kMailChannel, mailer);
  }
  auto& webhook_store = runtime.own(std::make_unique<WebhookStore>(pool, runtime.instance()));
  auto& webhook_sender = runtime.own(std::make_unique<HttpWebhookSender>(webhook_rules));
  auto& webhooks = runtime.own(std::make_unique<Webhooks>(webhook_store, webhook_sender, runtime.metrics()));
  for (std::int64_t i = 0; i < webhook_senders; ++i) run_worker(runtime, pool, "webhooks " + std::to_string(i), kWebhookChannel, webhooks);

  auto& changes = runtime.own(std::make_unique<Changes>(database));
  auto& places = runtime.own(std::make_unique<Places>(watchers));
  auto& progress = runtime.own(std::make_unique<ProgressRpc>(pool, changes, places, runtime.stop_token(), ProgressRpc::Options{}));
  auto& live = runtime.own(std::make_unique<LiveRpc>(pool, changes, places, runtime.stop_token(), LiveRpc::Options{.key = *stream_key}));
  auto& mail_rpc = runtime.own(std::make_unique<MailRpc>(mail_store, *link_key));
  auto& webhook_rpc = runtime.own(std::make_unique<WebhookRpc>(webhook_store, webhook_sender));
  auto& content = content::start(runtime, pool, sealing, config_dir);
  runtime.own(std::make_unique<rpc::Server>(listen, std::vector<grpc::Service*>{&progress, &live, &mail_rpc, &webhook_rpc, &content},
                                            runtime.metrics()));
}

}  // namespace q2o::notifier
