#include <iostream>

#include "cli/commands.h"
#include "common/json/json.h"
#include "q2o/identity/v1/audit.grpc.pb.h"

namespace q2o::cli {
namespace {

using identity::v1::AuditService;

void print(const identity::v1::AuditEntry& entry) {
  std::cout << entry.sequence() << "  " << entry.occurred_at() << "  " << entry.actor() << "  " << entry.action();
  if (!entry.subject().empty()) std::cout << "  " << entry.subject();
  if (!entry.detail().empty()) std::cout << "  (" << entry.detail() << ')';
  if (!entry.client_address().empty()) std::cout << "  from " << entry.client_address();
  std::cout << '\n';
}

void write(json::Writer& out, const identity::v1::AuditEntry& entry) {
  out.begin_object().field("sequence", static_cast<std::int64_t>(entry.sequence())).field("occurred_at", entry.occurred_at());
  out.field("actor", entry.actor()).field("action", entry.action()).field("subject", entry.subject()).field("detail", entry.detail());
  out.field("client_address", entry.client_address()).field("hash", entry.hash()).end_object();
}

}  // namespace

int audit(const Session& session, std::uint32_t most) {
  const auto stub = AuditService::NewStub(session.channel("identity"));
  identity::v1::ListAuditRequest request;
  request.set_page_size(most);
  const auto found = session.call("identity", *stub, &AuditService::Stub::ListAudit, request);
  if (!found) return report_error(session, found.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().key("entries").begin_array();
    for (const auto& entry : found->entries()) write(out, entry);
    std::cout << out.end_array().end_object().text() << '\n';
    return kDone;
  }
  for (const auto& entry : found->entries()) print(entry);
  std::cerr << found->entries_size() << " entries, the newest first. Next: q2o audit verify\n";
  return kDone;
}

int audit_verify(const Session& session, const std::string& known_hash) {
  const auto stub = AuditService::NewStub(session.channel("identity"));
  identity::v1::VerifyAuditRequest request;
  request.set_known_hash(known_hash);
  const auto checked = session.call("identity", *stub, &AuditService::Stub::VerifyAudit, request, std::chrono::minutes(2));
  if (!checked) return report_error(session, checked.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().field("intact", checked->intact()).field("entries", static_cast<std::int64_t>(checked->entries()));
    out.field("head_hash", checked->head_hash()).field("broken_sequence", static_cast<std::int64_t>(checked->broken_sequence()));
    std::cout << out.field("problem", checked->problem()).end_object().text() << '\n';
  } else if (checked->intact()) {
    std::cout << "The audit is intact: " << checked->entries() << " entries, each fits the one before it.\n";
    if (!checked->head_hash().empty())
      std::cout << "Head: " << checked->head_hash() << "\n      Note it down elsewhere; later: q2o audit verify --known HASH\n";
  } else {
    std::cout << "THE AUDIT IS BROKEN: " << checked->problem() << ".\n";
    std::cerr << "Keep the database as it is and tell who is responsible; docs/operations.md says what to look at.\n";
  }
  return checked->intact() ? kDone : kDifferences;
}

}  // namespace q2o::cli
