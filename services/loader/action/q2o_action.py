# q2o-action: 1
# Runs inside Odoo 18 as code of an ir.actions.server (safe_eval: no imports, no `with`, no classes, no closures). README.md beside
# this file defines the language. One call = one transaction: records, their external ids and the posting are stored together or not.

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
REMADE = ('account.payment', 'account.bank.statement.line')  # changed by making them anew: an edit as draft recomputes their items
CONTEXT_KEYS = ('skip_invoice_sync', 'inventory_mode', 'no_exchange_difference', 'active_test')
RECORD_KEYS = ('external_id', 'model', 'operation', 'values', 'post')
CREATE_KEYS = ('values', 'adopt', 'then', 'context', 'sudo')
MATCH_KEYS = ('debit', 'credit', 'account', 'amount', 'amount_currency', 'debit_partner', 'credit_partner')
WRITE_KEYS = ('record', 'values', 'context', 'sudo')
SOFT_MOVE_FIELDS = ('name', 'ref', 'narration', 'invoice_date_due', 'payment_reference', 'invoice_origin')  # writable while posted
CONFLICTS = ('SerializationFailure', 'DeadlockDetected', 'LockNotAvailable', 'InFailedSqlTransaction', 'OperationalError', 'QueryCanceled')

request = env.context
module = request.get('module') or 'q2o'
update_mode = request.get('mode') == 'update'
isolate = bool(request.get('isolate'))
records = request.get('records') or []
if request.get('mode') not in ('create', 'update'):
    raise UserError('Q2O refuses the mode %r' % (request.get('mode'),))

# The payload must not stay in the context: it would be carried and hashed through every call inside.
base = {'tracking_disable': True, 'mail_create_nosubscribe': True, 'no_reset_password': True}
for key in ('lang', 'tz', 'uid', 'allowed_company_ids'):
    if key in request:
        base[key] = request[key]
env = env(context=base)
xids = env['ir.model.data'].sudo()
company = env.company
known = {}     # external id -> (model, id)
results = {}   # position -> result
settings = []  # what was moved out of the way
found = {}     # answers of `find` (text of the lookup -> id)
browsed = {}   # model -> {id: record}, one prefetch for the batch
group = {'key': None, 'rows': []}
pending = set()  # external ids in the open group: not created yet
fresh = []       # external ids registered since the last savepoint


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
    'refs': form_refs, 'lines': form_lines, 'order_line': form_order_line, 'move_of': form_move_of, 'distribution': form_distribution}


# ---- comparing with what is stored

def plain(value):
    """Commands of a many2many or a list of ids -> set of ids; None when it is something else."""
    out = set()
    for item in value or []:
        if isinstance(item, (list, tuple)):
            if item[0] == 6:
                out = set(item[2])
            elif item[0] == 4:
                out.add(item[1])
            else:
                return None
        else:
            out.add(item)
    return out


def shares(distribution):
    out = {}
    for key in distribution or {}:
        out[','.join(sorted(key.split(',')))] = round(float(distribution[key]), 6)
    return out


def differs(record, name, value):
    field = record._fields.get(name)
    if name == 'line_ids' and record._name == 'account.payment':
        return lines_differ(record.move_id.line_ids, value)
    if field is None:
        raise UserError("Invalid field '%s' on model '%s'" % (name, record._name))
    kind = field.type
    if kind == 'many2one':
        return (record[name].id or False) != (value or False)
    if kind == 'many2many':
        return set(record.with_context(active_test=False)[name].ids) != plain(value)
    if kind == 'one2many':
        return lines_differ(record.with_context(active_test=False)[name], value)
    if name in ('customer_rank', 'supplier_rank'):
        return record[name] < (value or 0)  # posting adds to them
    if kind == 'json':
        return shares(record[name]) != shares(value)
    if kind == 'binary':
        stored = record[name]
        return (stored.decode() if stored else '') != (value or '')
    if name == 'website' and value:
        value = record._clean_website(value)
    stored = field.convert_to_cache(record[name], record)
    return (stored or False) != (field.convert_to_cache(value, record) or False)


def line_is(line, values):
    term = line._name == 'account.move.line' and line.display_type == 'payment_term'
    for name in values:
        # Odoo names the due line itself (payment reference)
        if not (term and name == 'name') and differs(line, name, values[name]):
            return False
    return True


