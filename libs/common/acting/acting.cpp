#include "common/acting/acting.h"

#include <utility>

namespace q2o::acting {
namespace {

thread_local Whom this_thread;
thread_local Call* this_call = nullptr;

}  // namespace

Whom everyone() {
  return {};
}
Whom nobody() {
  return Whom("");
}
Whom tenant(std::string id) {
  return id.find_first_of(":*") == std::string::npos ? Whom(std::move(id)) : nobody();
}
Whom person(const std::string& id) {
  return Whom("person:" + id);
}
Whom credential(const std::string& hash) {
  return Whom("credential:" + hash);
}
Whom sweeper() {
  return Whom("sweep:expired");
}

const Whom& whom() {
  return this_thread;
}
Call* call() {
  return this_call;
}

void about(std::string_view kind, std::string_view id) {
  if (this_call != nullptr) this_call->subject = std::string(kind).append("/").append(id);
}

Aside::Aside() : call_(std::exchange(this_call, nullptr)) {}
Aside::~Aside() {
  this_call = call_;
}

Scope::Scope(Whom whom) : before_(std::exchange(this_thread, std::move(whom))) {}
Scope::~Scope() {
  this_thread = before_;
}

void begin(Call& call) {
  this_call = &call;
  this_thread = tenant(call.tenant);
}
void end() {
  this_call = nullptr;
  this_thread = everyone();
}

}  // namespace q2o::acting
