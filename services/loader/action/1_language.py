# q2o-action: 1
# Runs inside Odoo 18 as code of an ir.actions.server (safe_eval: no imports, no `with`, no classes, no closures). README.md beside
# this file defines the language. One call = one transaction: records, their external ids and the posting are stored together or not.
# The numbered files of this folder are joined in their order to one text; this one reads the request and works out expressions.

CREATABLE = (
    'account.account', 'account.journal', 'account.payment.method.line', 'account.payment.term', 'account.tax.group', 'account.tax',
    'account.analytic.plan', 'account.analytic.account', 'account.analytic.line', 'account.move', 'account.payment',
    'account.bank.statement', 'account.bank.statement.line', 'res.currency', 'res.currency.rate', 'res.partner', 'res.partner.category',
    'res.partner.bank', 'hr.department', 'hr.employee', 'product.category', 'product.product', 'product.template', 'sale.order',
    'purchase.order', 'project.project', 'project.task', 'mail.message', 'ir.attachment', 'stock.quant')
WRITABLE = CREATABLE + ('res.company', 'account.tax.repartition.line')
READABLE = WRITABLE + (
    'res.country', 'res.country.state', 'res.country.group', 'account.payment.method', 'account.account.tag', 'account.move.line',
    'mail.message.subtype', 'stock.location', 'stock.warehouse', 'uom.uom', 'res.lang', 'product.pricelist', 'project.task.type')
POSTABLE = ('account.move', 'account.payment')
REPLACED = ('account.move', 'account.payment', 'account.bank.statement.line', 'account.partial.reconcile')
REMADE = ('account.payment', 'account.bank.statement.line')  # changed by making them anew: an edit as draft recomputes their items
CONTEXT_KEYS = ('skip_invoice_sync', 'inventory_mode', 'no_exchange_difference', 'active_test', 'image_no_postprocess')
RECORD_KEYS = ('external_id', 'model', 'operation', 'values', 'post', 'datas', 'replaces')
CREATE_KEYS = ('values', 'adopt', 'then', 'context', 'sudo')
MATCH_KEYS = ('debit', 'credit', 'account', 'amount', 'amount_currency', 'debit_partner', 'credit_partner')
WRITE_KEYS = ('record', 'values', 'context', 'sudo')
SOFT_MOVE_FIELDS = ('name', 'ref', 'narration', 'invoice_date_due', 'payment_reference', 'invoice_origin')  # writable while posted
CONFLICTS = ('SerializationFailure', 'DeadlockDetected', 'LockNotAvailable', 'InFailedSqlTransaction', 'OperationalError', 'QueryCanceled')
EXTERNAL_ID_INDEX = 'ir_model_data_module_name_uniq_index'
TIME_LIMIT = 'CPU time limit exceeded'  # raised by Odoo wherever the call stands just then: it says nothing about that record

request = env.context
module = request.get('module') or 'q2o'
update_mode = request.get('mode') == 'update'
isolate = bool(request.get('isolate'))
records = request.get('records') or []
if request.get('mode') not in ('create', 'update'):
    raise UserError('Q2O refuses the mode %r' % (request.get('mode'),))

# The payload must not stay in the context: it would be carried and hashed through every call inside.
# Accounts that an earlier run deprecated still get the documents that came later: the flag stays, Odoo's own switch skips the check.
base = {'tracking_disable': True, 'mail_create_nosubscribe': True, 'no_reset_password': True, 'skip_account_deprecation_check': True}
for key in ('lang', 'tz', 'uid', 'allowed_company_ids'):
    if key in request:
        base[key] = request[key]
env = env(context=base)
xids = env['ir.model.data'].sudo()
company = env.company
known = {}     # external id -> (model, id)
results = {}   # position -> result
settings = []  # what was moved out of the way
written = []   # values of the target's own records: before, and after the batch
found = {}     # answers of `find` (text of the lookup -> id)
browsed = {}   # model -> {id: record}, one prefetch for the batch
group = {'key': None, 'rows': []}
pending = set()  # external ids in the open group: not created yet
fresh = []       # external ids registered since the last savepoint
gone = {}        # what was replaced since the last savepoint: external id -> (model, id)


def refuse(text):
    raise UserError('Q2O refuses: ' + text)


def check_keys(what, given, permitted):
    for key in given:
        if key not in permitted:
            refuse('unknown key %r in %s' % (key, what))


def table(model, context=None, sudo=False, permitted=WRITABLE):
    if model not in permitted:
        refuse('the model %r is not one of its own' % (model,))
    check_keys('context', context or {}, CONTEXT_KEYS)
    out = env[model]
    if context:
        out = out.with_context(**context)
    return out.sudo() if sudo else out


# ---- expressions