def lines_differ(lines, commands):
    """Multiset comparison on the fields that were sent; nearly always they stand in the same order."""
    wanted = []
    for command in commands or []:
        if command[0] != 0:
            return True
        wanted.append(command[2])
    if len(lines) != len(wanted):
        return True
    left_lines = []
    left_wanted = []
    for line, values in zip(lines.sorted('id'), wanted):
        if not line_is(line, values):
            left_lines.append(line)
            left_wanted.append(values)
    for values in left_wanted:
        hit = None
        for line in left_lines:
            if line_is(line, values):
                hit = line
                break
        if hit is None:
            return True
        left_lines.remove(hit)
    return False


def differences(record, values):
    out = {}
    for name in values:
        if differs(record, name, values[name]):
            out[name] = values[name]
    return out


# ---- creating

def register(names, model, made):
    rows = []
    for name, record in zip(names, made):
        rows.append({'module': module, 'name': name, 'model': model, 'res_id': record.id, 'noupdate': True})
        known[name] = (model, record.id)
        fresh.append(name)
    xids.create(rows)


def is_ours(model, record_id):
    return bool(xids.search_count([('module', '=', module), ('model', '=', model), ('res_id', '=', record_id)], limit=1))


def make_room(codes, own_id=0):
    """Accounts of the chart that have a code we need move aside."""
    accounts = env['account.account']
    for account in accounts.search([('code', 'in', codes), ('id', '!=', own_id)]):
        if is_ours('account.account', account.id):
            continue  # two of our own with one code: Odoo says so in its own words
        before = account.code
        after = before + '.old'
        number = 1
        while accounts.search_count([('code', '=', after)], limit=1):
            number += 1
            after = before + '.old' + str(number)
        account.write({'code': after})
        settings.append({'name': 'account.account,%d,code' % account.id, 'before': before, 'during': after})


def is_draft(record):
    """A payment created with its items is `in_process` at once while its entry is still a draft."""
    return record.state == 'draft' or record._name == 'account.payment' and record.move_id.state == 'draft'


def post(made):
    if made._name not in POSTABLE:
        refuse('records of %s are not posted' % made._name)
    drafts = made.browse([])
    for record in made:
        if is_draft(record):
            drafts |= record
    if drafts:
        drafts.action_post()


def create_rows(model, context, sudo, rows):
    names = []
    values = []
    codes = []
    for row in rows:
        names.append(row['record']['external_id'])
        values.append(row['values'])
        if model == 'account.account' and row['values'].get('code'):
            codes.append(row['values']['code'])
    if codes:
        make_room(codes)
    made = table(model, context, sudo, CREATABLE).create(values)
    register(names, model, made)
    posted = []
    for row, record in zip(rows, made):
        if row['then']:
            record.write(row['then'])
        if row['record'].get('post'):
            posted.append(record.id)
        answer(row, record.id, row.get('outcome') or 'created')
    if posted:
        post(made.browse(posted))


def adopted(record, body, missing):
    """A record of the target's own that may take our external id."""
    for lookup in body.get('adopt') or []:
        waiting = len(missing)
        if isinstance(lookup, list):
            target = find_id([record['model'], lookup, {'limit': 1}], missing, False)
        elif list(lookup)[:1] == ['xmlid']:
            hit = env.ref(lookup['xmlid'].replace('{company}', str(company.id)), raise_if_not_found=False)
            target = hit.id if hit and hit._name == record['model'] else False
        elif list(lookup)[:1] == ['find']:
            target = find_id(lookup['find'], missing, False)
        else:
            target = resolve(lookup, missing)
        if len(missing) > waiting:
            return False
        if target and not is_ours(record['model'], target):
            return target
    return False


# ---- changing

def matches_of(moves):
    """External ids of our matches on these entries, and of none else."""
    partials = moves.line_ids.matched_debit_ids | moves.line_ids.matched_credit_ids
    if not partials:
        return []
    return xids.search([('module', '=', module), ('model', '=', 'account.partial.reconcile'), ('res_id', 'in', partials.ids)]).mapped('name')


