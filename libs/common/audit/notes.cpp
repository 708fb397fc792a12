#include "common/audit/notes.h"

#include <google/api/annotations.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>

#include "common/bus/bus.h"
#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "q2o/identity/v1/access.pb.h"

namespace q2o::audit {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::array<std::string_view, 7> kServices{"billing", "connector", "identity", "loader", "mapper", "notifier", "validator"};
constexpr std::size_t kTextMost = 500;

const google::protobuf::MethodDescriptor* method_of(const std::string& path) {
  if (path.empty()) return nullptr;
  std::string name = path.substr(1);
  std::ranges::replace(name, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

/// Whoever may call it from outside, and it does not only read.
bool is_command(const google::protobuf::MethodDescriptor& method) {
  const auto& options = method.options();
  const auto& access = options.GetExtension(identity::v1::access);
  if (access.level() == identity::v1::LEVEL_SERVICE || access.level() == identity::v1::LEVEL_PUBLIC) return false;
  if (options.GetExtension(google::api::http).pattern_case() == google::api::HttpRule::kGet) return false;
  return !access.scope().ends_with(":read");
}

/// "q2o.billing.v1.MigrationService.SetConnections" -> "billing.set_connections"
std::string action_of(const google::protobuf::MethodDescriptor& method) {
  const std::string package = method.file()->package();
  const auto area = package.find('.') + 1;
  return package.substr(area, package.find('.', area) - area) + "." + ids::snake_case(method.name());
}

void add(std::string& detail, const std::string& text) {
  if (text.empty()) return;
  if (!detail.empty()) detail += "; ";
  detail += text.substr(0, kTextMost);
}

/// The first id becomes the subject, the others and the reason the detail. Values that are no ids are never looked at: they may be secrets.
void describe(const Message& request, identity::v1::AuditNote& out) {
  const auto& reflection = *request.GetReflection();
  const auto& type = *request.GetDescriptor();
  std::string detail;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    std::string name = field.name();
    const std::string value = reflection.GetString(request, &field);
    if (value.empty()) continue;
    if (name == "reason" || name == "why") {
      add(detail, value);
    } else if (name.ends_with("_id") && name != "tenant_id" && name != "client_id") {
      name.resize(name.size() - 3);
      if (out.subject().empty())
        out.set_subject(name + "/" + value.substr(0, kTextMost));
      else
        add(detail, name + "/" + value);
    } else if (name == "platform" || name == "entity") {
      add(detail, value);
    }
  }
  out.set_detail(detail);
}

}  // namespace

std::optional<identity::v1::AuditNote> note_of(const acting::Call& call) {
  if (!ids::is_uuid(call.tenant)) return std::nullopt;
  if (call.address.empty() && std::ranges::find(kServices, call.actor) != kServices.end()) return std::nullopt;
  const auto* method = method_of(call.method);
  if (method == nullptr || !is_command(*method)) return std::nullopt;
  identity::v1::AuditNote out;
  out.set_tenant_id(call.tenant);
  out.set_actor(call.actor.substr(0, kTextMost));
  out.set_action(action_of(*method));
  out.set_subject(call.subject);
  if (call.request != nullptr) describe(*call.request, out);
  out.set_client_address(call.address.empty() ? "inside" : call.address.substr(0, kTextMost));
  return out;
}

void note(pg::Tx& tx) {
  const auto* call = acting::call();
  if (call == nullptr || call->wrote) return;
  auto noted = note_of(*call);
  if (!noted) return;
  noted->set_occurred_at(calendar::rfc3339(std::chrono::system_clock::now()));
  bus::Outgoing message;
  message.topic = "q2o." + noted->action().substr(0, noted->action().find('.')) + ".audit.v1";
  message.key = message.tenant = noted->tenant_id();
  message.value = noted->SerializeAsString();
  message.id = ids::uuid_v4();
  message.type = noted->GetTypeName();
  bus::store(tx, message);
}

}  // namespace q2o::audit
