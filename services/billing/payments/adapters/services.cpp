#include "services/billing/payments/adapters/services.h"

#include "common/acting/acting.h"
#include "common/rpc/page.h"
#include "services/billing/adapters/caller.h"

namespace q2o::billing::payments {
namespace {

constexpr std::uint32_t kWaitingShown = 100;

std::chrono::milliseconds left(const grpc::ServerContext* context) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(context->deadline() - std::chrono::system_clock::now());
}

}  // namespace

/// A stranger, who has no tenant yet, may ask what it would cost.
grpc::Status PricingService::Estimate(grpc::ServerContext*, const v1::EstimateRequest* request, v1::EstimateResponse* response) {
  return rpc::serve_anybody("billing", [&] { return quotes_.estimate(*request).map([&](auto answer) { *response = std::move(answer); }); });
}
grpc::Status PricingService::RequestQuote(grpc::ServerContext* context, const v1::RequestQuoteRequest* request,
                                          v1::RequestQuoteResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    return quotes_.request(caller, *request).map([&](auto quote) { *response->mutable_quote() = std::move(quote); });
  });
}
grpc::Status PricingService::GetQuote(grpc::ServerContext* context, const v1::GetQuoteRequest* request, v1::GetQuoteResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    return quotes_.get(caller, request->quote_id()).map([&](auto quote) { *response->mutable_quote() = std::move(quote); });
  });
}
grpc::Status PricingService::ListQuotes(grpc::ServerContext* context, const v1::ListQuotesRequest* request,
                                        v1::ListQuotesResponse* response) {
  return serve(context, *request, [&](const Caller& caller) -> Status {
    const auto size = rpc::page_size(request->page_size());
    for (auto& quote : quotes_.list(caller, request->page_token(), size)) *response->add_quotes() = std::move(quote);
    if (static_cast<std::uint32_t>(response->quotes_size()) == size) response->set_next_page_token(response->quotes().rbegin()->quote_id());
    return {};
  });
}
grpc::Status PricingService::AnalyzeVolume(grpc::ServerContext* context, const v1::AnalyzeVolumeRequest* request,
                                           v1::AnalyzeVolumeResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    return analysis_.analyze(caller, *request).map([&](auto answer) { *response = std::move(answer); });
  });
}
grpc::Status PricingService::EditScope(grpc::ServerContext* context, const v1::EditScopeRequest* request, v1::EditScopeResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    return quotes_.edit_scope(caller, *request).map([&](auto answer) { *response = std::move(answer); });
  });
}

grpc::Status PaymentService::Checkout(grpc::ServerContext* context, const v1::CheckoutRequest* request, v1::CheckoutResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    return cashier_.checkout(caller, *request, left(context)).map([&](auto checkout) {
      *response->mutable_checkout() = std::move(checkout);
    });
  });
}
grpc::Status PaymentService::Subscribe(grpc::ServerContext* context, const v1::SubscribeRequest* request, v1::SubscribeResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    return cashier_.subscribe(caller, *request, left(context)).map([&](auto checkout) {
      *response->mutable_checkout() = std::move(checkout);
    });
  });
}
grpc::Status PaymentService::UsePlan(grpc::ServerContext* context, const v1::UsePlanRequest* request, v1::UsePlanResponse* response) {
  response->set_migration_id(request->migration_id());
  return serve(context, *request, [&](const Caller& caller) { return plans_.use(caller, request->migration_id()); });
}
grpc::Status PaymentService::GetPlan(grpc::ServerContext* context, const v1::GetPlanRequest* request, v1::GetPlanResponse* response) {
  return serve(context, *request,
               [&](const Caller& caller) { return plans_.get(caller).map([&](auto answer) { *response = std::move(answer); }); });
}
grpc::Status PaymentService::ListPayments(grpc::ServerContext* context, const v1::ListPaymentsRequest* request,
                                          v1::ListPaymentsResponse* response) {
  return serve(context, *request, [&](const Caller& caller) -> Status {
    if (request->all_tenants() && !is_operator(caller))
      return fail(Code::permission_denied, "only an operator may see the payments of all tenants", "OPERATORS_ONLY", "Ask an operator.");
    const acting::Scope whose(request->all_tenants() ? acting::everyone() : acting::tenant(caller.tenant));
    if (request->all_tenants() && request->problems() && request->page_token().empty()) {
      for (auto& event : inbox_.waiting(kWaitingShown)) *response->add_waiting_events() = std::move(event);
    }
    const auto size = rpc::page_size(request->page_size());
    for (auto& payment : cashier_.payments(request->all_tenants() ? "" : caller.tenant, request->problems(), request->page_token(), size))
      *response->add_payments() = seen_by(caller, std::move(payment));
    if (static_cast<std::uint32_t>(response->payments_size()) == size)
      response->set_next_page_token(response->payments().rbegin()->payment_id());
    return {};
  });
}
grpc::Status PaymentService::AcknowledgePayment(grpc::ServerContext* context, const v1::AcknowledgePaymentRequest* request,
                                                v1::AcknowledgePaymentResponse* response) {
  return serve(context, *request, [&](const Caller& caller) {
    const acting::Scope all(acting::everyone());  // any tenant's payment, or one that is nobody's: operators only
    return acknowledging_.acknowledge(caller, *request).map([&](auto payment) { *response->mutable_payment() = std::move(payment); });
  });
}
/// No tenant and no deadline: Stripe has neither. What it takes is bounded by the size of the body and one row.
grpc::Status PaymentService::StripeWebhook(grpc::ServerContext* context, const google::api::HttpBody* request,
                                           v1::StripeWebhookResponse* response) {
  const acting::Scope all(acting::everyone());  // whose event it is shows later
  return rpc::serve_anybody("billing", [&] {
    return inbox_.take(request->data(), rpc::metadata(*context, "stripe-signature")).map([&] { response->set_received(true); });
  });
}

}  // namespace q2o::billing::payments