def replace_lines(record, values):
    """Lines of a move are replaced as a whole; others are written in place while their number is the same, which keeps what links to them."""
    out = {}
    for name in values:
        if record._fields[name].type == 'one2many':
            ids = sorted(record.with_context(active_test=False)[name].ids)
            if record._name != 'account.move' and len(ids) == len(values[name]):
                out[name] = []
                for line_id, command in zip(ids, values[name]):
                    out[name].append([1, line_id, command[2]])
            else:
                out[name] = [[5, 0, 0]] + values[name]
        else:
            out[name] = values[name]
    return out


def change_move(record, changes, wants_post):
    record = record.with_context(skip_invoice_sync=True, dynamic_unlink=True)  # tax and term items are ours to replace
    hard = [name for name in changes if name not in SOFT_MOVE_FIELDS]
    lost = []
    cancel = changes.pop('state', None) == 'cancel'
    if hard and record.state != 'draft':
        lost = matches_of(record)
        record.button_draft()
    if changes:
        record.write(replace_lines(record, changes))
    if cancel:
        record.button_cancel()
    elif wants_post and record.state == 'draft':
        record.action_post()
    return lost


def remake(row, record, body):
    """Payments and statement lines: an edit as draft would recompute their items."""
    lost = matches_of(record.move_id)
    moves = record.move_id
    name = row['record']['external_id']
    if record._name == 'account.payment':
        record.action_draft()
        record.unlink()
    else:
        moves.line_ids.remove_move_reconcile()
        moves.button_draft()
        record.with_context(force_delete=True).unlink()
    xids.search([('module', '=', module), ('name', '=', name)]).unlink()
    known.pop(name, None)
    row['outcome'] = 'changed'
    create_rows(record._name, body.get('context'), body.get('sudo'), [row])
    return lost


def update(row, body):
    record = row['record']
    stored = browsed.get(record['model'], {}).get(known[record['external_id']][1])
    if stored is None:
        stored = env[record['model']].browse(known[record['external_id']][1]).exists()
    if not stored:  # deleted behind the ORM's back: its external id points to nothing
        xids.search([('module', '=', module), ('name', '=', record['external_id'])]).unlink()
        known.pop(record['external_id'])
        return create_rows(record['model'], body.get('context'), body.get('sudo'), [row])
    stored = stored.with_context(**(body.get('context') or {}))
    if body.get('sudo'):
        stored = stored.sudo()
    wanted = dict(row['values'])
    wanted.update(row['then'])
    changes = differences(stored, wanted)
    unposted = record.get('post') and stored._name in POSTABLE and is_draft(stored)
    if not changes and not unposted:
        return answer(row, stored.id, 'unchanged')
    lost = []
    if stored._name == 'account.move':
        lost = change_move(stored, changes, record.get('post'))
    elif stored._name in REMADE:
        if changes:
            lost = remake(row, stored, body)
        else:
            stored.action_post()
    else:
        write_changes(stored, changes, row['then'])
    answer(row, known[record['external_id']][1], 'changed')
    if lost:
        results[row['position']]['unmatched'] = lost


def write_changes(stored, changes, then):
    if 'code' in changes and stored._name == 'account.account':
        make_room([changes['code']], stored.id)
    if 'order_line' in changes:  # lines of a confirmed order cannot be taken away: back to draft, then confirmed again
        stored.write({'state': 'draft', 'locked': False} if 'locked' in stored._fields else {'state': 'draft'})
        stored.write(replace_lines(stored, {'order_line': changes.pop('order_line')}))
        changes.update(then)
    stored.write(replace_lines(stored, changes))
    if stored._name == 'product.product' and 'active' in changes:  # a variant alone leaves its template in every list
        stored.product_tmpl_id.write({'active': changes['active']})


# ---- matching

def side(name, account, sign, missing):
    lines = []
    any_item = False
    for line in move_behind(name, missing).line_ids:
        amount = line.balance or line.amount_currency
        if line.account_id.id == account and amount * sign > 0:
            any_item = True
            lines.append(line)
    if not any_item and not missing:
        raise UserError('%s has no %s item on this account' % (name, 'debit' if sign > 0 else 'credit'))
    return lines


def residual(line, left):
    if line.id not in left:
        left[line.id] = [abs(line.amount_residual), abs(line.amount_residual_currency)]
    return left[line.id]


