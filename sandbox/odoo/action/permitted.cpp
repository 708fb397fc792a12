#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo::action {

namespace {

using Names = std::set<std::string, std::less<>>;

const Names& creatable() {
  static const Names kNames{"account.account",
                            "account.journal",
                            "account.payment.method.line",
                            "account.payment.term",
                            "account.tax.group",
                            "account.tax",
                            "account.analytic.plan",
                            "account.analytic.account",
                            "account.analytic.line",
                            "account.move",
                            "account.payment",
                            "account.bank.statement",
                            "account.bank.statement.line",
                            "res.currency",
                            "res.currency.rate",
                            "res.partner",
                            "res.partner.category",
                            "res.partner.bank",
                            "hr.department",
                            "hr.employee",
                            "product.category",
                            "product.product",
                            "product.template",
                            "sale.order",
                            "purchase.order",
                            "project.project",
                            "project.task",
                            "mail.message",
                            "ir.attachment",
                            "stock.quant"};
  return kNames;
}

const Names& readable() {
  static const Names kNames{
      "res.country",       "res.country.state",    "res.country.group", "account.payment.method", "account.account.tag",
      "account.move.line", "mail.message.subtype", "stock.location",    "stock.warehouse",        "uom.uom",
      "res.lang",          "product.pricelist",    "project.task.type"};
  return kNames;
}

}  // namespace

bool may_create(std::string_view model) {
  return creatable().contains(model);
}
bool may_write(std::string_view model) {
  return may_create(model) || model == "res.company" || model == "account.tax.repartition.line";
}
bool may_read(std::string_view model) {
  return may_write(model) || readable().contains(model);
}

void refuse(const std::string& text) {
  throw user_error("Q2O refuses: " + text);
}

void check_keys(const char* what, const Dict& given, std::initializer_list<std::string_view> permitted) {
  for (const auto& member : given.members())
    if (std::ranges::find(permitted, member.first) == permitted.end()) refuse(fmt::format("unknown key '{}' in {}", member.first, what));
}

}  // namespace q2o::sandbox::odoo::action
