"""Recordsets of the small stand-in for Odoo: enough of the ORM for the action's own logic."""


class UserError(Exception):
    pass


class Field:
    store, relation = True, ''

    def __init__(self, kind, comodel_name=''):
        self.type, self.comodel_name = kind, comodel_name

    def convert_to_cache(self, value, record):
        return value or None


FIELDS = {
    'res.partner': {'name': 'char', 'ref': 'char', 'phone': 'char', 'parent_id': 'many2one', 'customer_rank': 'integer', 'category_id': 'many2many',
                    'property_payment_term_id': 'many2one'},
    'res.currency': {'name': 'char', 'rounding': 'float'},
    'res.currency.rate': {'name': 'date', 'inverse_company_rate': 'float'},
    'account.account': {'code': 'char', 'name': 'char', 'account_type': 'selection', 'reconcile': 'boolean'},
    'account.payment.term': {'name': 'char', 'line_ids': 'one2many'},
    'account.payment.term.line': {'payment_id': 'many2one', 'nb_days': 'integer', 'value_amount': 'float'},
    'account.move': {'name': 'char', 'ref': 'char', 'narration': 'html', 'state': 'selection', 'move_type': 'selection', 'date': 'date',
                     'invoice_date': 'date', 'invoice_date_due': 'date', 'invoice_payment_term_id': 'many2one', 'journal_id': 'many2one',
                     'partner_id': 'many2one', 'line_ids': 'one2many', 'inalterable_hash': 'char'},
    'account.move.line': {'move_id': 'many2one', 'name': 'char', 'account_id': 'many2one', 'partner_id': 'many2one', 'display_type': 'selection',
                          'balance': 'monetary', 'amount_currency': 'monetary', 'currency_id': 'many2one', 'date_maturity': 'date',
                          'full_reconcile_id': 'many2one', 'analytic_line_ids': 'one2many'},
    'account.partial.reconcile': {'debit_move_id': 'many2one', 'credit_move_id': 'many2one', 'amount': 'monetary',
                                  'debit_amount_currency': 'monetary', 'credit_amount_currency': 'monetary', 'full_reconcile_id': 'many2one',
                                  'exchange_move_id': 'many2one'},
    'account.full.reconcile': {'reconciled_line_ids': 'one2many', 'partial_reconcile_ids': 'one2many'},
    'account.payment': {'payment_type': 'selection', 'amount': 'monetary', 'date': 'date', 'journal_id': 'many2one', 'partner_id': 'many2one',
                        'memo': 'char', 'state': 'selection', 'move_id': 'many2one', 'line_ids': 'one2many'},
    'account.bank.statement.line': {'payment_ref': 'char', 'move_id': 'many2one', 'date': 'date', 'amount': 'monetary', 'journal_id': 'many2one',
                                    'line_ids': 'one2many'},
    'account.analytic.line': {'move_line_id': 'many2one', 'amount': 'monetary'},
    'sale.order': {'name': 'char', 'state': 'selection', 'locked': 'boolean', 'order_line': 'one2many'},
    'sale.order.line': {'order_id': 'many2one', 'name': 'char', 'price_unit': 'float'},
    'ir.attachment': {'name': 'char', 'res_model': 'char', 'res_id': 'integer', 'datas': 'binary'},
    'ir.model.data': {'module': 'char', 'name': 'char', 'model': 'char', 'res_id': 'integer', 'noupdate': 'boolean'},
    'res.company': {'id': 'integer', 'currency_id': 'many2one'},
    'res.users': {'name': 'char'},
    'ir.logging': {'name': 'char', 'type': 'selection', 'level': 'char', 'path': 'char', 'line': 'char', 'func': 'char', 'message': 'text'},
    'mail.message': {'model': 'char', 'res_id': 'integer'},
    'ir.model.fields': {'model': 'char', 'name': 'char', 'relation': 'char', 'ttype': 'char', 'store': 'boolean'},
}
RELATIONS = {
    'create_uid': 'res.users', 'write_uid': 'res.users', 'parent_id': 'res.partner', 'partner_id': 'res.partner', 'currency_id': 'res.currency',
    'account_id': 'account.account', 'journal_id': 'account.journal', 'move_id': 'account.move', 'debit_move_id': 'account.move.line',
    'credit_move_id': 'account.move.line', 'full_reconcile_id': 'account.full.reconcile', 'invoice_payment_term_id': 'account.payment.term',
    'property_payment_term_id': 'account.payment.term', 'payment_id': 'account.payment.term', 'order_id': 'sale.order',
    'move_line_id': 'account.move.line'}
MAGIC = ('create_date', 'create_uid', 'write_date', 'write_uid')
LINES = {  # (model, field) -> (model of the lines, field that leads back)
    ('account.move.line', 'analytic_line_ids'): ('account.analytic.line', 'move_line_id'),
    ('account.move', 'line_ids'): ('account.move.line', 'move_id'),
    ('account.payment.term', 'line_ids'): ('account.payment.term.line', 'payment_id'),
    ('sale.order', 'order_line'): ('sale.order.line', 'order_id')}


