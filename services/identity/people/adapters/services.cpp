#include "services/identity/people/adapters/services.h"

#include "common/rpc/page.h"
#include "services/identity/edge/session_cookie.h"
#include "services/identity/people/adapters/calling.h"

namespace q2o::identity::people {
namespace {

constexpr const char* kMailSent = "If that address can be used, a mail is on its way. Follow its link.";

void set_cookie(grpc::ServerContext& context, std::string_view value, std::chrono::seconds lives = {}) {
  context.AddInitialMetadata("set-cookie", edge::session_cookie(value, lives));
  context.AddInitialMetadata("cache-control", "no-store");
}

}  // namespace

grpc::Status AccountService::SignUp(grpc::ServerContext* context, const v1::SignUpRequest* request, v1::SignUpResponse* response) {
  return answer(*context, [&](const Visit& visit) {
    response->set_message(kMailSent);
    return accounts_.sign_up(*request, visit);
  });
}
grpc::Status AccountService::VerifyEmail(grpc::ServerContext* context, const v1::VerifyEmailRequest* request, v1::VerifyEmailResponse*) {
  return answer(*context,
                [&](const Visit& visit) { return accounts_.verify(request->token(), config::Secret(request->password()), visit); });
}
grpc::Status AccountService::SignIn(grpc::ServerContext* context, const v1::SignInRequest* request, v1::SignInResponse* response) {
  return answer(*context, [&](const Visit& visit) {
    return accounts_.sign_in(*request, visit).map([&](SignedIn signed_in) {
      set_cookie(*context, signed_in.session.reveal(), signed_in.lives);
      *response->mutable_me() = std::move(signed_in.me);
    });
  });
}
grpc::Status AccountService::SignOut(grpc::ServerContext* context, const v1::SignOutRequest*, v1::SignOutResponse*) {
  return answer(*context, [&](const Visit& visit) -> Status {
    accounts_.sign_out(visit);
    set_cookie(*context, "");
    return {};
  });
}
grpc::Status AccountService::SignOutEverywhere(grpc::ServerContext* context, const v1::SignOutEverywhereRequest*,
                                               v1::SignOutEverywhereResponse* response) {
  return answer(*context, [&](const Visit& visit) -> Status {
    response->set_sessions(static_cast<std::uint32_t>(accounts_.sign_out_everywhere(visit)));
    set_cookie(*context, "");
    return {};
  });
}
grpc::Status AccountService::RequestPasswordReset(grpc::ServerContext* context, const v1::RequestPasswordResetRequest* request,
                                                  v1::RequestPasswordResetResponse* response) {
  return answer(*context, [&](const Visit& visit) {
    response->set_message(kMailSent);
    return accounts_.request_reset(request->email(), visit);
  });
}
grpc::Status AccountService::ResetPassword(grpc::ServerContext* context, const v1::ResetPasswordRequest* request,
                                           v1::ResetPasswordResponse*) {
  return answer(*context,
                [&](const Visit& visit) { return accounts_.reset(request->token(), config::Secret(request->password()), visit); });
}
grpc::Status AccountService::ChangePassword(grpc::ServerContext* context, const v1::ChangePasswordRequest* request,
                                            v1::ChangePasswordResponse*) {
  return answer(*context, [&](const Visit& visit) {
    return accounts_.change_password(config::Secret(request->password()), config::Secret(request->new_password()), visit);
  });
}
grpc::Status AccountService::WhoAmI(grpc::ServerContext* context, const v1::WhoAmIRequest*, v1::WhoAmIResponse* response) {
  return answer(*context, [&](const Visit& visit) {
    return accounts_.who_am_i(visit).map([&](v1::Me me) { *response->mutable_me() = std::move(me); });
  });
}
grpc::Status AccountService::SwitchTenant(grpc::ServerContext* context, const v1::SwitchTenantRequest* request,
                                          v1::SwitchTenantResponse* response) {
  return answer(*context, [&](const Visit& visit) {
    return accounts_.switch_tenant(request->tenant_id(), visit).map([&](v1::Me me) { *response->mutable_me() = std::move(me); });
  });
}

grpc::Status PeopleService::ListPeople(grpc::ServerContext* context, const v1::ListPeopleRequest* request,
                                       v1::ListPeopleResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) -> Status {
    if (!request->page_token().empty() && !ids::is_uuid(request->page_token())) return rpc::bad_page_token();
    const auto size = rpc::page_size(request->page_size());
    for (auto& person : staff_.list(visit.tenant, request->page_token(), size)) *response->add_people() = std::move(person);
    if (request->page_token().empty())
      for (auto& invitation : staff_.invitations(visit.tenant)) *response->add_invitations() = std::move(invitation);
    if (static_cast<std::uint32_t>(response->people_size()) == size)
      response->set_next_page_token(response->people().rbegin()->person_id());
    return {};
  });
}
grpc::Status PeopleService::InvitePerson(grpc::ServerContext* context, const v1::InvitePersonRequest* request,
                                         v1::InvitePersonResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) {
    return staff_.invite(*request, visit).map([&](auto invitation) { *response->mutable_invitation() = std::move(invitation); });
  });
}
grpc::Status PeopleService::AcceptInvitation(grpc::ServerContext* context, const v1::AcceptInvitationRequest* request,
                                             v1::AcceptInvitationResponse* response) {
  return answer(*context, [&](const Visit& visit) {
    return staff_.accept(*request, visit).map([&](bool had_account) { response->set_had_account(had_account); });
  });
}
grpc::Status PeopleService::RevokeInvitation(grpc::ServerContext* context, const v1::RevokeInvitationRequest* request,
                                             v1::RevokeInvitationResponse*) {
  return answer_in_tenant(*context, [&](const Visit& visit) { return staff_.revoke_invitation(request->invitation_id(), visit); });
}
grpc::Status PeopleService::ChangeRole(grpc::ServerContext* context, const v1::ChangeRoleRequest* request,
                                       v1::ChangeRoleResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) {
    return staff_.change_role(request->person_id(), request->role(), visit).map([&](auto person) {
      *response->mutable_person() = std::move(person);
    });
  });
}
grpc::Status PeopleService::DeactivatePerson(grpc::ServerContext* context, const v1::DeactivatePersonRequest* request,
                                             v1::DeactivatePersonResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) {
    return staff_.set_active(request->person_id(), false, visit).map([&](auto person) { *response->mutable_person() = std::move(person); });
  });
}
grpc::Status PeopleService::ReactivatePerson(grpc::ServerContext* context, const v1::ReactivatePersonRequest* request,
                                             v1::ReactivatePersonResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) {
    return staff_.set_active(request->person_id(), true, visit).map([&](auto person) { *response->mutable_person() = std::move(person); });
  });
}

