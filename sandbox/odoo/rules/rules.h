#pragma once

#include <functional>

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// One execute_kw call after the model and the method.
struct Call {
  std::string model;
  List args;
  Dict kwargs;
  /// Positional argument `at` or the named one; null when neither is there.
  const Any& argument(std::size_t at, std::string_view name) const;
};

/// A method that a client may call. Returns its result as JSON.
using Method = std::function<std::string(Env&, const Call&)>;

/// What a model does besides storing its fields. Each hook may be empty.
struct ModelRules {
  void (*before_create)(Env&, Dict&) = nullptr;  ///< may add values and refuse
  void (*after_create)(Env&, const Record&, const Dict&) = nullptr;
  void (*after_batch)(Env&, const Ids&) = nullptr;  ///< once per create call, when all its records and lines exist
  void (*before_write)(Env&, const Record&, Dict&) = nullptr;
  void (*after_write)(Env&, const Record&, const Dict&) = nullptr;
  void (*before_unlink)(Env&, const Record&) = nullptr;
};

/// The behaviour of all models, filled once by the add_* functions below and never changed.
class Rules {
 public:
  Rules();
  const ModelRules& of(std::string_view model) const;
  const Method* method(std::string_view model, std::string_view name) const;  ///< the model's own, else one of every model
  ModelRules& model(std::string_view name) { return models_[std::string(name)]; }
  void add(std::string_view model, std::string_view method, Method body);

 private:
  ByName<ModelRules> models_;
  ByName<Method> methods_;
};

void add_base_rules(Rules& rules);       // partners, external ids, parameters, currencies, attachments
void add_account_rules(Rules& rules);    // accounts, journals, method lines
void add_tax_rules(Rules& rules);        // taxes, terms
void add_move_rules(Rules& rules);       // entries and documents
void add_line_rules(Rules& rules);       // journal items
void add_payment_rules(Rules& rules);    // payments, statement lines
void add_reconcile_rules(Rules& rules);  // partial and full reconciliation
void add_trade_rules(Rules& rules);      // products, orders, projects, employees
void add_generic_methods(Rules& rules);  // search, read, create ... of every model
void add_action_methods(Rules& rules);   // ir.actions.server.run

/// Fields whose values are computed when read.
void add_computed_fields(Schema& schema);

}  // namespace q2o::sandbox::odoo
