#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

const Any& Call::argument(std::size_t at, std::string_view name) const {
  static const Any kNone;
  if (at < args.size()) return args[at];
  const Any* found = kwargs.find(name);
  return found ? *found : kNone;
}

Rules::Rules() {
  add_base_rules(*this);
  add_account_rules(*this);
  add_tax_rules(*this);
  add_move_rules(*this);
  add_line_rules(*this);
  add_payment_rules(*this);
  add_reconcile_rules(*this);
  add_trade_rules(*this);
  add_generic_methods(*this);
  add_action_methods(*this);
}

const ModelRules& Rules::of(std::string_view model) const {
  static const ModelRules kPlain;
  const auto found = models_.find(model);
  return found == models_.end() ? kPlain : found->second;
}

const Method* Rules::method(std::string_view model, std::string_view name) const {
  auto found = methods_.find(std::string(model) + "/" + std::string(name));
  if (found == methods_.end()) found = methods_.find("/" + std::string(name));
  return found == methods_.end() ? nullptr : &found->second;
}

void Rules::add(std::string_view model, std::string_view method, Method body) {
  methods_[std::string(model) + "/" + std::string(method)] = std::move(body);
}

}  // namespace q2o::sandbox::odoo
