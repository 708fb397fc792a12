#include <unistd.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/json_out.h"
#include "cli/price_view.h"
#include "cli/terminal.h"
#include "q2o/billing/v1/payments.grpc.pb.h"
#include "q2o/billing/v1/pricing.grpc.pb.h"

namespace q2o::cli {
namespace {

using billing::v1::PaymentService;
using billing::v1::PricingService;

void print_quote(const billing::v1::Quote& quote) {
  for (const auto& item : quote.migrations())
    std::cout << bold(item.name()) << "  " << item.migration_id() << '\n' << price_text(item.price());
  if (quote.migrations_size() > 1) std::cout << "Order: " << quote.total() << ' ' << quote.currency() << '\n';
}

}  // namespace

int estimate(const Session& session, const EstimateOptions& options) {
  const auto stub = PricingService::NewStub(session.channel("billing"));
  billing::v1::EstimateRequest request;
  auto& company = *request.add_companies();
  company.set_platform(options.platform);
  company.set_years(options.years);
  company.set_records(options.records);
  const auto answer = session.call("billing", *stub, &PricingService::Stub::Estimate, request);
  if (!answer) return report_error(session, answer.error());
  if (session.json) {
    print_json(*answer);
    return kDone;
  }
  for (const auto& price : answer->prices()) std::cout << price_text(price);
  std::cout << "\nA binding price for a migration: q2o quote\n";
  return kDone;
}

int quote(const Session& session, const QuoteOptions& options) {
  billing::v1::RequestQuoteRequest request;
  auto ids = options.migration_ids;
  if (ids.empty()) ids.emplace_back();
  for (const auto& id : ids) {
    const auto migration = choose_migration(session, id);
    if (!migration) return report_error(session, migration.error());
    auto& company = *request.add_companies();
    company.set_migration_id(migration->migration_id());
    company.set_years(options.years);
    company.set_counted_records(options.counted);
  }
  const auto stub = PricingService::NewStub(session.channel("billing"));
  // Who says what was counted vouches for it.
  const auto answer = session.call("billing", *stub, &PricingService::Stub::RequestQuote, request, std::chrono::seconds(20),
                                   options.counted == 0 ? "" : "operator");
  if (!answer) return report_error(session, answer.error());
  if (session.json) {
    print_json(answer->quote());
    return kDone;
  }
  print_quote(answer->quote());
  std::cout << "Valid until " << answer->quote().valid_until() << ", quote " << answer->quote().quote_id() << "\nPay it: q2o pay "
            << answer->quote().quote_id() << " --return-url https://your.app/paid\n";
  return kDone;
}

int analyze(const Session& session, const AnalyzeOptions& options) {
  constexpr useconds_t kLook = 500'000;
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto stub = PricingService::NewStub(session.channel("billing"));
  billing::v1::AnalyzeVolumeRequest request;
  request.set_migration_id(migration->migration_id());
  request.set_again(options.again);
  for (std::string last;; ::usleep(kLook)) {
    const auto answer = session.call("billing", *stub, &PricingService::Stub::AnalyzeVolume, request);
    if (!answer) return report_error(session, answer.error());
    request.set_again(false);  // once is enough
    if (!answer->done()) {
      const auto line = std::to_string(answer->entities_done()) + " of " + std::to_string(answer->entities_total()) + " kinds of records" +
                        (answer->message().empty() ? "" : "; waiting: " + answer->message());
      if (line != last) std::cerr << "  " << line << '\n';
      last = line;
      continue;
    }
    if (session.json) {
      print_json(*answer);
      return kDone;
    }
    std::cout << grouped(answer->records()) << " records counted of " << grouped(answer->records_of_all_years()) << " in all years\n";
    if (answer->estimate().total() != answer->price().total())
      std::cout << "Estimated it was " << answer->estimate().total() << ' ' << answer->estimate().currency() << ".\n";
    print_quote(answer->quote());
    std::cout << "Valid until " << answer->quote().valid_until() << "\nPay it: q2o pay " << answer->quote().quote_id()
              << " --return-url https://your.app/paid\n";
    return kDone;
  }
}

int pay(const Session& session, const PayOptions& options) {
  const auto stub = PaymentService::NewStub(session.channel("billing"));
  billing::v1::CheckoutRequest request;
  request.set_quote_id(options.quote_id);
  request.set_success_url(options.return_url);
  request.set_cancel_url(options.return_url);
  const auto answer = session.call("billing", *stub, &PaymentService::Stub::Checkout, request);
  if (!answer) return report_error(session, answer.error());
  if (session.json)
    print_json(answer->checkout());
  else
    std::cout << answer->checkout().url() << "\nPay there until " << answer->checkout().expires_at()
              << ". Then: q2o payments, q2o status\n";
  return kDone;
}

int payments(const Session& session, bool all, bool problems) {
  const auto stub = PaymentService::NewStub(session.channel("billing"));
  billing::v1::ListPaymentsRequest request;
  request.set_all_tenants(all);
  request.set_problems(problems);
  const std::string actor = all ? "operator" : "";
  const auto answer = rpc::all_pages(request, [&](const billing::v1::ListPaymentsRequest& page) {
    return session.call("billing", *stub, &PaymentService::Stub::ListPayments, page, std::chrono::seconds(20), actor);
  });
  if (!answer) return report_error(session, answer.error());
  if (session.json) {
    print_json(*answer);
    return kDone;
  }
  int open = answer->waiting_events_size();
  for (const auto& payment : answer->payments()) {
    std::cout << payment_text(payment);
    open += is_open_problem(payment) ? 1 : 0;
  }
  for (const auto& event : answer->waiting_events()) std::cout << waiting_text(event);
  if (answer->payments().empty() && open == 0)
    std::cout << (problems ? "Nothing waits for a person.\n" : "There is no payment yet. A price: q2o quote\n");
  if (open > 0) std::cout << open << (open == 1 ? " waits" : " wait") << " for a person: docs/operations.md, \"Prices and payments\"\n";
  return open > 0 ? kWaitsForPerson : kDone;
}

int acknowledge_payment(const Session& session, const std::string& payment_id, const std::string& reason) {
  const auto stub = PaymentService::NewStub(session.channel("billing"));
  billing::v1::AcknowledgePaymentRequest request;
  request.set_payment_id(payment_id);
  request.set_reason(reason);
  const auto answer = session.call("billing", *stub, &PaymentService::Stub::AcknowledgePayment, request, std::chrono::seconds(20),
                                   "operator:" + session.actor);
  if (!answer) return report_error(session, answer.error());
  if (session.json)
    print_json(answer->payment());
  else
    std::cout << payment_text(answer->payment()) << "What is left: q2o payments --all --problems\n";
  return kDone;
}

}  // namespace q2o::cli
