"""A small stand-in for Odoo's env: enough of the ORM for the action's own logic. What Odoo really does is tested against a real one."""
import pathlib

PARTS = sorted(pathlib.Path(__file__).resolve().parent.glob('[0-9]_*.py'))
CODE = ''.join(part.read_text(encoding='utf-8') for part in PARTS)
COMPILED = compile(CODE, 'q2o_action.py', 'exec')


class UserError(Exception):
    pass


class Field:
    store, relation = True, ''

    def __init__(self, kind):
        self.type, self.comodel_name = kind, 'res.partner' if kind == 'many2one' else ''

    def convert_to_cache(self, value, record):
        return value or None


FIELDS = {
    'res.partner': {'name': 'char', 'ref': 'char', 'phone': 'char', 'parent_id': 'many2one', 'customer_rank': 'integer', 'category_id': 'many2many'},
    'account.account': {'code': 'char', 'name': 'char'},
    'account.move': {'name': 'char', 'narration': 'html', 'state': 'selection', 'line_ids': 'one2many'},
    'account.move.line': {'move_id': 'many2one'},
    'account.partial.reconcile': {'debit_move_id': 'many2one', 'credit_move_id': 'many2one'},
    'account.bank.statement.line': {'payment_ref': 'char', 'move_id': 'many2one'},
    'ir.attachment': {'name': 'char', 'res_model': 'char', 'res_id': 'integer', 'datas': 'binary'},
    'ir.model.data': {'module': 'char', 'name': 'char', 'model': 'char', 'res_id': 'integer', 'noupdate': 'boolean'},
    'res.company': {'id': 'integer', 'currency_id': 'many2one'},
    'res.users': {'name': 'char'},
    'mail.message': {'model': 'char', 'res_id': 'integer'},
    'ir.model.fields': {'model': 'char', 'name': 'char', 'relation': 'char', 'ttype': 'char', 'store': 'boolean'},
}


class Records:
    """A recordset of one model."""

    _abstract, _transient, _auto, _log_access, _description = False, False, True, True, 'Contact'

    def __init__(self, env, model, ids):
        self.env, self._name, self.ids = env, model, list(ids)
        self._fields = {name: Field(kind) for name, kind in FIELDS[model].items()}

    def __iter__(self):
        return iter([Records(self.env, self._name, [one]) for one in self.ids])

    def __len__(self):
        return len(self.ids)

    def __or__(self, other):
        return Records(self.env, self._name, self.ids + [one for one in other.ids if one not in self.ids])

    @property
    def id(self):
        return self.ids[0] if self.ids else False

    @property
    def rows(self):
        return self.env.tables.setdefault(self._name, {})

    def __getitem__(self, name):
        value = self.rows.get(self.id, {}).get(name, False)
        kind = FIELDS[self._name].get(name)
        if name in ('create_uid', 'write_uid'):
            return Records(self.env, 'res.users', [value])
        if name == 'line_ids':
            return self.env['account.move.line'].search([('move_id', 'in', self.ids)])
        if name in ('matched_debit_ids', 'matched_credit_ids'):
            side = 'credit_move_id' if name == 'matched_debit_ids' else 'debit_move_id'
            return self.env['account.partial.reconcile'].search([(side, 'in', self.ids)])
        if kind == 'many2one':
            return Records(self.env, self._name, [value] if value else [])
        if kind == 'many2many':
            return Records(self.env, self._name, value[0][2] if value else [])  # stored as the command [[6, 0, ids]]
        return value

    def __getattr__(self, name):
        return self[name]

    @property
    def display_name(self):
        return self.name

    def mapped(self, path):
        return [one[path] for one in self]

    def with_context(self, **_):
        return self

    def sudo(self):
        return self

    def default_get(self, names):
        return {'lang': 'en_US'} if 'lang' in names else {}

    def browse(self, ids):
        return Records(self.env, self._name, [ids] if isinstance(ids, int) else ids)

    def exists(self):
        return Records(self.env, self._name, [one for one in self.ids if one in self.rows])

    def matches(self, row_id, domain):
        for field, operator, value in domain:
            actual = row_id if field == 'id' else self.rows[row_id].get(field, False)
            if operator == '=' and actual != value or operator == '!=' and actual == value or operator == 'in' and actual not in value:
                return False
            if operator == 'not in' and actual in value:
                return False
        return True

    def search(self, domain, order=None, limit=None):
        return Records(self.env, self._name, [one for one in self.rows if self.matches(one, domain)][:limit])

    def search_count(self, domain, limit=None):
        return len(self.search(domain, limit=limit))

    def search_read(self, domain, fields):
        return [dict({name: self.rows[one].get(name) for name in fields}, id=one) for one in self.search(domain).ids]

    def create(self, values):
        if self._name != 'ir.model.data' and self.env.fail_create_with:
            raise self.env.fail_create_with
        made = []
        for one in values:
            for name in one:
                if name not in FIELDS[self._name]:
                    raise ValueError("Invalid field '%s' on model '%s'" % (name, self._name))
            self.env.last_id += 1
            born = {'create_date': self.env.now, 'write_date': self.env.now, 'create_uid': self.env.uid, 'write_uid': self.env.uid}
            self.rows[self.env.last_id] = dict(dict(born, state='draft') if self._name == 'account.move' else born, **one)
            made.append(self.env.last_id)
        self.env.creates.setdefault(self._name, []).append(len(values))
        self.env.log.append(('create', self._name, values))
        return Records(self.env, self._name, made)

    def write(self, values):
        self.env.log.append(('write', self._name, values))
        for one in self.ids:
            self.rows[one].update(values, write_date=self.env.now, write_uid=self.env.uid)

    def unlink(self):
        for one in self.ids:
            if self._name == 'account.move' and self.rows[one]['state'] == 'posted':
                raise UserError('You cannot delete a posted journal entry. Reset it to draft first.')
            del self.rows[one]
            if self._name != 'ir.model.data':
                self.env['ir.model.data'].search([('model', '=', self._name), ('res_id', '=', one)]).unlink()

    def mapped(self, name):
        return [one[name] for one in self]

    def remove_move_reconcile(self):
        (self.matched_debit_ids | self.matched_credit_ids).unlink()

    def button_draft(self):
        self.write({'state': 'draft'})

    def action_post(self):
        self.env.log.append(('post', self._name, self.ids))
        for one in self.ids:
            self.rows[one]['state'] = 'posted'


