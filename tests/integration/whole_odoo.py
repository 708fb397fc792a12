"""All that the books of the sandbox's Odoo are made of, whoever wrote it: what an undo must leave as it was."""
import tampering

MODELS = [
    "account.account", "account.journal", "account.payment.method.line", "account.tax", "account.tax.repartition.line", "account.tax.group",
    "account.payment.term", "account.payment.term.line", "account.analytic.plan", "account.analytic.account", "account.analytic.line", "account.move", "account.move.line",
    "account.payment", "account.bank.statement.line", "account.partial.reconcile", "account.full.reconcile", "res.partner", "res.partner.category",
    "res.partner.bank", "res.currency", "res.currency.rate", "res.company", "product.category", "product.template", "product.product", "hr.employee",
    "hr.department", "resource.resource", "sale.order", "purchase.order", "project.project", "project.task", "mail.message", "ir.attachment",
    "decimal.precision", "ir.config_parameter", "ir.actions.server",
]  # fmt: skip
PASSING = ("write_date", "kanban_dashboard", "cumulated_balance")


def without_label(value):
    """[7, "Customer Invoices"] is a link to 7, whatever that is called just now."""
    return value[0] if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str) else value


def own_values(record):
    """Without the lists of those that refer to it: some of them go."""
    return {name: value for name, value in record.items() if not isinstance(value, list)}


class Odoo(tampering.Odoo):
    """The sandbox's Odoo, as a person's browser would call it; one who sees plans of analytic accounts."""

    def __init__(self, url):
        super().__init__(url)
        group = self.call("ir.model.data", "search_read", [["module", "=", "analytic"], ["name", "=", "group_analytic_accounting"]], ["res_id"])
        self.call("res.users", "write", [self.uid], {"groups_id": [[4, group[0]["res_id"]]]})

    def everything(self):
        """{(model, id): record} of all that the books are made of."""
        all_of_it = {}
        for model in MODELS:
            for record in self.call(model, "search_read", [], [], context={"active_test": False}):
                all_of_it[model, record["id"]] = {name: without_label(value) for name, value in record.items() if name not in PASSING}
        return all_of_it

    def has_a_class(self, move):
        lines = self.call("account.move.line", "search_read", [["move_id", "=", move]], ["analytic_distribution"])
        return any(line["analytic_distribution"] for line in lines)

    def pay(self, invoice, amount):
        """A customer's payment of today for an invoice, as it is registered on the invoice's page."""
        partner = self.call("account.move", "read", [invoice], ["partner_id"])[0]["partner_id"][0]
        bank = self.call("ir.model.data", "search_read", [["module", "=", "account"], ["name", "=", "1_bank"]], ["res_id"])[0]["res_id"]
        values = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner, "amount": amount, "journal_id": bank}
        payment = self.call("account.payment", "create", values)
        self.call("account.payment", "action_post", [payment])
        move = self.call("account.payment", "read", [payment], ["move_id"])[0]["move_id"][0]
        receivable = [["move_id", "in", [invoice, move]], ["account_id.account_type", "=", "asset_receivable"]]
        self.call("account.move.line", "reconcile", self.call("account.move.line", "search", receivable))