grpc::Status ApiKeyService::CreateApiKey(grpc::ServerContext* context, const v1::CreateApiKeyRequest* request,
                                         v1::CreateApiKeyResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) {
    return keys_.create(*request, visit).map([&](ApiKeys::Created created) {
      *response->mutable_api_key() = std::move(created.key);
      response->set_secret(created.secret.reveal());
      context->AddInitialMetadata("cache-control", "no-store");
    });
  });
}
grpc::Status ApiKeyService::ListApiKeys(grpc::ServerContext* context, const v1::ListApiKeysRequest*, v1::ListApiKeysResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) -> Status {
    for (auto& key : keys_.list(visit.tenant)) *response->add_api_keys() = std::move(key);
    return {};
  });
}
grpc::Status ApiKeyService::RevokeApiKey(grpc::ServerContext* context, const v1::RevokeApiKeyRequest* request,
                                         v1::RevokeApiKeyResponse* response) {
  return answer_in_tenant(*context, [&](const Visit& visit) {
    return keys_.revoke(request->key_id(), visit).map([&](auto key) { *response->mutable_api_key() = std::move(key); });
  });
}
grpc::Status ApiKeyService::GetUsage(grpc::ServerContext* context, const v1::GetUsageRequest* request, v1::GetUsageResponse* response) {
  return answer_in_tenant(
      *context, [&](const Visit& visit) { return usage_(visit.tenant, *request).map([&](auto usage) { *response = std::move(usage); }); });
}

}  // namespace q2o::identity::people