class Cursor:
    def __init__(self, env):
        self.env = env
        self.saved = None

    def now(self):
        return self.env.now

    def execute(self, statement):
        if statement.startswith('SAVEPOINT'):
            self.saved = {model: {key: dict(row) for key, row in rows.items()} for model, rows in self.env.tables.items()}
        elif statement.startswith('ROLLBACK'):
            self.env.tables.clear()
            self.env.tables.update(self.saved)


class FakeEnv:
    def __init__(self):
        self.tables, self.creates, self.log, self.last_id = {'res.company': {1: {'id': 1}}}, {}, [], 100
        self.context, self.fail_create_with = {}, None
        self.now, self.uid = '2026-01-01 12:00:00', 2
        self.tables['res.users'] = {2: {'name': 'Admin'}, 7: {'name': 'Amy'}}
        link = {'model': 'res.partner', 'name': 'parent_id', 'relation': 'res.partner', 'ttype': 'many2one', 'store': True}
        self.tables['ir.model.fields'] = {1: link}
        self.cr = Cursor(self)

    def __call__(self, context):
        self.context = context
        return self

    def later(self):
        self.now = '2026-01-01 13:00:00'

    def __contains__(self, model):
        return model in FIELDS

    def __getitem__(self, model):
        return Records(self, model, [])

    @property
    def company(self):
        return Records(self, 'res.company', [1])

    def ref(self, text, raise_if_not_found=True):
        return Records(self, 'res.partner', [501] if text == 'base.partner_1' else [])

    def flush_all(self):
        pass

    def clear(self):
        pass

    def record(self, name):
        row = self['ir.model.data'].search_read([('name', '=', name)], ['model', 'res_id'])[0]
        return Records(self, row['model'], [row['res_id']])


def create(name, values, model='res.partner', post=False, **more):
    return {'external_id': name, 'model': model, 'operation': 'create', 'values': dict({'values': values}, **more), 'post': post}


def run(env, records, mode='create', isolate=False):
    env.context = {'records': records, 'mode': mode, 'isolate': isolate, 'module': 'q2o'}
    names = {'env': env, 'UserError': UserError}
    exec(COMPILED, names)
    return names['action']
