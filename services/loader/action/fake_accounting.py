"""Accounting in the small stand-in for Odoo: entries, their items and matches, payments, statement lines; as strict as Odoo 18 is about them."""
import re

from fake_records import Records, UserError

READONLY_WHEN_POSTED = ('line_ids', 'date', 'invoice_date', 'partner_id', 'invoice_payment_term_id')
NEVER_BY_HAND = ('tax', 'payment_term')  # items that only Odoo itself takes away
SALES_TAX = 0.0825
FIRST_NUMBER = '%s/2023/00001'


class ValidationError(UserError):
    pass


class Currency(Records):
    def round(self, amount):
        return round(round(amount / self.rounding) * self.rounding, 6)

    def is_zero(self, amount):
        return self.round(amount) == 0

    def compare_amounts(self, one, other):
        difference = self.round(one) - self.round(other)
        return 0 if self.is_zero(difference) else 1 if difference > 0 else -1


class Account(Records):
    def put(self, one, values):
        super().put(one, values)
        if self.rows[one].get('account_type') in ('asset_receivable', 'liability_payable'):
            self.rows[one]['reconcile'] = True


class Line(Records):
    def defaults(self, values):
        home = self.env.company.currency_id.id
        out = {'display_type': 'product', 'currency_id': home, 'balance': 0.0, 'amount_currency': 0.0}
        if values.get('currency_id', home) == home:
            out['amount_currency'] = values.get('balance', 0.0)
        return out

    def put(self, one, values):
        super().put(one, values)
        self.rows[one]['balance'] = self.env.company.currency_id.round(self.rows[one]['balance'])
        self.rows[one]['amount_currency'] = self.browse(one).currency_id.round(self.rows[one]['amount_currency'])

    def __getitem__(self, name):
        if name in ('matched_debit_ids', 'matched_credit_ids'):
            side = 'credit_move_id' if name == 'matched_debit_ids' else 'debit_move_id'
            return self.of('account.partial.reconcile').search([(side, 'in', self.ids)])
        if name == 'amount_residual':
            return self.open('balance', 'amount', 'amount', self.env.company.currency_id)
        if name == 'amount_residual_currency':
            return self.open('amount_currency', 'debit_amount_currency', 'credit_amount_currency', self.currency_id)
        if name == 'reconciled':
            return self.move_id.state == 'posted' and not self.amount_residual and not self.amount_residual_currency
        return super().__getitem__(name)

    def open(self, field, as_debit, as_credit, currency):
        if not self.account_id.reconcile:
            return 0.0
        out = self[field] - sum(self.matched_credit_ids.mapped(as_debit)) + sum(self.matched_debit_ids.mapped(as_credit))
        return currency.round(out)

    def _all_reconciled_lines(self):
        whole = self
        while True:
            partials = whole.matched_debit_ids | whole.matched_credit_ids
            more = whole | partials.debit_move_id | partials.credit_move_id
            if len(more) == len(whole):
                return whole
            whole = more

    def remove_move_reconcile(self):
        (self.matched_debit_ids | self.matched_credit_ids).unlink()

    def unlink(self):
        for line in self:
            if line.display_type in NEVER_BY_HAND and not self.context.get('dynamic_unlink'):
                raise ValidationError('You cannot delete a tax or receivable line as it would not be consistent with the document')
        self.remove_move_reconcile()
        super().unlink()


class Partial(Records):
    """Not checked by Odoo when created so: more than is open makes a negative residual."""

    def create(self, values):
        made = super().create(values)
        for one in made:
            self.rows[one.id]['amount'] = self.env.company.currency_id.round(one.amount)
        return made

    def unlink(self):
        self.full_reconcile_id.unlink()
        super().unlink()


class Full(Records):
    def put(self, one, values):
        super().put(one, {})
        for field, model in (('reconciled_line_ids', 'account.move.line'), ('partial_reconcile_ids', 'account.partial.reconcile')):
            for line in values[field][0][2]:
                self.env.tables[model][line]['full_reconcile_id'] = one

    def unlink(self):
        for model in ('account.move.line', 'account.partial.reconcile'):
            for row in self.env.tables.get(model, {}).values():
                if row.get('full_reconcile_id') in self.ids:
                    row['full_reconcile_id'] = False
        super().unlink()


