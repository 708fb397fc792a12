#include "sandbox/odoo/start/tables.h"

// The generic chart of accounts of a new US company.
namespace q2o::sandbox::odoo {

// code|name|type|reconcile|external id in module account
const char* const kAccounts = R"(
101000|Current Assets|asset_current|0|1_current_assets
110100|Stock Valuation|asset_current|0|1_stock_valuation
110200|Stock Interim (Received)|asset_current|1|1_stock_in
110300|Stock Interim (Delivered)|asset_current|1|1_stock_out
110400|Cost of Production|asset_current|1|1_cost_of_production
110500|Work in Progress|asset_current|1|1_wip
121000|Account Receivable|asset_receivable|1|1_receivable
121100|Products to receive|asset_current|1|1_to_receive_rec
128000|Prepaid Expenses|asset_current|0|1_prepaid_expenses
131000|Tax Paid|asset_current|0|1_tax_paid
132000|Tax Receivable|asset_receivable|1|1_tax_receivable
141000|Prepayments|asset_prepayments|0|1_prepayments
151000|Fixed Asset|asset_fixed|0|1_fixed_assets
191000|Non-current assets|asset_non_current|0|1_non_current_assets
201000|Current Liabilities|liability_current|0|1_current_liabilities
211000|Account Payable|liability_payable|1|1_payable
211100|Bills to receive|liability_current|1|1_to_receive_pay
212000|Deferred Revenue|liability_current|0|1_deferred_revenue
230000|Salary Payable|liability_current|1|1_salary_payable
230100|Employee Payroll Taxes|liability_current|1|1_employee_payroll_taxes
230200|Employer Payroll Taxes|liability_current|1|1_employer_payroll_taxes
251000|Tax Received|liability_current|0|1_tax_received
252000|Tax Payable|liability_payable|1|1_tax_payable
291000|Non-current Liabilities|liability_non_current|0|1_non_current_liabilities
301000|Capital|equity|0|1_capital
302000|Dividends|equity|0|1_dividends
400000|Product Sales|income|0|1_income
441000|Foreign Exchange Gain|income|0|1_income_currency_exchange
442000|Cash Difference Gain|income|0|1_cash_diff_income
443000|Cash Discount Loss|expense|0|1_cash_discount_loss
450000|Other Income|income_other|0|1_other_income
500000|Cost of Goods Sold|expense_direct_cost|0|1_cost_of_goods_sold
600000|Expenses|expense|0|1_expense
611000|Purchase of Equipments|expense|0|1_expense_invest
612000|Rent|expense|0|1_expense_rent
620000|Bank Fees|expense|0|1_expense_finance
630000|Salary Expenses|expense|0|1_expense_salary
641000|Foreign Exchange Loss|expense|0|1_expense_currency_exchange
642000|Cash Difference Loss|expense|0|1_cash_diff_expense
643000|Cash Discount Gain|income|0|1_cash_discount_gain
961000|RD Expenses|expense|0|1_expense_rd
962000|Sales Expenses|expense|0|1_expense_sales
101300|Account Receivable (PoS)|asset_receivable|1|1_pos_receivable
201100|Credit Card|liability_credit_card|0|1_credit_card
101401|Bank|asset_cash|0|1_bank_journal_default_account_45
101501|Cash|asset_cash|0|1_cash_journal_default_account_46
101402|Bank Suspense Account|asset_current|0|1_account_journal_suspense_account_id
101701|Liquidity Transfer|asset_current|1|1_transfer_account_id
101403|Outstanding Receipts|asset_current|1|1_account_journal_payment_debit_account_id
101404|Outstanding Payments|asset_current|1|1_account_journal_payment_credit_account_id
999999|Undistributed Profits/Losses|equity_unaffected|0|1_unaffected_earnings_account
)";

// code|name|type|default account|suspense account|external id in module account
const char* const kJournals = R"(
INV|Customer Invoices|sale|400000||1_sale
BILL|Vendor Bills|purchase|600000||1_purchase
MISC|Miscellaneous Operations|general|||1_general
EXCH|Exchange Difference|general|||1_exch
CABA|Cash Basis Taxes|general|||1_caba
BNK1|Bank|bank|101401|101402|1_bank
CSH1|Cash|cash|101501|101402|1_cash
STJ|Inventory Valuation|general|||1_inventory_valuation
)";

// name|days|delay type
const char* const kTerms = R"(
Immediate Payment|0|days_after|account_payment_term_immediate
15 Days|15|days_after|account_payment_term_15days
21 Days|21|days_after|account_payment_term_21days
30 Days|30|days_after|account_payment_term_30days
45 Days|45|days_after|account_payment_term_45days
End of Following Month|0|days_after_end_of_next_month|account_payment_term_end_following_month
10 Days after End of Next Month|10|days_after_end_of_next_month|account_payment_term_30_days_end_month_the_10
90 days, on the 10th|90|days_end_of_month_on_the|account_payment_term_90days_on_the_10th
)";

// res.company field|account code
const char* const kCompanyAccounts = R"(
transfer_account_id|101701
account_journal_suspense_account_id|101402
income_currency_exchange_account_id|441000
expense_currency_exchange_account_id|641000
default_cash_difference_income_account_id|442000
default_cash_difference_expense_account_id|642000
account_journal_early_pay_discount_gain_account_id|643000
account_journal_early_pay_discount_loss_account_id|443000
account_default_pos_receivable_account_id|101300
)";

// model|field|account code: what a record without an own account uses
const char* const kDefaults = R"(
res.partner|property_account_receivable_id|121000
res.partner|property_account_payable_id|211000
product.category|property_account_expense_categ_id|600000
product.category|property_account_income_categ_id|400000
)";

}  // namespace q2o::sandbox::odoo
