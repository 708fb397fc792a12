#pragma once

#include "q2o/billing/v1/payments.grpc.pb.h"
#include "q2o/billing/v1/pricing.grpc.pb.h"
#include "services/billing/payments/adapters/event_inbox.h"
#include "services/billing/payments/app/acknowledging.h"
#include "services/billing/payments/app/analysis.h"
#include "services/billing/payments/app/cashier.h"

namespace q2o::billing::payments {

/// PricingService on the wire.
class PricingService final : public v1::PricingService::Service {
 public:
  PricingService(Quotes& quotes, Analysis& analysis) : quotes_(quotes), analysis_(analysis) {}
  grpc::Status Estimate(grpc::ServerContext*, const v1::EstimateRequest*, v1::EstimateResponse*) override;
  grpc::Status RequestQuote(grpc::ServerContext*, const v1::RequestQuoteRequest*, v1::RequestQuoteResponse*) override;
  grpc::Status GetQuote(grpc::ServerContext*, const v1::GetQuoteRequest*, v1::GetQuoteResponse*) override;
  grpc::Status ListQuotes(grpc::ServerContext*, const v1::ListQuotesRequest*, v1::ListQuotesResponse*) override;
  grpc::Status AnalyzeVolume(grpc::ServerContext*, const v1::AnalyzeVolumeRequest*, v1::AnalyzeVolumeResponse*) override;
  grpc::Status EditScope(grpc::ServerContext*, const v1::EditScopeRequest*, v1::EditScopeResponse*) override;

 private:
  Quotes& quotes_;
  Analysis& analysis_;
};

/// PaymentService on the wire.
class PaymentService final : public v1::PaymentService::Service {
 public:
  PaymentService(Cashier& cashier, Plans& plans, Acknowledging& acknowledging, EventInbox& inbox)
      : cashier_(cashier), plans_(plans), acknowledging_(acknowledging), inbox_(inbox) {}
  grpc::Status Checkout(grpc::ServerContext*, const v1::CheckoutRequest*, v1::CheckoutResponse*) override;
  grpc::Status Subscribe(grpc::ServerContext*, const v1::SubscribeRequest*, v1::SubscribeResponse*) override;
  grpc::Status UsePlan(grpc::ServerContext*, const v1::UsePlanRequest*, v1::UsePlanResponse*) override;
  grpc::Status GetPlan(grpc::ServerContext*, const v1::GetPlanRequest*, v1::GetPlanResponse*) override;
  grpc::Status ListPayments(grpc::ServerContext*, const v1::ListPaymentsRequest*, v1::ListPaymentsResponse*) override;
  grpc::Status AcknowledgePayment(grpc::ServerContext*, const v1::AcknowledgePaymentRequest*, v1::AcknowledgePaymentResponse*) override;
  grpc::Status StripeWebhook(grpc::ServerContext*, const google::api::HttpBody*, v1::StripeWebhookResponse*) override;

 private:
  Cashier& cashier_;
  Plans& plans_;
  Acknowledging& acknowledging_;
  EventInbox& inbox_;
};

}  // namespace q2o::billing::payments
