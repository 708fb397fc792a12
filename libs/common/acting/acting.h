#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace google::protobuf {
class Message;
}

/// For whom the current thread works, so that no layer between a call and the database has to hand it on. A call belongs to one tenant: the
/// server sets it before the handler runs (rpc::Server), and the pool tells Postgres (pg::Pool), whose row level security shows and takes
/// rows of that tenant only. What no call has asked for, consumers, workers, sweepers, is a service's own work and is for everyone.
/// A thread that a handler starts works for everyone: hand it the tenant and open a Scope there.
namespace q2o::acting {

class Whom {
 public:
  Whom() = default;  ///< everyone
  /// As Postgres hears it (q2o.acting); empty: nobody, no row is seen.
  const std::string& text() const { return text_; }
  bool operator==(const Whom&) const = default;

 private:
  explicit Whom(std::string text) : text_(std::move(text)) {}
  std::string text_ = "*";
  friend Whom nobody();
  friend Whom tenant(std::string id);
  friend Whom person(const std::string& id);
  friend Whom credential(const std::string& hash);
  friend Whom sweeper();
};
Whom everyone();
Whom nobody();
/// What is no id of a tenant ("*", "person:…") is nobody.
Whom tenant(std::string id);
/// The rest is of identity alone, whose rows belong to people or are found by a secret: somebody in whatever company, who bears what this
/// is the hash of (a session, a link, an address) or the id of (an API key), and who deletes what has expired.
Whom person(const std::string& id);
Whom credential(const std::string& hash);
Whom sweeper();

/// The call that this thread answers.
struct Call {
  std::string method;  ///< "/q2o.billing.v1.MigrationService/Start"
  std::string tenant, actor, address;
  std::string idempotency_key;                         ///< as the caller sent it; may be empty
  const google::protobuf::Message* request = nullptr;  ///< lives as long as the handler runs
  std::string subject;                                 ///< "migration/<id>" of what it makes or finds by itself (about)
  bool wrote = false;                                  ///< a transaction of it that changed something was committed
};

const Whom& whom();
/// Null where no call is answered.
Call* call();
/// What the call is about, where its request does not say so: before the commit, so that the company's audit names it. Nothing outside of
/// calls.
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
