# Third part of the action: matches, and the batch in its order.

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
    if row['lost']:
        results[row['position']]['unmatched'] = row['lost']


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
    if 'datas' in record:
        if record['model'] != 'ir.attachment' or not isinstance(record['datas'], str):
            refuse('bytes of a file for %s' % name)
        row['values']['datas'] = record['datas']
    row['body'] = body
    if missing:
        return wait_for(row, missing)
    if 'replaces' in record:
        row['lost'] = replace(record['replaces'], name)
    if name in known:
        flush()
        return update(row, body)
    target = body.get('adopt') and adopted(record, body, missing)
    if target:
        flush()
        stored = table(record['model'], body.get('context'), body.get('sudo')).browse(target)
        wanted = dict(row['values'])
        wanted.update(row['then'])
        changes = differences(stored, wanted)
        note_before(stored, changes)
        register([name], record['model'], stored)
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
        note_before(stored, changes)
        write_changes(stored, changes, {})
    answer(row, target, 'changed' if changes else 'unchanged')


OPERATIONS = {'create': take_create, 'match': take_match, 'write': take_write}


def take(row):
    record = row['record']
    check_keys('record', record, RECORD_KEYS)
    if record.get('operation') not in OPERATIONS:
        refuse('unknown operation %r' % (record.get('operation'),))
    if 'replaces' in record and record['operation'] != 'create':
        refuse('%s replaces nothing: it creates nothing' % record.get('external_id'))
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
        names.update(record.get('replaces') or [])
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
    noted = len(written)
    fresh.clear()
    gone.clear()
    env.cr.execute('SAVEPOINT q2o_one')
    try:
        take(row)
        flush()
        env.flush_all()
        env.cr.execute('RELEASE SAVEPOINT q2o_one')
    except Exception as error:
        name = repr(error).split('(')[0]
        text = str(error)
        # Another call (our own, whose answer was lost) stores the same records just now: the whole call is repeated after a look.
        if name in CONFLICTS or EXTERNAL_ID_INDEX in text or TIME_LIMIT in text:
            raise
        env.cr.execute('ROLLBACK TO SAVEPOINT q2o_one')
        env.clear()
        for one in fresh:
            known.pop(one, None)
        known.update(gone)
        row['lost'] = []
        while len(settings) > moved_aside:
            settings.pop()
        while len(written) > noted:
            written.pop()
        found.clear()
        pending.clear()
        group['key'], group['rows'] = None, []
        answer(row, 0, 'rejected', name, text)


# ---- what is told once: the next call finds nothing to change, so a lost answer would take it along

def as_json(value):
    """Texts, numbers, lists and dicts of them."""
    if isinstance(value, dict):
        return '{%s}' % ','.join([as_json(key) + ':' + as_json(one) for key, one in value.items()])
    if isinstance(value, (list, tuple)):
        return '[%s]' % ','.join([as_json(one) for one in value])
    if isinstance(value, str):
        return '"%s"' % ''.join(['\\u%04x' % ord(one) if one < ' ' or one in '"\\' else one for one in value])
    if isinstance(value, bool) or value is None:
        return 'true' if value else 'null' if value is None else 'false'
    return repr(value)


def keep_told():
    if request.get('forget'):
        told.search(told_here + [('id', 'in', request['forget'])]).unlink()
    if settings or written:
        told.create({'name': 'q2o', 'type': 'server', 'level': 'INFO', 'path': 'Quick2Odoo loader', 'line': '0', 'func': request['keep'],
                     'message': as_json({'settings': settings, 'changes': written})})


def all_told():
    return [{'id': one['id'], 'text': one['message']} for one in told.search_read(told_here, ['message'], order='id')]


read_known()
for position, record in enumerate(records):
    if isolate:
        take_alone({'position': position, 'record': record, 'lost': []})
    else:
        take({'position': position, 'record': record, 'lost': []})
flush()
env.flush_all()
note_after()
told = env['ir.logging'].sudo()
told_here = [('name', '=', 'q2o'), ('func', '=', request.get('keep') or '')]
if request.get('keep'):
    keep_told()
action = {'type': 'ir.actions.act_window_close', 'results': [results[i] for i in range(len(records))], 'settings': settings, 'changes': written,
          'now': str(env.cr.now())}
if request.get('told'):
    action['told'] = all_told()
