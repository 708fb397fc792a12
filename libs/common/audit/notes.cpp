#include "common/audit/notes.h"

#include <google/api/annotations.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <stdexcept>

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
constexpr const char* kPlatform = "platform";

const google::protobuf::MethodDescriptor* method_of(const std::string& path) {
  if (path.empty()) return nullptr;
  std::string name = path.substr(1);
  std::ranges::replace(name, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

/// "q2o.billing.v1.MigrationService.SetConnections" -> "billing.set_connections"
std::string action_of(const google::protobuf::MethodDescriptor& method) {
  const std::string package = method.file()->package();
  const auto area = package.find('.') + 1;
  return package.substr(area, package.find('.', area) - area) + "." + ids::snake_case(method.name());
}

/// An id of something that a command can be about.
bool is_id(const FieldDescriptor& field) {
  if (field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return false;
  const std::string_view name = field.name();
  return name.ends_with("_id") && name != "tenant_id" && name != "client_id";
}
std::string kind_of(const FieldDescriptor& id) {
  return std::string(id.name().substr(0, id.name().size() - std::string_view("_id").size()));
}

void add(std::string& detail, const std::string& text) {
  if (text.empty()) return;
  if (!detail.empty()) detail += "; ";
  detail += text.substr(0, kTextMost);
}

/// What the handler has named is the subject, else the first id, else the platform; the other ids and the reason are the detail. Values
/// that are no ids are never looked at: they may be secrets.
void describe(const Message& request, identity::v1::AuditNote& out) {
  const auto& reflection = *request.GetReflection();
  const auto& type = *request.GetDescriptor();
  std::string detail, platform;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string name(field.name());
    const std::string value = reflection.GetString(request, &field);
    if (value.empty()) continue;
    if (is_id(field)) {
      const auto what = kind_of(field) + "/" + value.substr(0, kTextMost);
      if (out.subject().empty())
        out.set_subject(what);
      else if (out.subject() != what)
        add(detail, what);
    } else if (name == kPlatform) {
      platform = value.substr(0, kTextMost);
    } else if (name == "reason" || name == "why" || name == "entity") {
      add(detail, value);
    }
  }
  if (out.subject().empty() && !platform.empty())
    out.set_subject(std::string(kPlatform) + "/" + platform);
  else
    add(detail, platform);
  out.set_detail(detail);
}

}  // namespace

/// A scope for reading alone says so of calls that every viewer may make; one that takes more sets something going (StartAssessment).
bool is_command(const google::protobuf::MethodDescriptor& method) {
  const auto& options = method.options();
  const auto& access = options.GetExtension(identity::v1::access);
  if (access.level() == identity::v1::LEVEL_SERVICE || access.level() == identity::v1::LEVEL_PUBLIC) return false;
  if (options.GetExtension(google::api::http).pattern_case() == google::api::HttpRule::kGet) return false;
  return !access.scope().ends_with(":read") || access.level() > identity::v1::LEVEL_VIEWER;
}

std::string kind_made(const google::protobuf::MethodDescriptor& method) {
  const auto& answer = *method.output_type();
  if (answer.field_count() == 0 || answer.field(0)->is_repeated()) return "";
  const auto* made = answer.field(0)->message_type();
  for (int i = 0; made != nullptr && i < made->field_count(); ++i) {
    const auto& field = *made->field(i);
    if (!is_id(field)) continue;
    return method.input_type()->FindFieldByName(field.name()) == nullptr ? kind_of(field) : "";
  }
  return "";
}

std::string named_by_request(const google::protobuf::MethodDescriptor& method) {
  const auto& request = *method.input_type();
  for (int i = 0; i < request.field_count(); ++i)
    if (is_id(*request.field(i))) return std::string(request.field(i)->name());
  return request.FindFieldByName(kPlatform) == nullptr ? "" : kPlatform;
}

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
  if (const auto made = kind_made(*method_of(call->method)); !made.empty() && !noted->subject().starts_with(made + "/"))
    throw std::logic_error(call->method + " changes something and has not named its " + made + ": acting::about");
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
