#include "sandbox/odoo/schema/tables.h"

// The fields that matter, as one line each; the grammar is in tables.h.
namespace q2o::sandbox::odoo {

const char* const kTradeModels = R"(
model product.category
char name required
char complete_name readonly
many2one parent_id relation=product.category index
one2many child_id relation=product.category inverse=parent_id
many2one property_account_income_categ_id relation=account.account
many2one property_account_expense_categ_id relation=account.account
selection property_valuation selection=manual_periodic,real_time default=manual_periodic
selection property_cost_method selection=standard,fifo,average default=standard
many2one property_stock_valuation_account_id relation=account.account
many2one property_stock_account_input_categ_id relation=account.account
many2one property_stock_account_output_categ_id relation=account.account
many2one property_stock_journal relation=account.journal
many2one removal_strategy_id relation=product.removal
model product.template
char name required
selection type required selection=consu,service,combo default=consu
boolean is_storable
float list_price default=1
float standard_price
char default_code index
char barcode
html description
text description_sale
text description_purchase
many2one categ_id required relation=product.category
many2many taxes_id relation=account.tax
many2many supplier_taxes_id relation=account.tax
boolean active default=1
boolean sale_ok default=1
boolean purchase_ok default=1
selection invoice_policy selection=order,delivery default=order
selection purchase_method selection=purchase,receive default=receive
many2one uom_id required relation=uom.uom
many2one uom_po_id required relation=uom.uom
many2one company_id relation=res.company
many2one property_account_income_id relation=account.account
many2one property_account_expense_id relation=account.account
boolean can_be_expensed
selection service_type selection=manual,milestones,timesheet default=manual
selection expense_policy selection=no,cost,sales_price default=no
selection tracking required selection=serial,lot,none default=none
float weight default=0
float volume default=0
one2many product_variant_ids required relation=product.product inverse=product_tmpl_id
many2one product_variant_id readonly relation=product.product
integer sequence default=1
selection service_tracking required selection=no,task_global_project,task_in_project,project_only default=no
one2many seller_ids relation=product.supplierinfo inverse=product_tmpl_id
model product.supplierinfo
many2one product_tmpl_id relation=product.template index
many2one partner_id required relation=res.partner
many2one currency_id required relation=res.currency
float price required default=0
float min_qty required default=0
integer delay required default=1
char product_code
char product_name
model product.product
many2one product_tmpl_id required relation=product.template index
boolean active default=1
char default_code index
char barcode index
float standard_price
char name required path=product_tmpl_id.name
selection type required selection=consu,service,combo path=product_tmpl_id.type
boolean is_storable path=product_tmpl_id.is_storable
float list_price path=product_tmpl_id.list_price
float lst_price path=product_tmpl_id.list_price
html description path=product_tmpl_id.description
text description_sale path=product_tmpl_id.description_sale
text description_purchase path=product_tmpl_id.description_purchase
many2one categ_id required relation=product.category path=product_tmpl_id.categ_id
many2many taxes_id relation=account.tax path=product_tmpl_id.taxes_id
many2many supplier_taxes_id relation=account.tax path=product_tmpl_id.supplier_taxes_id
one2many seller_ids relation=product.supplierinfo path=product_tmpl_id.seller_ids
boolean sale_ok path=product_tmpl_id.sale_ok
boolean purchase_ok path=product_tmpl_id.purchase_ok
selection invoice_policy selection=order,delivery path=product_tmpl_id.invoice_policy
selection purchase_method selection=purchase,receive path=product_tmpl_id.purchase_method
many2one uom_id required relation=uom.uom path=product_tmpl_id.uom_id
many2one uom_po_id required relation=uom.uom path=product_tmpl_id.uom_po_id
many2one company_id relation=res.company path=product_tmpl_id.company_id
many2one property_account_income_id relation=account.account path=product_tmpl_id.property_account_income_id
many2one property_account_expense_id relation=account.account path=product_tmpl_id.property_account_expense_id
boolean can_be_expensed path=product_tmpl_id.can_be_expensed
selection service_type selection=manual,milestones,timesheet path=product_tmpl_id.service_type
selection expense_policy selection=no,cost,sales_price path=product_tmpl_id.expense_policy
selection tracking required selection=serial,lot,none path=product_tmpl_id.tracking
selection service_tracking required selection=no,task_global_project,task_in_project,project_only path=product_tmpl_id.service_tracking
float weight
float volume
model uom.uom
char name required
many2one category_id required relation=uom.category
float factor required
float rounding required
boolean active default=1
selection uom_type required selection=bigger,reference,smaller
model uom.category
char name required
model sale.order
char name required
many2one partner_id required relation=res.partner index
many2one partner_invoice_id required relation=res.partner
many2one partner_shipping_id required relation=res.partner
datetime date_order required
selection state readonly selection=draft,sent,sale,cancel default=draft
boolean locked
date validity_date
char client_order_ref
html note
one2many order_line relation=sale.order.line inverse=order_id
many2one currency_id readonly relation=res.currency
many2one company_id required relation=res.company
monetary amount_untaxed readonly default=0
monetary amount_tax readonly default=0
monetary amount_total readonly default=0
selection invoice_status readonly selection=upselling,invoiced,to~invoice,no default=no
many2one payment_term_id relation=account.payment.term
many2one pricelist_id relation=product.pricelist
many2one user_id relation=res.users
char origin
char reference
datetime commitment_date
many2one fiscal_position_id relation=account.fiscal.position
model sale.order.line
many2one order_id required relation=sale.order index
text name required
many2one product_id relation=product.product
float product_uom_qty required default=1
float price_unit required default=0
float discount default=0
many2many tax_id relation=account.tax
integer sequence default=10
monetary price_subtotal readonly default=0
monetary price_total readonly default=0
float price_tax readonly default=0
many2one product_uom relation=uom.uom
selection display_type selection=line_section,line_note
float qty_invoiced readonly default=0
float qty_delivered default=0
many2many invoice_lines relation=account.move.line
selection invoice_status readonly selection=upselling,invoiced,to~invoice,no default=no
selection state readonly selection=draft,sent,sale,cancel path=order_id.state
many2one company_id readonly relation=res.company path=order_id.company_id
many2one currency_id readonly relation=res.currency path=order_id.currency_id
json analytic_distribution
model purchase.order
char name required
many2one partner_id required relation=res.partner index
char partner_ref
datetime date_order required
datetime date_planned
datetime date_approve readonly
selection state readonly selection=draft,sent,to~approve,purchase,done,cancel default=draft
html notes
one2many order_line relation=purchase.order.line inverse=order_id
many2one currency_id required relation=res.currency
many2one company_id required relation=res.company
monetary amount_untaxed readonly default=0
monetary amount_tax readonly default=0
monetary amount_total readonly default=0
selection invoice_status readonly selection=no,to~invoice,invoiced default=no
many2one payment_term_id relation=account.payment.term
many2one user_id relation=res.users
char origin
many2one fiscal_position_id relation=account.fiscal.position
model purchase.order.line
many2one order_id required relation=purchase.order index
text name required
many2one product_id relation=product.product
float product_qty required default=1
float price_unit required default=0
float discount default=0
many2many taxes_id relation=account.tax
integer sequence default=10
monetary price_subtotal readonly default=0
monetary price_total readonly default=0
float price_tax readonly default=0
many2one product_uom relation=uom.uom
selection display_type selection=line_section,line_note
datetime date_planned
float qty_invoiced readonly default=0
float qty_received default=0
one2many invoice_lines readonly relation=account.move.line inverse=purchase_line_id
selection state readonly selection=draft,sent,to~approve,purchase,done,cancel path=order_id.state
many2one company_id readonly relation=res.company path=order_id.company_id
many2one currency_id readonly relation=res.currency path=order_id.currency_id
json analytic_distribution
model project.project
char name required
boolean active default=1
many2one partner_id relation=res.partner
boolean allow_timesheets
many2one account_id relation=account.analytic.account
many2one company_id relation=res.company
many2one user_id relation=res.users
date date_start
date date
html description
one2many task_ids relation=project.task inverse=project_id
integer sequence default=10
selection privacy_visibility required selection=followers,employees,portal default=portal
boolean allow_billable
model project.task
char name required
many2one project_id relation=project.project index
many2one partner_id relation=res.partner
boolean active default=1
selection state required selection=01_in_progress,02_changes_requested,03_approved,1_done,1_canceled,04_waiting_normal default=01_in_progress
html description
model hr.employee
char name
boolean active default=1
char work_email
char work_phone
char mobile_phone
char job_title
many2one department_id relation=hr.department
many2one company_id required relation=res.company
many2one work_contact_id relation=res.partner index
many2one resource_id required relation=resource.resource
many2one user_id relation=res.users
selection employee_type required selection=employee,worker,student,trainee,contractor,freelance default=employee
date birthday
selection gender selection=male,female,other
char ssnid
char private_street
char private_street2
char private_city
char private_zip
many2one private_state_id relation=res.country.state
many2one private_country_id relation=res.country
char private_phone
char private_email
monetary hourly_cost
char barcode
char identification_id
text notes
model hr.department
char name required
many2one parent_id relation=hr.department
boolean active default=1
many2one company_id relation=res.company
many2one manager_id relation=hr.employee
model stock.quant
many2one product_id required relation=product.product
many2one location_id required relation=stock.location
float quantity readonly path=inventory_quantity_auto_apply
float inventory_quantity
float inventory_quantity_auto_apply
model stock.location
char name required
boolean active default=1
selection usage required selection=supplier,view,internal,customer,inventory,production,transit default=internal
many2one location_id relation=stock.location
many2one company_id relation=res.company
model stock.picking
char name readonly
char origin
selection state readonly selection=draft,waiting,confirmed,assigned,done,cancel
many2one partner_id relation=res.partner
model stock.valuation.layer
many2one product_id required readonly relation=product.product
float quantity readonly
monetary value readonly
many2one account_move_id readonly relation=account.move
model crm.lead
char name required
many2one partner_id relation=res.partner
selection type required selection=lead,opportunity
)";

}  // namespace q2o::sandbox::odoo
