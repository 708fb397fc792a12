"""A small stand-in for Odoo's env: what the action is run with. What Odoo really does is tested against a real one."""
import pathlib

from fake_accounting import CLASSES
from fake_records import FIELDS, Records, UserError

PARTS = sorted(pathlib.Path(__file__).resolve().parent.glob('[0-9]_*.py'))
CODE = ''.join(part.read_text(encoding='utf-8') for part in PARTS)
COMPILED = compile(CODE, 'q2o_action.py', 'exec')


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
        self.tables, self.creates, self.log, self.last_id = {'res.company': {1: {'id': 1, 'currency_id': 1}}}, {}, [], 100
        self.context, self.fail_create_with = {}, None
        self.now, self.uid = '2026-01-01 12:00:00', 2
        self.tables['res.users'] = {2: {'name': 'Admin'}, 7: {'name': 'Amy'}}
        link = {'model': 'res.partner', 'name': 'parent_id', 'relation': 'res.partner', 'ttype': 'many2one', 'store': True}
        self.tables['ir.model.fields'] = {1: link}
        self.tables['res.currency'] = {1: {'name': 'USD', 'rounding': 0.01}, 2: {'name': 'EUR', 'rounding': 0.01}}
        self.cr = Cursor(self)

    def __call__(self, context):
        self.context = context
        return self

    def later(self):
        self.now = '2026-01-01 13:00:00'

    def __contains__(self, model):
        return model in FIELDS

    def records(self, model, ids, context=None):
        return CLASSES.get(model, Records)(self, model, ids, context)

    def __getitem__(self, model):
        return self.records(model, [])

    @property
    def company(self):
        return self.records('res.company', [1])

    def ref(self, text, raise_if_not_found=True):
        return self.records('res.partner', [501] if text == 'base.partner_1' else [])

    def flush_all(self):
        pass

    def clear(self):
        pass

    def record(self, name):
        row = self['ir.model.data'].search_read([('name', '=', name)], ['model', 'res_id'])[0]
        return self.records(row['model'], [row['res_id']])


def create(name, values, model='res.partner', post=False, **more):
    return {'external_id': name, 'model': model, 'operation': 'create', 'values': dict({'values': values}, **more), 'post': post}


def items(*balances, **more):
    """Items of an entry in one account: they must add up to nothing."""
    return {'lines': [dict({'balance': balance}, **more) for balance in balances or (1.0, -1.0)]}


def run(env, records, mode='create', isolate=False):
    env.context = {'records': records, 'mode': mode, 'isolate': isolate, 'module': 'q2o'}
    names = {'env': env, 'UserError': UserError}
    exec(COMPILED, names)
    return names['action']
