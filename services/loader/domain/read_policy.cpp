#include "services/loader/domain/read_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace q2o::loader {
namespace {

constexpr std::array<std::string_view, 37> kModels{"account.account",
                                                   "account.journal",
                                                   "account.move",
                                                   "account.move.line",
                                                   "account.payment",
                                                   "account.payment.method.line",
                                                   "account.payment.term",
                                                   "account.bank.statement",
                                                   "account.bank.statement.line",
                                                   "account.tax",
                                                   "account.tax.group",
                                                   "account.tax.repartition.line",
                                                   "account.analytic.plan",
                                                   "account.analytic.account",
                                                   "account.analytic.line",
                                                   "account.full.reconcile",
                                                   "account.partial.reconcile",
                                                   "ir.model.data",
                                                   "ir.attachment",
                                                   "res.company",
                                                   "res.country",
                                                   "res.country.state",
                                                   "res.currency",
                                                   "res.currency.rate",
                                                   "res.partner",
                                                   "res.partner.bank",
                                                   "res.partner.category",
                                                   "hr.department",
                                                   "hr.employee",
                                                   "product.category",
                                                   "product.product",
                                                   "product.template",
                                                   "project.project",
                                                   "project.task",
                                                   "purchase.order",
                                                   "sale.order",
                                                   "mail.message"};
constexpr std::array<std::string_view, 5> kMethods{"search_read", "read_group", "search_count", "read", "search"};

}  // namespace

Status may_read(std::string_view model, std::string_view method) {
  if (std::ranges::find(kMethods, method) == kMethods.end())
    return fail(Code::permission_denied, fmt::format("the method {} is not permitted", method), "METHOD_NOT_PERMITTED",
                "Permitted are search_read, read_group, search_count, read and search.");
  if (std::ranges::find(kModels, model) == kModels.end())
    return fail(Code::permission_denied, fmt::format("the model {} may not be read", model), "MODEL_NOT_PERMITTED",
                "Only the books of the target can be read.");
  return {};
}

}  // namespace q2o::loader
