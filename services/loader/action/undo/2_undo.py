# Second part: taking back, putting back, and the answer.

CONFLICTS = ('SerializationFailure', 'DeadlockDetected', 'LockNotAvailable', 'InFailedSqlTransaction', 'OperationalError', 'QueryCanceled')
TIME_LIMIT = 'CPU time limit exceeded'
RESTORABLE = (
    'res.company', 'account.account', 'account.journal', 'account.payment.method.line', 'account.payment.term', 'account.tax.group', 'account.tax',
    'account.analytic.plan', 'account.analytic.account', 'res.currency', 'res.currency.rate', 'res.partner', 'res.partner.category', 'res.partner.bank',
    'hr.department', 'hr.employee', 'product.category', 'product.product', 'decimal.precision')
results = {}  # external id -> result


def answer(name, outcome, message='', needs=None):
    row = known.get(name)
    results[name] = {'external_id': name, 'model': row['model'] if row else '', 'id': row['res_id'] if row else 0, 'outcome': outcome,
                     'message': message, 'needs': needs or []}


def taken_back(records):
    """Undone in the way that Odoo wants it for the model, in one go."""
    # Nothing of an entry is worked out anew while it goes: not its terms and taxes, not the statement line or payment behind it.
    records = records.with_context(skip_invoice_sync=True, skip_account_move_synchronization=True, skip_is_manually_modified=True)
    if records._name in MOVES:
        records = records.with_context(dynamic_unlink=True, force_delete=True)
        moves = records if records._name == 'account.move' else records.mapped('move_id')
        moves.line_ids.remove_move_reconcile()
        if records._name == 'account.payment':
            records.browse([one.id for one in records if one.move_id.state != 'draft']).action_draft()
        else:
            moves.browse([move.id for move in moves if move.state != 'draft']).button_draft()
        records.unlink()
    elif records._name == 'sale.order':
        records.write({'state': 'cancel', 'locked': False})
        records.unlink()
    elif records._name == 'purchase.order':
        records.write({'state': 'cancel'})
        records.unlink()
    elif records._name == 'hr.employee':
        contacts = records.browse([one.id for one in records if is_beside(one, one.work_contact_id)]).work_contact_id
        records.unlink()
        contacts.unlink()
    else:
        records.unlink()


def reversed_entry(record):
    """The same items with the other sign, on the first open day, matched with the original: exact, whatever kind of document it is."""
    move = record if record._name == 'account.move' else record.move_id
    move.line_ids.remove_move_reconcile()
    items = []
    origins = []
    for line in move.line_ids:
        if line.account_id:
            origins.append(line)
            items.append([0, 0, {'name': line.name, 'account_id': line.account_id.id, 'partner_id': line.partner_id.id, 'currency_id': line.currency_id.id,
                                 'balance': -line.balance, 'amount_currency': -line.amount_currency, 'analytic_distribution': line.analytic_distribution}])
    mirror = env['account.move'].with_context(skip_invoice_sync=True, skip_account_deprecation_check=True).create(
        [{'move_type': 'entry', 'journal_id': move.journal_id.id, 'ref': 'Reversal of: %s' % move.name, 'reversed_entry_id': move.id, 'line_ids': items}])
    mirror.action_post()
    for line, back in zip(origins, mirror.line_ids.sorted('id')):
        if line.account_id.reconcile and not line.reconciled and line.balance:
            (line | back).with_context(no_exchange_difference=True).reconcile()
    return mirror


def forget(some):
    xids.search([('module', '=', module), ('name', 'in', some)]).unlink()


def take(some):
    """Records of one model."""
    table = env[known[some[0]]['model']].sudo()
    rows = {}
    for name in some:
        rows[known[name]['res_id']] = known[name]
    records = table.browse(list(rows)).exists()
    verdicts = look_at(records, rows)
    removed = []
    for name in some:
        outcome, reason = verdicts.get(known[name]['res_id'], ('gone', ''))
        record = table.browse(known[name]['res_id'])
        if step == 'needs':
            answer(name, outcome, '', [] if outcome in ('gone', 'theirs') else needed(record, True))
        elif step == 'look' or outcome == 'keep':
            answer(name, outcome, reason, needed(record, outcome == 'keep') if outcome in ('keep', 'reverse') else [])
        elif outcome == 'theirs':  # stays, and no longer bears a name of ours
            answer(name, 'theirs', reason)
            forget([name])
        elif outcome == 'gone':
            forget([name])
            answer(name, 'gone')
        elif outcome == 'reverse':
            mirror = reversed_entry(record)
            forget([name])
            answer(name, 'reversed', '%s: reversed by %s' % (reason, mirror.name))
        else:
            removed.append(record.id)
            answer(name, 'removed')
    if removed:
        taken_back(table.browse(removed))


