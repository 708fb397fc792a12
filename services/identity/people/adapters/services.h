#pragma once

#include "q2o/identity/v1/account.grpc.pb.h"
#include "q2o/identity/v1/api_key.grpc.pb.h"
#include "q2o/identity/v1/people.grpc.pb.h"
#include "services/identity/people/app/accounts.h"
#include "services/identity/people/app/api_keys.h"
#include "services/identity/people/app/staff.h"

/// The gRPC faces of the use cases; who may call what is in the contracts and asked by the edge.
namespace q2o::identity::people {

class AccountService final : public v1::AccountService::Service {
 public:
  explicit AccountService(Accounts& accounts) : accounts_(accounts) {}
  grpc::Status SignUp(grpc::ServerContext*, const v1::SignUpRequest*, v1::SignUpResponse*) override;
  grpc::Status VerifyEmail(grpc::ServerContext*, const v1::VerifyEmailRequest*, v1::VerifyEmailResponse*) override;
  grpc::Status SignIn(grpc::ServerContext*, const v1::SignInRequest*, v1::SignInResponse*) override;
  grpc::Status SignOut(grpc::ServerContext*, const v1::SignOutRequest*, v1::SignOutResponse*) override;
  grpc::Status SignOutEverywhere(grpc::ServerContext*, const v1::SignOutEverywhereRequest*, v1::SignOutEverywhereResponse*) override;
  grpc::Status RequestPasswordReset(grpc::ServerContext*, const v1::RequestPasswordResetRequest*,
                                    v1::RequestPasswordResetResponse*) override;
  grpc::Status ResetPassword(grpc::ServerContext*, const v1::ResetPasswordRequest*, v1::ResetPasswordResponse*) override;
  grpc::Status ChangePassword(grpc::ServerContext*, const v1::ChangePasswordRequest*, v1::ChangePasswordResponse*) override;
  grpc::Status WhoAmI(grpc::ServerContext*, const v1::WhoAmIRequest*, v1::WhoAmIResponse*) override;
  grpc::Status SwitchTenant(grpc::ServerContext*, const v1::SwitchTenantRequest*, v1::SwitchTenantResponse*) override;

 private:
  Accounts& accounts_;
};

class PeopleService final : public v1::PeopleService::Service {
 public:
  explicit PeopleService(Staff& staff) : staff_(staff) {}
  grpc::Status ListPeople(grpc::ServerContext*, const v1::ListPeopleRequest*, v1::ListPeopleResponse*) override;
  grpc::Status InvitePerson(grpc::ServerContext*, const v1::InvitePersonRequest*, v1::InvitePersonResponse*) override;
  grpc::Status AcceptInvitation(grpc::ServerContext*, const v1::AcceptInvitationRequest*, v1::AcceptInvitationResponse*) override;
  grpc::Status RevokeInvitation(grpc::ServerContext*, const v1::RevokeInvitationRequest*, v1::RevokeInvitationResponse*) override;
  grpc::Status ChangeRole(grpc::ServerContext*, const v1::ChangeRoleRequest*, v1::ChangeRoleResponse*) override;
  grpc::Status DeactivatePerson(grpc::ServerContext*, const v1::DeactivatePersonRequest*, v1::DeactivatePersonResponse*) override;
  grpc::Status ReactivatePerson(grpc::ServerContext*, const v1::ReactivatePersonRequest*, v1::ReactivatePersonResponse*) override;

 private:
  Staff& staff_;
};

/// Adds up the calls of a company's keys between two times; for GetUsage. Who counts them implements it.
using UsageReader = std::function<Result<v1::GetUsageResponse>(const std::string& tenant, const v1::GetUsageRequest& request)>;

class ApiKeyService final : public v1::ApiKeyService::Service {
 public:
  ApiKeyService(ApiKeys& keys, UsageReader usage) : keys_(keys), usage_(std::move(usage)) {}
  grpc::Status CreateApiKey(grpc::ServerContext*, const v1::CreateApiKeyRequest*, v1::CreateApiKeyResponse*) override;
  grpc::Status ListApiKeys(grpc::ServerContext*, const v1::ListApiKeysRequest*, v1::ListApiKeysResponse*) override;
  grpc::Status RevokeApiKey(grpc::ServerContext*, const v1::RevokeApiKeyRequest*, v1::RevokeApiKeyResponse*) override;
  grpc::Status GetUsage(grpc::ServerContext*, const v1::GetUsageRequest*, v1::GetUsageResponse*) override;

 private:
  ApiKeys& keys_;
  const UsageReader usage_;
};

}  // namespace q2o::identity::people
