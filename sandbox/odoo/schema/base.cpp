#include "sandbox/odoo/schema/tables.h"

// The fields that matter, as one line each; the grammar is in tables.h.
namespace q2o::sandbox::odoo {

const char* const kBaseModels = R"(
model res.company
char name required path=partner_id.name
many2one partner_id required relation=res.partner
many2one currency_id required relation=res.currency
many2one country_id relation=res.country path=partner_id.country_id
many2one account_fiscal_country_id relation=res.country
char street path=partner_id.street
char street2 path=partner_id.street2
char city path=partner_id.city
char zip path=partner_id.zip
many2one state_id relation=res.country.state path=partner_id.state_id
char phone path=partner_id.phone
char email path=partner_id.email
char website path=partner_id.website
char vat path=partner_id.vat
char company_registry path=partner_id.company_registry
boolean active default=1
integer sequence
many2one parent_id relation=res.company
one2many child_ids relation=res.company inverse=parent_id
integer fiscalyear_last_day required default=31
selection fiscalyear_last_month required selection=1,2,3,4,5,6,7,8,9,10,11,12 default=12
selection tax_calculation_rounding_method selection=round_per_line,round_globally default=round_per_line
many2one account_sale_tax_id relation=account.tax
many2one account_purchase_tax_id relation=account.tax
date fiscalyear_lock_date
date tax_lock_date
date sale_lock_date
date purchase_lock_date
date hard_lock_date
many2one transfer_account_id relation=account.account
many2one income_currency_exchange_account_id relation=account.account
many2one expense_currency_exchange_account_id relation=account.account
many2one currency_exchange_journal_id relation=account.journal
many2one default_cash_difference_income_account_id relation=account.account
many2one default_cash_difference_expense_account_id relation=account.account
many2one account_journal_early_pay_discount_gain_account_id relation=account.account
many2one account_journal_early_pay_discount_loss_account_id relation=account.account
many2one account_journal_suspense_account_id relation=account.account
many2one account_default_pos_receivable_account_id relation=account.account
selection chart_template
date account_opening_date required
many2one account_opening_move_id relation=account.move
char bank_account_code_prefix
char cash_account_code_prefix
char transfer_account_code_prefix
boolean account_storno
boolean anglo_saxon_accounting
boolean tax_exigibility
selection account_price_include required selection=tax_included,tax_excluded default=tax_excluded
model res.users
char name path=partner_id.name
char login required
boolean active default=1
many2one company_id required relation=res.company
many2many company_ids relation=res.company
many2one partner_id required relation=res.partner
many2many groups_id relation=res.groups
selection lang selection=en_US
selection tz
char email path=partner_id.email
model res.groups
char name required
char full_name readonly
many2one category_id relation=ir.module.category
many2many users relation=res.users
model res.currency
char name required index
char symbol required
char full_name
float rounding
integer decimal_places readonly
boolean active default=1
one2many rate_ids relation=res.currency.rate inverse=currency_id
selection position selection=after,before
model res.currency.rate
date name required index
many2one currency_id required readonly relation=res.currency index
float rate
float company_rate
float inverse_company_rate
many2one company_id relation=res.company
model res.country
char name required
char code required index
many2one currency_id relation=res.currency
one2many state_ids relation=res.country.state inverse=country_id
integer phone_code
model res.country.state
char name required
char code required index
many2one country_id required relation=res.country index
model res.lang
char name required
char code required
boolean active default=1
model res.partner
char name
many2one parent_id relation=res.partner index
one2many child_ids relation=res.partner inverse=parent_id
boolean active default=1
selection type selection=contact,invoice,delivery,other default=contact
boolean is_company
selection company_type selection=person,company
char email
char phone
char mobile
char website
char vat
char company_registry
char ref
char street
char street2
char city
char zip
many2one state_id relation=res.country.state
many2one country_id relation=res.country
html comment
selection lang selection=en_US
char function
many2one title relation=res.partner.title
char company_name
many2many category_id relation=res.partner.category
integer customer_rank default=0
integer supplier_rank default=0
many2one commercial_partner_id readonly relation=res.partner
many2one company_id relation=res.company
many2one property_account_receivable_id relation=account.account
many2one property_account_payable_id relation=account.account
many2one property_payment_term_id relation=account.payment.term
many2one property_supplier_payment_term_id relation=account.payment.term
many2one property_account_position_id relation=account.fiscal.position
many2one property_purchase_currency_id relation=res.currency
many2one user_id relation=res.users
float credit_limit
one2many bank_ids relation=res.partner.bank inverse=partner_id
one2many employee_ids relation=hr.employee inverse=work_contact_id
char barcode
char complete_name readonly
selection autopost_bills required selection=always,ask,never default=ask
char company_registry
integer color
model res.partner.category
char name required
many2one parent_id relation=res.partner.category
boolean active default=1
integer color
many2many partner_ids relation=res.partner
model res.partner.bank
char acc_number required
many2one partner_id required relation=res.partner index
boolean active default=1
many2one bank_id relation=res.bank
many2one currency_id relation=res.currency
many2one company_id readonly relation=res.company
boolean allow_out_payment
model ir.model.data
char module required
char name required index
char model required index
many2one_reference res_id index
boolean noupdate
char complete_name readonly
char reference readonly
model ir.model
char name required
char model required index
selection state readonly selection=manual,base
boolean transient
text info
model ir.module.module
char name required readonly index
char shortdesc readonly
selection state readonly selection=uninstallable,uninstalled,installed,to~upgrade,to~remove,to~install default=uninstalled
char latest_version readonly
char installed_version readonly
boolean application readonly
boolean auto_install
model ir.attachment
char name required
binary datas
binary raw
char res_model
many2one_reference res_id index
char res_field
char mimetype readonly
char checksum readonly
integer file_size readonly
selection type required selection=url,binary default=binary
char url
boolean public
text description
many2one company_id relation=res.company
model ir.default
many2one field_id required relation=ir.model.fields
many2one user_id relation=res.users
many2one company_id relation=res.company
char condition
char json_value required
model mail.message
char model index
many2one_reference res_id index
html body
selection message_type required selection=email,comment,email_outgoing,notification,auto_comment,user_notification,sms,snailmail
many2one subtype_id relation=mail.message.subtype
many2one author_id relation=res.partner
datetime date
char subject
boolean is_internal
char email_from
many2one parent_id relation=mail.message
model ir.model.fields
char name required index
char model required index
many2one model_id required relation=ir.model
char field_description required
selection ttype required selection=binary,boolean,char,date,datetime,float,html,integer,json,many2many,many2one,many2one_reference,monetary,one2many,properties,properties_definition,reference,selection,text
char relation
boolean store
boolean required
boolean readonly
)";

}  // namespace q2o::sandbox::odoo
