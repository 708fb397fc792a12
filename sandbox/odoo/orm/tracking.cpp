#include "sandbox/odoo/orm/tracking.h"

namespace q2o::sandbox::odoo {

namespace {

/// Those that the project's own calls may write; of a partner the address counts as a whole.
bool is_tracked(std::string_view model, std::string_view field) {
  static const std::map<std::string, std::set<std::string, std::less<>>, std::less<>> kTracked{
      {"res.company",
       {"name", "email", "phone", "fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date", "hard_lock_date"}},
      {"res.partner",
       {"name", "email", "phone", "parent_id", "user_id", "vat", "street", "street2", "city", "zip", "state_id", "country_id"}},
      {"account.account", {"name", "code", "account_type", "currency_id", "deprecated", "reconcile"}},
      {"account.tax", {"name", "type_tax_use", "amount_type", "amount"}},
      {"account.analytic.account", {"name", "code", "active", "partner_id"}}};
  const auto fields = kTracked.find(model);
  return fields != kTracked.end() && fields->second.contains(field);
}

}  // namespace

Tracking::Tracking(Env& env, const Record& record, const Dict& changes) : env_(env), record_(record) {
  if (env.flag("tracking_disable")) return;
  const Model& model = record.table().model();
  for (const auto& [name, value] : changes.members())
    if (is_tracked(model.name, name)) before_.emplace_back(model.find(name), record.get(*model.find(name)));
}

void Tracking::tell() const {
  const bool changed = std::ranges::any_of(before_, [&](const auto& one) {
    const Value now = record_.get(*one.first);
    return (one.second.truthy() || now.truthy()) && !(one.second == now);
  });
  if (!changed) return;
  Dict message;
  message["model"] = Any(record_.model());
  message["res_id"] = Any(record_.id());
  message["message_type"] = Any("notification");
  message["body"] = Any("");
  env_.create_one("mail.message", std::move(message));
}

}  // namespace q2o::sandbox::odoo
