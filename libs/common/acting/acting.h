#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

/// For whom the current thread works, so that no layer between a call and the database has to hand it on. A call belongs to one tenant: the
/// server sets it before the handler runs (rpc::Server), and the pool tells Postgres (pg::Pool), whose row level security shows and takes
/// rows of that tenant only. What no call has asked for, consumers, workers, sweepers, is a service's own work and is for everyone.
/// A thread that a handler starts works for everyone: hand it the tenant and open a Scope there.
namespace q2o::acting {

struct Whom {
  bool everyone = true;
  std::string tenant;  ///< empty, and not everyone: nobody, no row is seen
};
inline Whom nobody() {
  return {false, ""};
}
inline Whom tenant(std::string id) {
  return {false, std::move(id)};
}
inline Whom everyone() {
  return {};
}

/// The call that this thread answers.
struct Call {
  std::string method;  ///< "/q2o.billing.v1.MigrationService/Start"
  std::string tenant, actor, address;
  const google::protobuf::Message* request = nullptr;  ///< lives as long as the handler runs
  std::string subject;                                 ///< "migration/<id>" of what it makes or finds by itself (about)
  bool wrote = false;                                  ///< a transaction of it that changed something was committed
};

const Whom& whom();
/// Null where no call is answered.
Call* call();
/// What the call is about, where its request does not say so: before the commit, so that the company's audit names it. Nothing outside of calls.
void about(std::string_view kind, std::string_view id);

/// Works for somebody else until its end: a handler that learns from a token whose rows it needs, or that looks after something of ours.
class Scope {
 public:
  explicit Scope(Whom whom);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  const Whom before_;
};

/// What is written until its end only prepares what the call was asked for (a state that is used up): it is not noted as the command.
class Aside {
 public:
  Aside();
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  Call* const call_;
};

/// For the server: from here on this thread answers `call`, until it answers none. `call` outlives that.
void begin(Call& call);
void end();

}  // namespace q2o::acting
