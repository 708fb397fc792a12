#include "sandbox/odoo/start/tables.h"

namespace q2o::sandbox::odoo {

const char* const kModules = R"(
account;account_payment;analytic;base;contacts;hr;hr_hourly_cost;hr_timesheet;l10n_us;mail;portal;product;project;project_account;purchase
purchase_stock;resource;sale;sale_management;sale_project;sale_purchase;sale_stock;sale_timesheet;sales_team;stock;stock_account;uom;web
)";

// What the administrator of a new database belongs to. Not in it, as in the real one: account.group_account_basic,
// analytic.group_analytic_accounting.
const char* const kGroups = R"(
account.group_account_invoice;account.group_account_manager;account.group_validate_bank_account;base.group_allow_export
base.group_erp_manager;base.group_no_one;base.group_partner_manager;base.group_system;base.group_user;hr.group_hr_manager
hr.group_hr_user;hr_timesheet.group_timesheet_manager;product.group_product_manager;project.group_project_manager
purchase.group_purchase_manager;sales_team.group_sale_manager;stock.group_stock_manager;uom.group_uom
)";

}  // namespace q2o::sandbox::odoo