def collect(expr, names):
    """All external ids that an expression refers to."""
    if isinstance(expr, list):
        for item in expr:
            collect(item, names)
    elif isinstance(expr, dict):
        for key in expr:
            value = expr[key]
            alone = len(expr) == 1 and key in ('ref', 'move_of')  # beside other keys 'ref' is a field of the record
            if (alone or key in ('debit', 'credit')) and isinstance(value, str):
                names.add(value)
            elif key in ('holder', 'holder_model') and len(expr) == 1 and isinstance(value, list):
                names.update(value)
            elif key == 'order_line' and isinstance(value, list) and value and isinstance(value[0], str):
                names.add(value[0])
            else:
                collect(value, names)


def resolve(expr, missing):
    if expr is None:
        return False
    if isinstance(expr, list):
        out = []
        for item in expr:
            out.append(resolve(item, missing))
        return out
    if isinstance(expr, dict):
        if len(expr) != 1:
            refuse('an expression with %d keys: %s' % (len(expr), sorted(expr)))
        form = list(expr)[0]
        if form not in FORMS:
            refuse('unknown expression %r' % (form,))
        return FORMS[form](expr[form], missing)
    return expr


def resolve_fields(fields, missing):
    out = {}
    for name in fields or {}:
        out[name] = resolve(fields[name], missing)
    return out


def look_up(name, missing):
    if name not in known:
        missing.append(name)
        return (False, False)
    return known[name]


def form_ref(name, missing):
    return look_up(name, missing)[1]


def form_xmlid(text, missing):
    record = env.ref(text.replace('{company}', str(company.id)), raise_if_not_found=False)
    if not record:
        raise UserError('The record %s does not exist in this Odoo' % text)
    return record.id


def find_id(arg, missing, required):
    if not isinstance(arg, list) or len(arg) not in (2, 3):
        refuse('find takes [model, domain, options]')
    text = repr(arg)
    if text in found:
        return found[text]
    options = arg[2] if len(arg) == 3 else {}
    check_keys('find', options, ('order', 'limit'))
    waiting = len(missing)
    domain = resolve(arg[1], missing)
    if len(missing) > waiting:
        return False
    ids = table(arg[0], permitted=READABLE).with_context(active_test=False).search(
        domain, order=options.get('order'), limit=options.get('limit') or 2).ids
    if not ids and required:
        raise UserError('Nothing found for %s %s' % (arg[0], arg[1]))
    if len(ids) > 1 and not options.get('limit'):
        raise UserError('Several found for %s %s' % (arg[0], arg[1]))
    if ids:
        found[text] = ids[0]
    return ids[0] if ids else False


def form_find(arg, missing):
    return find_id(arg, missing, True)


def form_find_or_false(arg, missing):
    return find_id(arg, missing, False)


def form_company(field, missing):
    if field not in company._fields:
        refuse('unknown company field %r' % (field,))
    return company[field].id if company._fields[field].type == 'many2one' else company[field]


def form_default(arg, missing):
    if not isinstance(arg, list) or len(arg) != 2:
        refuse('default takes [model, field]')
    return table(arg[0], permitted=READABLE).default_get([arg[1]]).get(arg[1]) or False


def form_refs(items, missing):
    return [[6, 0, resolve(items, missing)]]


def form_lines(items, missing):
    out = []
    for item in items:
        out.append([0, 0, resolve_fields(item, missing)])
    return out


def form_order_line(arg, missing):
    model, order = look_up(arg[0], missing)
    if not order:
        return False
    if model not in ('sale.order', 'purchase.order'):
        refuse('%s is no order' % arg[0])
    lines = sorted(env[model].browse(order).order_line.ids)
    if not 0 <= arg[1] < len(lines):
        raise UserError('The order %s has no line %s' % (arg[0], arg[1]))
    return lines[arg[1]]


def move_behind(name, missing):
    model, record = look_up(name, missing)
    if not record:
        return env['account.move']
    if model == 'account.move':
        return env[model].browse(record)
    if model in REMADE:
        return env[model].browse(record).move_id
    refuse('%s has no journal entry behind it' % name)


def form_move_of(name, missing):
    return move_behind(name, missing).id


def holder_of(names, missing):
    """Where notes and files of a record are kept: the first of the names that is there; of a statement line its journal entry."""
    for name in names:
        if name in known:
            model, record = known[name]
            if model == 'account.bank.statement.line':
                return ('account.move', env[model].browse(record).move_id.id)
            return (model, record)
    missing.append(names[0])
    return (False, False)


def form_holder(names, missing):
    return holder_of(names, missing)[1]


def form_holder_model(names, missing):
    return holder_of(names, missing)[0]


def form_distribution(items, missing):
    out = {}
    for item in items:
        ids = []
        for one in resolve(item[0], missing):
            ids.append(str(one))
        out[','.join(ids)] = float(item[1])
    return out


FORMS = {
    'ref': form_ref, 'xmlid': form_xmlid, 'find': form_find, 'find_or_false': form_find_or_false, 'company': form_company,
    'default': form_default,
    'refs': form_refs, 'lines': form_lines, 'order_line': form_order_line, 'move_of': form_move_of, 'holder': form_holder,
    'holder_model': form_holder_model, 'distribution': form_distribution}