def pick(name, lines, wanted, partner, left):
    """The open item to match: (line, None) or (None, why). Exact residual first, then the partner, then the oldest."""
    best = None
    rank = None
    most = 0.0
    for line in lines:
        home, foreign = residual(line, left)
        if company.currency_id.is_zero(home) and line.currency_id.is_zero(foreign):
            continue
        most = max(most, home)
        if wanted is not None and company.currency_id.compare_amounts(home, wanted) < 0:
            continue
        exact = wanted is not None and company.currency_id.compare_amounts(home, wanted) == 0
        own = (0 if exact else 1, 0 if not partner or line.partner_id.id == partner else 1, line.id)
        if rank is None or own < rank:
            best, rank = line, own
    if best is None and most:
        raise UserError('%s has only %.2f open, %.2f is to be matched' % (name, most, wanted))
    return best


def in_currency(line, amount, foreign, left):
    """The amount in the item's own currency."""
    if line.currency_id == company.currency_id:
        return amount
    if foreign is not None:
        return abs(float(foreign))
    home, open_foreign = residual(line, left)
    if company.currency_id.compare_amounts(home, amount) == 0:
        return open_foreign
    return line.currency_id.round(open_foreign * amount / home) if home else open_foreign


def match_rows(rows):
    left = {}
    values = []
    made_rows = []
    for row in rows:
        body = row['record']['values']
        wanted = None if body.get('amount') is None else abs(float(body['amount']))
        debit = pick(body['debit'], row['debit_lines'], wanted, row['debit_partner'], left)
        credit = pick(body['credit'], row['credit_lines'], wanted, row['credit_partner'], left)
        if not debit or not credit:  # somebody closed it by hand
            answer(row, 0, 'skipped', '', 'nothing open on %s' % (body['credit'] if debit else body['debit']))
            continue
        amount = min(residual(debit, left)[0], residual(credit, left)[0]) if wanted is None else wanted
        debit_foreign = in_currency(debit, amount, body.get('amount_currency'), left)
        credit_foreign = in_currency(credit, amount, body.get('amount_currency'), left)
        left[debit.id] = [left[debit.id][0] - amount, left[debit.id][1] - debit_foreign]
        left[credit.id] = [left[credit.id][0] - amount, left[credit.id][1] - credit_foreign]
        values.append({'debit_move_id': debit.id, 'credit_move_id': credit.id, 'amount': amount,
                       'debit_amount_currency': debit_foreign, 'credit_amount_currency': credit_foreign})
        made_rows.append(row)
    if not values:
        return
    partials = env['account.partial.reconcile'].create(values)
    names = []
    for row, partial in zip(made_rows, partials):
        names.append(row['record']['external_id'])
        answer(row, partial.id, 'created')
    register(names, 'account.partial.reconcile', partials)
    close_groups(partials.debit_move_id | partials.credit_move_id)


def close_groups(lines):
    done = set()
    for line in lines:
        if line.id in done or not line.reconciled or line.full_reconcile_id:
            continue
        whole = line._all_reconciled_lines()
        done.update(whole.ids)
        closed = True
        for one in whole:
            closed = closed and one.reconciled
        if closed:
            partials = whole.matched_debit_ids | whole.matched_credit_ids
            env['account.full.reconcile'].create(
                {'reconciled_line_ids': [[6, 0, whole.ids]], 'partial_reconcile_ids': [[6, 0, partials.ids]]})


# ---- the batch

def answer(row, record_id, outcome, error_name='', message=''):
    results[row['position']] = {'external_id': row['record']['external_id'], 'id': record_id, 'outcome': outcome,
                                'error_name': error_name, 'message': message}


def flush():
    key, rows = group['key'], group['rows']
    group['key'], group['rows'] = None, []
    pending.clear()
    if rows and key[0] == 'match':
        match_rows(rows)
    elif rows:
        create_rows(key[1], rows[0]['body'].get('context'), rows[0]['body'].get('sudo'), rows)


def enqueue(key, row):
    if group['key'] != key:
        flush()
        group['key'] = key
    group['rows'].append(row)
    pending.add(row['record']['external_id'])


def wait_for(row, missing):
    answer(row, 0, 'waits', '', missing[0])