class Move(Records):
    def defaults(self, values):
        term = self.of('res.partner').browse(values.get('partner_id') or []).property_payment_term_id.id
        return {'state': 'draft', 'move_type': 'entry', 'invoice_payment_term_id': term}

    def create(self, values):
        for one in values:
            if one.get('state') == 'posted':
                raise UserError('You cannot create a move already in the posted state. Please create a draft move and post it after.')
        made = super().create(values)
        made.recompute()
        made.check()
        return made

    def write(self, values):
        for move in self:
            readonly = [name for name in values if name in READONLY_WHEN_POSTED]
            if move.state == 'posted' and readonly:
                raise UserError('You cannot modify the following readonly fields on a posted move: %s' % ', '.join(readonly))
            if 'state' in values:
                raise UserError('The state of an entry is not written')
        super().write(values)
        self.recompute()
        self.check()

    def recompute(self):
        """What Odoo does to the items of a draft document unless `skip_invoice_sync` says that they are exact."""
        for move in self:
            lines = list(move.line_ids)
            taxes = [line for line in lines if line.display_type == 'tax']
            if self.context.get('skip_invoice_sync') or move.state != 'draft' or move.move_type == 'entry' or not taxes:
                continue
            taxes[0].put(taxes[0].id, {'balance': sum(line.balance for line in lines if line.display_type == 'product') * SALES_TAX})
            due = [line for line in lines if line.display_type == 'payment_term'][0]
            due.put(due.id, {'balance': -sum(line.balance for line in lines if line.id != due.id)})

    def check(self):
        for move in self:
            if not self.env.company.currency_id.is_zero(sum(move.line_ids.mapped('balance'))):
                raise UserError('The entry is not balanced.')
            twins = self.search([('id', '!=', move.id), ('state', '=', 'posted'), ('name', '=', move.name), ('journal_id', '=', move.journal_id.id)])
            if move.state == 'posted' and twins:
                raise ValidationError('The operation cannot be completed: Another entry with the same name already exists.')

    def number(self):
        """The next number of the journal follows the pattern of its last name."""
        posted = self.search([('journal_id', '=', self.journal_id.id), ('state', '=', 'posted')])
        names = [name for name in posted.mapped('name') if name]
        if not names:
            return FIRST_NUMBER % ('MISC' if self.move_type == 'entry' else 'INV')
        found = re.search(r'(\d+)(\D*)$', names[-1])
        if not found:
            return names[-1] + '1'
        return names[-1][:found.start()] + str(int(found[1]) + 1).zfill(len(found[1])) + found[2]

    def action_post(self):
        self.env.log.append(('post', self._name, self.ids))
        for move in self:
            if move.state != 'draft':
                raise UserError('The entry %s (id %d) must be in draft.' % (move.name, move.id))
            if not len(move.line_ids):
                raise UserError('You need to add a line before posting.')
            row = self.rows[move.id]
            row['name'] = row.get('name') or move.number()
            if move.move_type != 'entry':
                for line in move.line_ids:
                    if line.display_type == 'payment_term':
                        line.put(line.id, {'name': row['name']})
                days = move.invoice_payment_term_id.line_ids.mapped('nb_days')
                row['invoice_date_due'] = 'by the term of the partner' if days else row.get('invoice_date_due') or self.env.now[:10]
            row['state'] = 'posted'
        self.check()

    def button_draft(self):
        self.env.log.append(('draft', self._name, self.ids))
        for move in self:
            if move.state not in ('posted', 'cancel'):
                raise UserError('Only posted/cancelled journal entries can be reset to draft.')
            move.line_ids.remove_move_reconcile()
            self.rows[move.id]['state'] = 'draft'
        self.recompute()

    def button_cancel(self):
        for move in self:
            if move.state != 'draft':
                raise UserError('Only draft journal entries can be cancelled.')
            self.rows[move.id]['state'] = 'cancel'

    def _can_be_unlinked(self):
        return True

    def _is_protected_by_audit_trail(self):
        return False

    def unlink(self):
        for move in self:
            if move.state == 'posted':
                raise UserError('You cannot delete a posted journal entry. Reset it to draft first.')
        self.line_ids.with_context(dynamic_unlink=True).unlink()
        super().unlink()


class WithMove(Records):
    """A record with an entry behind it, which it makes itself of the items given."""

    def __getitem__(self, name):
        return self.move_id[name] if name == 'line_ids' else super().__getitem__(name)

    def create(self, values):
        made = super().create([{name: one[name] for name in one if name not in ('line_ids', 'name')} for one in values])
        for one, record in zip(values, made):
            entry = {name: one[name] for name in ('date', 'journal_id', 'partner_id', 'line_ids') if name in one}
            if 'move_id' not in one:
                self.rows[record.id]['move_id'] = self.of('account.move').create([entry]).id
        return made

    def write(self, values):
        raise UserError('An edit of %s recomputes its items' % self._name)


class Payment(WithMove):
    def create(self, values):
        made = super().create(values)
        for one, record in zip(values, made):  # with its items it is in process at once, while its entry is still a draft
            self.rows[record.id]['state'] = 'in_process' if 'line_ids' in one else 'draft'
        return made

    def action_post(self):
        for move in self.move_id:
            if move.state == 'draft':
                move.action_post()
        for one in self.ids:
            self.rows[one]['state'] = 'in_process'

    def action_draft(self):
        self.move_id.button_draft()
        for one in self.ids:
            self.rows[one]['state'] = 'draft'

    def unlink(self):
        for move in self.move_id:
            if move.state != 'draft':
                move.button_draft()
        self.move_id.unlink()
        super().unlink()


class StatementLine(WithMove):
    """Posted at once."""

    def create(self, values):
        made = super().create(values)
        made.move_id.exists().action_post()
        return made

    def unlink(self):
        moves = self.move_id
        super().unlink()
        moves.unlink()


class Order(Records):
    def put(self, one, values):
        before = self.rows[one]
        if 'order_line' in values and before.get('locked'):
            raise UserError('It is forbidden to modify the following fields in a locked order')
        if [5, 0, 0] in values.get('order_line', []) and before.get('state') == 'sale':
            raise UserError("Once a sales order is confirmed, you can't remove one of its lines.")
        super().put(one, values)


CLASSES = {
    'res.currency': Currency, 'account.account': Account, 'account.move': Move, 'account.move.line': Line, 'account.partial.reconcile': Partial,
    'account.full.reconcile': Full, 'account.payment': Payment, 'account.bank.statement.line': StatementLine, 'sale.order': Order}
