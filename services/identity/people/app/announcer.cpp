#include "services/identity/people/app/announcer.h"

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"

namespace q2o::identity::people {
namespace {

/// One event while it is made: seals its texts, then goes into the outbox.
class Draft {
 public:
  Draft(pg::Tx& tx, const std::string& tenant, const Reader& to, const Clock& now) : tx_(tx) {
    event.set_event_id(ids::uuid_v4());
    event.set_tenant_id(tenant);
    event.set_occurred_at(text_of(now()));
    auto& reader = *event.mutable_to();
    reader.set_person_id(to.person);
    reader.set_address_sealed(sealed("address", to.address));
    reader.set_name_sealed(sealed("name", to.name));
    reader.set_language(to.language);
  }
  std::string sealed(const std::string& field, const std::string& text) {
    const std::string where = std::string(topic::kIdentityEvent) + "/" + field;
    return tx_.seal_text({event.tenant_id(), "", where, event.event_id()}, text);
  }
  void store() {
    bus::Outgoing message;
    message.topic = topic::kIdentityEvent;
    message.key = event.tenant_id();
    message.value = event.SerializeAsString();
    message.id = event.event_id();
    message.type = event.GetTypeName();
    message.tenant = event.tenant_id();
    bus::store(tx_, message);
  }
  v1::IdentityEvent event;

 private:
  pg::Tx& tx_;
};

}  // namespace

void Announcer::verify_address(pg::Tx& tx, const std::string& tenant, const Reader& to, const config::Secret& token,
                               std::chrono::system_clock::time_point expires) const {
  Draft draft(tx, tenant, to, now_);
  auto& mail = *draft.event.mutable_verify_address();
  mail.set_link_token_sealed(draft.sealed("link_token", token.reveal()));
  mail.set_expires_at(text_of(expires));
  draft.store();
}

void Announcer::reset_password(pg::Tx& tx, const std::string& tenant, const Reader& to, const config::Secret& token,
                               std::chrono::system_clock::time_point expires) const {
  Draft draft(tx, tenant, to, now_);
  auto& mail = *draft.event.mutable_reset_password();
  mail.set_link_token_sealed(draft.sealed("link_token", token.reveal()));
  mail.set_expires_at(text_of(expires));
  draft.store();
}

void Announcer::invitation(pg::Tx& tx, const std::string& tenant, const Reader& to, const config::Secret& token,
                           const Invited& invited) const {
  Draft draft(tx, tenant, to, now_);
  auto& mail = *draft.event.mutable_invitation();
  mail.set_link_token_sealed(draft.sealed("link_token", token.reveal()));
  mail.set_expires_at(text_of(invited.expires));
  mail.set_company_sealed(draft.sealed("company", invited.company));
  mail.set_invited_by_sealed(draft.sealed("invited_by", invited.invited_by));
  mail.set_role(invited.role);
  draft.store();
}

void Announcer::new_sign_in(pg::Tx& tx, const std::string& tenant, const Reader& to, const std::string& client_address,
                            const std::string& program) const {
  Draft draft(tx, tenant, to, now_);
  auto& mail = *draft.event.mutable_new_sign_in();
  mail.set_client_address_sealed(draft.sealed("client_address", client_address));
  mail.set_client_program_sealed(draft.sealed("client_program", program));
  draft.store();
}

void Announcer::address_taken(pg::Tx& tx, const std::string& tenant, const Reader& to) const {
  Draft draft(tx, tenant, to, now_);
  draft.event.mutable_address_taken();
  draft.store();
}

void Announcer::password_changed(pg::Tx& tx, const std::string& tenant, const Reader& to) const {
  Draft draft(tx, tenant, to, now_);
  draft.event.mutable_password_changed();
  draft.store();
}

void Announcer::person_changed(pg::Tx& tx, const std::string& tenant, const Reader& who, const std::string& role, bool active) const {
  Draft draft(tx, tenant, who, now_);
  auto& change = *draft.event.mutable_person_changed();
  change.set_role(role);
  change.set_active(active);
  draft.store();
}

}  // namespace q2o::identity::people
