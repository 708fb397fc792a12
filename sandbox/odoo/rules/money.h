#pragma once

#include "sandbox/odoo/orm/env.h"

/// Small questions about money and documents that several rules ask.
namespace q2o::sandbox::odoo {

int currency_digits(const Record& currency);
Decimal rounded_to(const Record& currency, const Decimal& amount);
/// Company value of a foreign amount on a day, by the rate table (units of foreign for one of ours).
Decimal to_company(Env& env, const Record& currency, const Decimal& amount, const std::string& date);
Decimal from_company(Env& env, const Record& currency, const Decimal& amount, const std::string& date);

bool is_sale(std::string_view move_type);      ///< with receipts
bool is_purchase(std::string_view move_type);  ///< with receipts
bool is_document(std::string_view move_type);  ///< any of the six, not an entry
/// +1 for entries and what takes money out (in_invoice, out_refund, in_receipt), else -1.
int direction_sign(std::string_view move_type);

/// The partner's receivable or payable account (its commercial partner's), with the company's default behind it.
/// The first account of the kind by code that is not deprecated.
Record first_account(Env& env, bool receivable);
Record partner_account(Env& env, const Record& partner, bool receivable);
Record commercial_partner(const Record& partner);
/// A property without an own value: its ir.default.
Id property_default(Env& env, std::string_view model, std::string_view field);

void update_residual(Env& env, const Record& line);
void update_totals(Env& env, const Record& move);
void update_payment_state(Env& env, const Record& move);
/// All that follows from changed residuals of these items: documents' totals and states, payments' states.
void residuals_changed(Env& env, const std::vector<Record>& lines);
void check_balanced(Env& env, const Ids& moves);
/// Taxes and the due item of a document without skip_invoice_sync, as Odoo computes them.
void sync_document(Env& env, const Record& move, bool taxes);
void post_moves(Env& env, const Ids& moves);
void draft_moves(Env& env, const Ids& moves);

/// Sets the number of a move that has none, or checks and takes in the one it has.
void number_move(Env& env, const Record& move);
/// How Odoo understands a number: does it restart each month or year ("month", "year", "never").
std::string number_reset(const std::string& name);
bool number_matches_date(const std::string& name, const std::string& date);
/// The date a move gets when its own lies in a locked period; the same date when nothing is locked.
std::string open_date(Env& env, const Record& move, const std::string& date);
/// The lock that holds for a date ("Global Lock Date (12/31/2022)"), empty when none does.
std::string violated_lock(Env& env, const Record& move, const std::string& date);

void unreconcile(Env& env, const std::vector<Record>& lines);
void reconcile_lines(Env& env, std::vector<Record> lines);
/// A full reconcile for the group of this item where all of it is closed; its id or 0.
Id close_group(Env& env, const Record& line);
void make_analytic_lines(Env& env, const Record& move);

}  // namespace q2o::sandbox::odoo