class Records:
    """A recordset of one model."""

    _abstract, _transient, _auto, _log_access, _description = False, False, True, True, 'Contact'

    def __init__(self, env, model, ids, context=None):
        self.env, self._name, self.ids, self.context = env, model, list(ids), context or {}
        self._fields = {name: Field(kind, RELATIONS.get(name, '')) for name, kind in FIELDS.get(model, {}).items()}

    def of(self, model, ids=()):
        return self.env.records(model, ids, self.context)

    def __iter__(self):
        return iter([self.browse(one) for one in self.ids])

    def __len__(self):
        return len(self.ids)

    def __or__(self, other):
        return self.browse(self.ids + [one for one in other.ids if one not in self.ids])

    def __eq__(self, other):
        return isinstance(other, Records) and (self._name, set(self.ids)) == (other._name, set(other.ids))

    def __hash__(self):
        return hash((self._name, frozenset(self.ids)))

    @property
    def id(self):
        return self.ids[0] if self.ids else False

    @property
    def rows(self):
        return self.env.tables.setdefault(self._name, {})

    def __getitem__(self, name):
        if name not in self._fields and name not in MAGIC:
            raise AttributeError("'%s' has no field '%s'" % (self._name, name))
        values = [self.rows.get(one, {}).get(name, False) for one in self.ids]
        kind = self._fields[name].type if name in self._fields else ''
        if (self._name, name) in LINES:
            model, back = LINES[self._name, name]
            return self.of(model).search([(back, 'in', self.ids)])
        if name in RELATIONS:
            return self.of(RELATIONS[name], list(dict.fromkeys(value for value in values if value)))
        if len(values) > 1:
            raise ValueError('Expected singleton: %s%s' % (self._name, tuple(self.ids)))
        value = values[0] if values else False
        if kind == 'many2many':
            return self.browse(value[0][2] if value else [])  # stored as the command [[6, 0, ids]]
        return value

    def __getattr__(self, name):
        return self[name]

    @property
    def display_name(self):
        return self.name

    def mapped(self, path):
        name, _, rest = path.partition('.')
        if rest:
            return self[name].mapped(rest)
        return self[name] if name in RELATIONS or (self._name, name) in LINES else [one[name] for one in self]

    def sorted(self, key):
        return self.browse(sorted(self.ids)) if key == 'id' else self.browse(sorted(self.ids, key=lambda one: self.rows[one][key]))

    def with_context(self, **more):
        return self.env.records(self._name, self.ids, dict(self.context, **more))

    def sudo(self):
        return self

    def default_get(self, names):
        return {'lang': 'en_US'} if 'lang' in names else {}

    def browse(self, ids):
        return self.of(self._name, [ids] if isinstance(ids, int) else ids)

    def exists(self):
        return self.browse([one for one in self.ids if one in self.rows])

    def matches(self, row_id, domain):
        for field, operator, value in domain:
            actual = row_id if field == 'id' else self.rows[row_id].get(field, False)
            if operator == '=' and actual != value or operator == '!=' and actual == value or operator == 'in' and actual not in value:
                return False
            if operator == 'not in' and actual in value:
                return False
        return True

    def search(self, domain, order=None, limit=None):
        return self.browse([one for one in self.rows if self.matches(one, domain)][:limit])

    def search_count(self, domain, limit=None):
        return len(self.search(domain, limit=limit))

    def search_read(self, domain, fields, order=None):
        return [dict({name: self.rows[one].get(name) for name in fields}, id=one) for one in self.search(domain).ids]

    def check_fields(self, values):
        for name in values:
            if name not in self._fields:
                raise ValueError("Invalid field '%s' on model '%s'" % (name, self._name))

    def defaults(self, values):
        return {}

    def put(self, one, values):
        """Stores values as they are, and follows the commands of lines."""
        row = self.rows[one]
        for name, value in values.items():
            if (self._name, name) in LINES:
                self.command(one, value, *LINES[self._name, name])
            else:
                row[name] = value
        row.update(write_date=self.env.now, write_uid=self.env.uid)

    def command(self, one, commands, model, back):
        lines = self.of(model)
        for command in commands:
            if command[0] == 5:
                lines.search([(back, '=', one)]).unlink()
            elif command[0] == 1:
                lines.browse(command[1]).write(command[2])
            elif command[0] == 0:
                lines.create([dict(command[2], **{back: one})])
            else:
                raise ValueError('A command that the fake does not know: %s' % (command,))

    def create(self, values):
        values = [values] if isinstance(values, dict) else values
        if self._name != 'ir.model.data' and self.env.fail_create_with:
            raise self.env.fail_create_with
        made = []
        for one in values:
            self.check_fields(one)
            self.env.last_id += 1
            self.rows[self.env.last_id] = dict(self.defaults(one), create_date=self.env.now, create_uid=self.env.uid)
            made.append(self.env.last_id)
            self.put(made[-1], one)
        self.env.creates.setdefault(self._name, []).append(len(values))
        self.env.log.append(('create', self._name, values))
        return self.browse(made)

    def write(self, values):
        self.check_fields(values)
        self.env.log.append(('write', self._name, values))
        for one in self.ids:
            self.put(one, values)

    def unlink(self):
        for one in self.ids:
            del self.rows[one]
            if self._name != 'ir.model.data':
                self.env['ir.model.data'].search([('model', '=', self._name), ('res_id', '=', one)]).unlink()
