#include "services/notifier/adapters/event_consumer.h"

#include <fmt/format.h>

#include "common/bus/topic.h"
#include "common/http/http.h"
#include "common/ids/ids.h"
#include "q2o/billing/v1/event.pb.h"
#include "q2o/identity/v1/event.pb.h"
#include "services/notifier/adapters/people.h"

namespace q2o::notifier {
namespace {

using identity::v1::IdentityEvent;

constexpr const char* kConsumer = "events";

tl::unexpected<Error> undecodable(const std::string& what) {
  return fail(Error{Code::invalid_argument, what, Retry::never, Effect::none, "UNDECODABLE", "", {}});
}

/// Opens a text that identity sealed inside of an event.
class Opener {
 public:
  Opener(pg::Tx& tx, const IdentityEvent& event) : tx_(tx), event_(event) {}
  std::string operator()(const char* field, const std::string& sealed) const {
    if (sealed.empty()) return {};
    const auto where = fmt::format("{}/{}", topic::kIdentityEvent, field);
    return tx_.open({event_.tenant_id(), "", where, event_.event_id()}, sealed);
  }

 private:
  pg::Tx& tx_;
  const IdentityEvent& event_;
};

/// "2026-11-30T12:05:00Z" -> "2026-11-30 12:05 UTC"
std::string moment(const std::string& rfc3339) {
  if (rfc3339.size() < 16) return rfc3339;
  return rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 5) + " UTC";
}

/// The mail that an event asks for; without an event name: none.
Announcer::Personal mail_of(const IdentityEvent& event, const Opener& open, const std::string& url) {
  Announcer::Personal out{event.event_id(), "", event.tenant_id(), open("address", event.to().address_sealed()), {}};
  auto& values = out.values;
  values["name"] = open("name", event.to().name_sealed());
  values["time"] = moment(event.occurred_at());
  const auto link = [&](const char* page, const std::string& sealed) {
    values["link"] = fmt::format("{}/{}?token={}", url, page, http::percent_encode(open("link_token", sealed)));
  };
  if (event.has_verify_address()) {
    out.event = "account.verify";
    link("verify", event.verify_address().link_token_sealed());
    values["expires"] = moment(event.verify_address().expires_at());
  } else if (event.has_reset_password()) {
    out.event = "account.reset";
    link("reset", event.reset_password().link_token_sealed());
    values["expires"] = moment(event.reset_password().expires_at());
  } else if (event.has_invitation()) {
    out.event = "org.invite";
    link("invitation", event.invitation().link_token_sealed());
    values["expires"] = moment(event.invitation().expires_at());
    values["company"] = open("company", event.invitation().company_sealed());
    values["invited_by"] = open("invited_by", event.invitation().invited_by_sealed());
    values["role"] = event.invitation().role();
  } else if (event.has_new_sign_in()) {
    out.event = "security.new_login";
    values["from"] = open("client_address", event.new_sign_in().client_address_sealed());
    values["program"] = open("client_program", event.new_sign_in().client_program_sealed());
    values["link"] = url + "/reset";
  } else if (event.has_address_taken()) {
    out.event = "account.taken";
    values["link"] = url + "/reset";
  } else if (event.has_password_changed()) {
    out.event = "account.password_changed";
    values["link"] = url + "/reset";
  }
  return out;
}

Status apply_identity(pg::Tx& tx, const Announcer& announcer, const bus::Incoming& message) {
  IdentityEvent event;
  if (!event.ParseFromString(message.value)) return undecodable("the message does not decode");
  if (!ids::is_uuid(event.tenant_id()) || event.event_id().empty()) return undecodable("tenant_id or event_id is none");
  const Opener open(tx, event);
  if (event.has_person_changed()) {
    if (!ids::is_uuid(event.to().person_id())) return undecodable("person_id is none");
    remember(tx, event.tenant_id(),
             {event.to().person_id(), open("address", event.to().address_sealed()), open("name", event.to().name_sealed()),
              event.person_changed().role(), event.person_changed().active()},
             event.occurred_at());
    return {};
  }
  if (const auto mail = mail_of(event, open, announcer.public_url()); !mail.event.empty()) announcer.announce(tx, mail);
  return {};
}

Status apply_payment(pg::Tx& tx, const Announcer& announcer, const bus::Incoming& message) {
  billing::v1::PaymentEvent event;
  if (!event.ParseFromString(message.value)) return undecodable("the message does not decode");
  if (!ids::is_uuid(event.tenant_id()) || event.event_id().empty()) return undecodable("tenant_id or event_id is none");
  for (const auto& notice : notices_of(event, announcer.public_url())) announcer.announce(tx, notice);
  return {};
}

}  // namespace

std::vector<std::string> event_topics() {
  return {topic::kIdentityEvent, topic::kPayment};
}

void consume_events(pg::Pool& pool, const Announcer& announcer, std::span<const bus::Incoming> messages) {
  pool.transact([&](pg::Tx& tx) {
    for (const auto& message : messages) {
      if (!pg::Inbox::insert(tx, kConsumer, message.id())) continue;
      const auto done = message.topic == topic::kPayment ? apply_payment(tx, announcer, message) : apply_identity(tx, announcer, message);
      if (!done) bus::dead_letter(tx, "notifier", message, done.error());
    }
  });
}

}  // namespace q2o::notifier
