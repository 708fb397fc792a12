#include "sandbox/odoo/schema/tables.h"

// The fields that matter, as one line each; the grammar is in tables.h.
namespace q2o::sandbox::odoo {

const char* const kBooksModels = R"(
model account.account
char name required
char code index
char code_store
selection account_type required selection=asset_receivable,asset_cash,asset_current,asset_non_current,asset_prepayments,asset_fixed,liability_payable,liability_credit_card,liability_current,liability_non_current,equity,equity_unaffected,income,income_other,expense,expense_depreciation,expense_direct_cost,off_balance
boolean reconcile
boolean deprecated
many2one currency_id relation=res.currency
many2many company_ids required relation=res.company
selection internal_group readonly selection=equity,asset,liability,income,expense,off
many2many tag_ids relation=account.account.tag
many2many tax_ids relation=account.tax
text note
boolean include_initial_balance readonly
boolean non_trade
many2many allowed_journal_ids relation=account.journal
char placeholder_code readonly
model account.journal
char name required
char code required index
selection type required selection=sale,purchase,cash,bank,credit,general
many2one default_account_id relation=account.account
boolean active default=1
many2one currency_id relation=res.currency
many2one company_id required readonly relation=res.company
integer sequence default=10
many2one suspense_account_id relation=account.account
many2one profit_account_id relation=account.account
many2one loss_account_id relation=account.account
one2many inbound_payment_method_line_ids relation=account.payment.method.line
one2many outbound_payment_method_line_ids relation=account.payment.method.line
boolean refund_sequence
boolean payment_sequence
selection invoice_reference_type required selection=none,partner,invoice default=invoice
selection invoice_reference_model required selection=odoo,euro default=odoo
many2one bank_account_id relation=res.partner.bank
boolean restrict_mode_hash_table
boolean show_on_dashboard
integer color
text sequence_override_regex
many2many account_control_ids relation=account.account
text kanban_dashboard readonly
monetary current_statement_balance readonly
integer entries_count readonly
model account.payment.method
char name required
char code required
selection payment_type required selection=inbound,outbound
model account.payment.method.line
char name
integer sequence default=10
many2one payment_method_id required relation=account.payment.method index
many2one journal_id relation=account.journal index
many2one payment_account_id relation=account.account
char code readonly path=payment_method_id.code
selection payment_type readonly selection=inbound,outbound path=payment_method_id.payment_type
many2one company_id readonly relation=res.company path=journal_id.company_id
model account.tax.group
char name required
integer sequence default=10
many2one company_id required relation=res.company
many2one country_id relation=res.country
many2one tax_payable_account_id relation=account.account
many2one tax_receivable_account_id relation=account.account
char preceding_subtotal
model account.tax
char name required index
html description
float amount required default=0
selection amount_type required selection=group,fixed,percent,division default=percent
selection type_tax_use required selection=sale,purchase,none default=sale
selection tax_scope selection=service,consu
boolean active default=1
many2one tax_group_id required relation=account.tax.group
many2one company_id required readonly relation=res.company
many2one country_id required relation=res.country
integer sequence required default=1
boolean price_include readonly
selection price_include_override selection=tax_included,tax_excluded
boolean include_base_amount
boolean is_base_affected
many2many children_tax_ids relation=account.tax
one2many invoice_repartition_line_ids relation=account.tax.repartition.line inverse=tax_id
one2many refund_repartition_line_ids relation=account.tax.repartition.line inverse=tax_id
one2many repartition_line_ids relation=account.tax.repartition.line inverse=tax_id
char invoice_label
selection tax_exigibility selection=on_invoice,on_payment default=on_invoice
boolean analytic
boolean has_negative_factor readonly
model account.tax.repartition.line
many2one tax_id relation=account.tax index
selection document_type required selection=invoice,refund
selection repartition_type required selection=base,tax default=tax
float factor_percent required default=100
float factor readonly
many2one account_id relation=account.account
many2many tag_ids relation=account.account.tag
integer sequence
many2one company_id readonly relation=res.company path=tax_id.company_id
boolean use_in_tax_closing
model account.payment.term
char name required
boolean active default=1
integer sequence required default=10
many2one company_id relation=res.company
one2many line_ids relation=account.payment.term.line inverse=payment_id
boolean early_discount
float discount_percentage
integer discount_days
selection early_pay_discount_computation selection=included,excluded,mixed
html note
boolean display_on_invoice
model account.payment.term.line
selection value required selection=percent,fixed default=percent
float value_amount default=0
integer nb_days default=0
selection delay_type required selection=days_after,days_after_end_of_month,days_after_end_of_next_month,days_end_of_month_on_the default=days_after
char days_next_month
many2one payment_id required relation=account.payment.term index
model account.analytic.plan
char name required
many2one parent_id relation=account.analytic.plan
one2many children_ids relation=account.analytic.plan inverse=parent_id
integer color
integer sequence
selection default_applicability selection=optional,mandatory,unavailable default=optional
text description
model account.analytic.account
char name required
char code
boolean active default=1
many2one plan_id required relation=account.analytic.plan index
many2one root_plan_id readonly relation=account.analytic.plan
many2one partner_id relation=res.partner
many2one company_id relation=res.company
integer color readonly
one2many line_ids relation=account.analytic.line inverse=account_id
model account.analytic.line
char name required
date date required
monetary amount required default=0
float unit_amount
many2one account_id relation=account.analytic.account index
many2one partner_id relation=res.partner
many2one user_id relation=res.users
many2one company_id required readonly relation=res.company
many2one currency_id readonly relation=res.currency
many2one product_id relation=product.product
many2one general_account_id relation=account.account
many2one move_line_id relation=account.move.line index
selection category selection=other,invoice,vendor_bill,picking_entry
char ref
many2one journal_id readonly relation=account.journal
many2one project_id relation=project.project index
many2one task_id relation=project.task index
many2one employee_id relation=hr.employee
many2one so_line relation=sale.order.line
many2one timesheet_invoice_id readonly relation=account.move
model account.fiscal.position
char name required
boolean active default=1
many2one company_id required readonly relation=res.company
)";

}  // namespace q2o::sandbox::odoo
