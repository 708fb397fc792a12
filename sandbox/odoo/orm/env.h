#pragma once

#include <string>

#include "sandbox/odoo/orm/record.h"
#include "sandbox/odoo/store/database.h"

namespace q2o::sandbox::odoo {

class Rules;

/// What a call runs in: the database, who calls, and the context it sent. Passed by reference through everything.
class Env {
 public:
  Env(Database& database, const Rules& rules, Id user) : database_(&database), rules_(&rules), user_(user) {}

  Database& database() { return *database_; }
  const Rules& rules() const { return *rules_; }
  Id user() const { return user_; }
  Dict context;
  bool sudo = false;
  std::string today, now;  ///< "2026-04-01", "2026-04-01 12:00:00.123456" (UTC)
  Any payment_lines;       ///< the items given to the payment that is being created, between its two hooks
  int building = 0;        ///< moves whose items are being created: their checks come when all items are there

  bool flag(std::string_view key) const;  ///< a truthy context key
  bool skips_invoice_sync() const { return flag("skip_invoice_sync"); }
  Record record(std::string_view model, Id id);
  Record company();
  Record by_xmlid(std::string_view xmlid);  ///< an absent record when it is not known
  Ids search(std::string_view model, const Any& domain, std::string_view order = {}, std::size_t limit = 0);
  bool user_has_group(std::string_view xmlid);

  /// The ORM's three writing calls (orm/crud.cpp), with all rules.
  Ids create(std::string_view model, List values);
  Id create_one(std::string_view model, Dict values);
  void write(std::string_view model, const Ids& ids, const Dict& values);
  void unlink(std::string_view model, const Ids& ids);
  /// What refers to a record that goes: refuses where the database would (restrict), takes along what belongs to it (cascade), empties the
  /// rest; with its external ids, files and messages.
  void release_links(std::string_view model, Id id);
  /// One stored field without rules: for computed state.
  void store(const Record& record, std::string_view field, Value value);

 private:
  Database* database_;
  const Rules* rules_;
  Id user_;
};

/// Sets a context for the length of a scope.
class ContextScope {
 public:
  ContextScope(Env& env, Dict context) : env_(env), before_(std::move(env.context)) { env.context = std::move(context); }
  ~ContextScope() { env_.context = std::move(before_); }
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

 private:
  Env& env_;
  Dict before_;
};

/// As superuser for the length of a scope.
class SudoScope {
 public:
  explicit SudoScope(Env& env, bool sudo = true) : env_(env), before_(env.sudo) { env.sudo = before_ || sudo; }
  ~SudoScope() { env_.sudo = before_; }
  SudoScope(const SudoScope&) = delete;
  SudoScope& operator=(const SudoScope&) = delete;

 private:
  Env& env_;
  bool before_;
};

}  // namespace q2o::sandbox::odoo