def apart(work, on):
    """In a savepoint of its own: what it gives, and None; or None, and why Odoo refuses, in its own words. A closure would not be safe code to Odoo."""
    env.cr.execute('SAVEPOINT q2o_one')
    try:
        done = work(on)
        env.flush_all()
        env.cr.execute('RELEASE SAVEPOINT q2o_one')
        return done, None
    except Exception as error:
        if repr(error).split('(')[0] in CONFLICTS or TIME_LIMIT in str(error):
            raise
        env.cr.execute('ROLLBACK TO SAVEPOINT q2o_one')
        env.clear()
        ours_of.clear()
        return None, str(error)


def halving(some):
    """What Odoo does not let go stays: it is found by halves, so that one costs its neighbours little."""
    refused = apart(take, some)[1]
    if refused is None:
        return
    if len(some) > 1:
        halving(some[:len(some) // 2])
        halving(some[len(some) // 2:])
    else:
        name = some[0]
        answer(name, 'refused', 'Odoo does not let it go: %s' % refused, needed(env[known[name]['model']].sudo().browse(known[name]['res_id']), True))


def take_group(some):
    if isolate and step == 'undo':
        halving(some)
    else:
        take(some)


def plain(record, name):
    """A stored value as it travels in JSON; the counterpart of `plain_value` in the loading action."""
    kind = record._fields[name].type
    if kind == 'many2one':
        return record[name].id or False
    if kind == 'many2many':
        return sorted(record[name].ids)
    if kind in ('date', 'datetime'):
        return str(record[name]) if record[name] else False
    return '' if record[name] == '' else record[name] or False


def put_back(change):
    record = env[change['model']].sudo().browse(change['id']).exists()
    if not record:
        return ('gone', '')
    now = plain(record, change['field'])
    before = '' if change['before'] == '' else change['before'] or False
    if now == before:
        return ('restored', '')
    if (now or False) != (change['after'] or False):
        return ('keep', 'somebody has changed it since')
    record.write({change['field']: [[6, 0, before or []]] if record._fields[change['field']].type == 'many2many' else before})
    return ('restored', '')


def restore():
    for change in changes:
        if change.get('model') not in RESTORABLE:
            refuse('values of the model %r are not put back' % (change.get('model'),))
        for key in ('id', 'field', 'before', 'after'):
            if key not in change:
                refuse('a change without %s' % key)
    out = []
    for change in changes:
        done, refused = apart(put_back, change)
        outcome, message = done if refused is None else ('keep', 'refused by Odoo: %s' % refused)
        out.append({'outcome': outcome, 'message': message})
    return out


def run():
    if step not in STEPS:
        refuse('the step %r' % (step,))
    if len(prefix) < 2 or not prefix.endswith('_'):
        refuse('the prefix %r' % prefix)
    if step == 'restore':
        return restore()
    for name in names:
        if not name.startswith(prefix):
            refuse('%s is none of ours' % name)
    for row in xids.search_read([('module', '=', module), ('name', 'in', names)], ['name', 'model', 'res_id', 'create_date']):
        known[row['name']] = row
    if step == 'look':
        env.cr.execute('SAVEPOINT q2o_look')
        lift_our_lock()
    group = []
    for name in names:
        if name not in known or known[name]['model'] not in env:
            answer(name, 'gone')
        else:
            if group and known[group[0]]['model'] != known[name]['model']:
                take_group(group)
                group = []
            group.append(name)
    if group:
        take_group(group)
    env.flush_all()
    if step == 'look':
        env.cr.execute('ROLLBACK TO SAVEPOINT q2o_look')
        env.clear()
    return [results[name] for name in names]


action = {'type': 'ir.actions.act_window_close', 'results': run()}
