#include "sandbox/odoo/schema/tables.h"

// The fields that matter, as one line each; the grammar is in tables.h.
namespace q2o::sandbox::odoo {

const char* const kMovesModels = R"(
model account.move
char name index
char ref
date date required
selection state required readonly selection=draft,posted,cancel default=draft
selection move_type required readonly selection=entry,out_invoice,out_refund,in_invoice,in_refund,out_receipt,in_receipt default=entry
many2one journal_id required relation=account.journal
many2one company_id relation=res.company path=journal_id.company_id
many2one currency_id required relation=res.currency
many2one partner_id relation=res.partner
many2one commercial_partner_id readonly relation=res.partner
date invoice_date
date invoice_date_due
many2one invoice_payment_term_id relation=account.payment.term
one2many line_ids relation=account.move.line inverse=move_id
one2many invoice_line_ids relation=account.move.line inverse=move_id
html narration
char payment_reference
monetary amount_untaxed readonly default=0
monetary amount_tax readonly default=0
monetary amount_total readonly default=0
monetary amount_residual readonly default=0
monetary amount_untaxed_signed readonly default=0
monetary amount_untaxed_in_currency_signed readonly default=0
monetary amount_tax_signed readonly default=0
monetary amount_total_signed readonly default=0
monetary amount_total_in_currency_signed readonly default=0
monetary amount_residual_signed readonly default=0
selection payment_state readonly selection=not_paid,in_payment,paid,partial,reversed,blocked,invoicing_legacy default=not_paid
selection auto_post required selection=no,at_date,monthly,quarterly,yearly default=no
boolean posted_before
float invoice_currency_rate readonly
char invoice_origin readonly
many2one origin_payment_id relation=account.payment index
many2one statement_line_id relation=account.bank.statement.line index
many2one invoice_user_id relation=res.users
many2one fiscal_position_id relation=account.fiscal.position
many2one partner_bank_id relation=res.partner.bank
many2one partner_shipping_id relation=res.partner
char sequence_prefix readonly
integer sequence_number readonly default=0
boolean made_sequence_gap readonly
boolean checked
many2one reversed_entry_id readonly relation=account.move
boolean always_tax_exigible
many2one company_currency_id readonly relation=res.currency path=company_id.currency_id
many2one invoice_incoterm_id relation=account.incoterms
boolean has_reconciled_entries readonly
integer direction_sign readonly
date delivery_date
model account.move.line
char name
many2one move_id required readonly relation=account.move index
many2one account_id relation=account.account index
many2one partner_id relation=res.partner index
many2one currency_id required relation=res.currency
many2one company_currency_id readonly relation=res.currency path=move_id.company_id.currency_id
many2one company_id readonly relation=res.company path=move_id.company_id
many2one journal_id readonly relation=account.journal path=move_id.journal_id
date date readonly path=move_id.date
char move_name readonly path=move_id.name
char ref readonly path=move_id.ref
selection parent_state readonly selection=draft,posted,cancel path=move_id.state
selection move_type readonly selection=entry,out_invoice,out_refund,in_invoice,in_refund,out_receipt,in_receipt path=move_id.move_type
date invoice_date readonly path=move_id.invoice_date
selection account_type readonly selection=asset_receivable,asset_cash,asset_current,asset_non_current,asset_prepayments,asset_fixed,liability_payable,liability_credit_card,liability_current,liability_non_current,equity,equity_unaffected,income,income_other,expense,expense_depreciation,expense_direct_cost,off_balance path=account_id.account_type
selection account_internal_group readonly selection=equity,asset,liability,income,expense,off path=account_id.internal_group
monetary balance
monetary debit
monetary credit
monetary amount_currency
monetary amount_residual readonly default=0
monetary amount_residual_currency readonly default=0
boolean reconciled readonly
selection display_type required selection=product,cogs,tax,discount,rounding,payment_term,line_section,line_note,epd
integer sequence
float quantity
float price_unit
monetary price_subtotal readonly
monetary price_total readonly
float discount
many2one product_id relation=product.product
many2one product_uom_id relation=uom.uom
many2many tax_ids relation=account.tax
many2one tax_line_id readonly relation=account.tax path=tax_repartition_line_id.tax_id
many2one tax_group_id readonly relation=account.tax.group path=tax_repartition_line_id.tax_id.tax_group_id
many2one tax_repartition_line_id readonly relation=account.tax.repartition.line
monetary tax_base_amount readonly default=0
many2many tax_tag_ids relation=account.account.tag
date date_maturity
date discount_date readonly
monetary discount_balance
monetary discount_amount_currency
json analytic_distribution
one2many analytic_line_ids relation=account.analytic.line inverse=move_line_id
char matching_number
many2one full_reconcile_id readonly relation=account.full.reconcile index
one2many matched_debit_ids readonly relation=account.partial.reconcile inverse=credit_move_id
one2many matched_credit_ids readonly relation=account.partial.reconcile inverse=debit_move_id
many2one payment_id readonly relation=account.payment path=move_id.origin_payment_id
many2one statement_line_id readonly relation=account.bank.statement.line path=move_id.statement_line_id
many2many sale_line_ids readonly relation=sale.order.line
many2one purchase_line_id relation=purchase.order.line index
boolean is_refund readonly
monetary cumulated_balance readonly
boolean is_account_reconcile readonly path=account_id.reconcile
model account.payment
char name readonly
selection payment_type required selection=outbound,inbound default=inbound
selection partner_type required selection=customer,supplier default=customer
many2one partner_id relation=res.partner index
monetary amount default=0
date date required
many2one currency_id relation=res.currency
many2one journal_id required relation=account.journal
many2one company_id required relation=res.company path=journal_id.company_id
char memo
char payment_reference
selection state required selection=draft,in_process,paid,canceled,rejected default=draft
many2one payment_method_line_id relation=account.payment.method.line
many2one payment_method_id readonly relation=account.payment.method path=payment_method_line_id.payment_method_id
char payment_method_code readonly path=payment_method_line_id.code
many2one outstanding_account_id readonly relation=account.account
many2one destination_account_id relation=account.account
many2one move_id relation=account.move index
boolean is_reconciled readonly
boolean is_matched readonly
boolean is_sent readonly
many2one partner_bank_id relation=res.partner.bank
monetary amount_signed readonly
many2many invoice_ids relation=account.move
many2many reconciled_invoice_ids readonly relation=account.move
many2many reconciled_bill_ids readonly relation=account.move
many2one company_currency_id readonly relation=res.currency path=company_id.currency_id
model account.bank.statement
char name
date date readonly
many2one journal_id readonly relation=account.journal
monetary balance_start
monetary balance_end readonly
monetary balance_end_real
one2many line_ids relation=account.bank.statement.line inverse=statement_id
many2one company_id readonly relation=res.company path=journal_id.company_id
many2one currency_id readonly relation=res.currency
char reference
model account.bank.statement.line
many2one move_id required readonly relation=account.move index
many2one journal_id required relation=account.journal index
char payment_ref
many2one partner_id relation=res.partner index
monetary amount default=0
monetary amount_currency
many2one foreign_currency_id relation=res.currency
many2one currency_id readonly relation=res.currency path=journal_id.company_id.currency_id
many2one statement_id relation=account.bank.statement index
boolean is_reconciled readonly
float amount_residual readonly
integer sequence default=1
monetary running_balance readonly
char transaction_type
char partner_name
char account_number
boolean checked path=move_id.checked
date date required path=move_id.date
char name path=move_id.name
char ref path=move_id.ref
selection state required readonly selection=draft,posted,cancel path=move_id.state
html narration path=move_id.narration
many2one company_id required relation=res.company path=move_id.company_id
selection move_type required readonly selection=entry,out_invoice,out_refund,in_invoice,in_refund,out_receipt,in_receipt path=move_id.move_type
selection payment_state readonly selection=not_paid,in_payment,paid,partial,reversed,blocked,invoicing_legacy path=move_id.payment_state
one2many line_ids relation=account.move.line path=move_id.line_ids
selection auto_post required selection=no,at_date,monthly,quarterly,yearly path=move_id.auto_post
char internal_index readonly
model account.partial.reconcile
many2one debit_move_id required relation=account.move.line index
many2one credit_move_id required relation=account.move.line index
monetary amount
monetary debit_amount_currency
monetary credit_amount_currency
many2one debit_currency_id readonly relation=res.currency
many2one credit_currency_id readonly relation=res.currency
many2one company_id relation=res.company
many2one full_reconcile_id relation=account.full.reconcile index
date max_date readonly
many2one exchange_move_id relation=account.move
model account.full.reconcile
one2many partial_reconcile_ids relation=account.partial.reconcile inverse=full_reconcile_id
one2many reconciled_line_ids relation=account.move.line inverse=full_reconcile_id
many2one exchange_move_id relation=account.move
)";

}  // namespace q2o::sandbox::odoo