def take_create(row, body):
    record = row['record']
    check_keys('create', body, CREATE_KEYS)
    table(record['model'], body.get('context'), False, CREATABLE)
    name = record['external_id']
    if name in known and known[name][0] != record['model']:
        raise UserError('The external id %s belongs to %s' % (name, known[name][0]))
    if name in known and not update_mode:
        return answer(row, known[name][1], 'unchanged')
    missing = []
    row['values'] = resolve_fields(body.get('values'), missing)
    row['then'] = resolve_fields(body.get('then'), missing)
    row['body'] = body
    if missing:
        return wait_for(row, missing)
    if name in known:
        flush()
        return update(row, body)
    target = body.get('adopt') and adopted(record, body, missing)
    if target:
        flush()
        stored = table(record['model'], body.get('context'), body.get('sudo')).browse(target)
        register([name], record['model'], stored)
        wanted = dict(row['values'])
        wanted.update(row['then'])
        changes = differences(stored, wanted)
        if changes:
            write_changes(stored, changes, row['then'])
        return answer(row, target, 'adopted')
    enqueue(('create', record['model'], repr(body.get('context')), bool(body.get('sudo'))), row)


def take_match(row, body):
    check_keys('match', body, MATCH_KEYS)
    record = row['record']
    if record['external_id'] in known:
        return answer(row, known[record['external_id']][1], 'unchanged')
    if not body.get('account'):
        refuse('a match without an account')
    missing = []
    account = resolve(body['account'], missing)
    row['debit_partner'] = resolve(body.get('debit_partner'), missing)
    row['credit_partner'] = resolve(body.get('credit_partner'), missing)
    row['debit_lines'] = side(body['debit'], account, 1, missing)
    row['credit_lines'] = side(body['credit'], account, -1, missing)
    if missing:
        return wait_for(row, missing)
    enqueue(('match',), row)


def take_write(row, body):
    check_keys('write', body, WRITE_KEYS)
    flush()
    missing = []
    target = resolve(body.get('record'), missing)
    values = resolve_fields(body.get('values'), missing)
    if missing:
        return wait_for(row, missing)
    stored = table(row['record']['model'], body.get('context'), body.get('sudo')).browse(target)
    if not target or not stored.exists():
        raise UserError('The record to write does not exist')
    changes = differences(stored, values)
    if changes:
        write_changes(stored, changes, {})
    answer(row, target, 'changed' if changes else 'unchanged')


OPERATIONS = {'create': take_create, 'match': take_match, 'write': take_write}


def take(row):
    record = row['record']
    check_keys('record', record, RECORD_KEYS)
    if record.get('operation') not in OPERATIONS:
        refuse('unknown operation %r' % (record.get('operation'),))
    if not isinstance(record.get('values'), dict):
        refuse('values of %s are no object' % record.get('external_id'))
    names = set([record['external_id']])
    collect(record['values'], names)
    if names & pending:
        flush()
    OPERATIONS[record['operation']](row, record['values'])


def read_known():
    names = set()
    for record in records:
        names.add(record.get('external_id'))
        collect(record.get('values'), names)
    for row in xids.search_read([('module', '=', module), ('name', 'in', list(names))], ['name', 'model', 'res_id']):
        known[row['name']] = (row['model'], row['res_id'])
    if not update_mode:
        return
    ids = {}
    for record in records:
        model, record_id = known.get(record.get('external_id'), (None, None))
        if model in WRITABLE:
            ids.setdefault(model, []).append(record_id)
    for model in ids:
        browsed[model] = {}
        for one in env[model].browse(ids[model]).exists():
            browsed[model][one.id] = one


def take_alone(row):
    """In a savepoint of its own: a bad record leaves no trace, its neighbours stay."""
    moved_aside = len(settings)
    fresh.clear()
    env.cr.execute('SAVEPOINT q2o_one')
    try:
        take(row)
        flush()
        env.flush_all()
        env.cr.execute('RELEASE SAVEPOINT q2o_one')
    except Exception as error:
        name = repr(error).split('(')[0]
        if name in CONFLICTS:
            raise
        text = str(error)
        env.cr.execute('ROLLBACK TO SAVEPOINT q2o_one')
        env.clear()
        for one in fresh:
            known.pop(one, None)
        while len(settings) > moved_aside:
            settings.pop()
        found.clear()
        pending.clear()
        group['key'], group['rows'] = None, []
        answer(row, 0, 'rejected', name, text)


read_known()
for position, record in enumerate(records):
    if isolate:
        take_alone({'position': position, 'record': record})
    else:
        take({'position': position, 'record': record})
flush()
env.flush_all()
action = {'type': 'ir.actions.act_window_close', 'results': [results[i] for i in range(len(records))], 'settings': settings}
