# Second part of the action: one record compared, created, changed.

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
    stored = field.convert_to_cache(record[name], record) or False
    wanted = field.convert_to_cache(value, record) or False
    if kind == 'float' and stored and wanted:  # Odoo reckons some back (the inverse of a rate): not the same to the last bit
        return abs(stored - wanted) > 1e-14 * abs(wanted)
    return stored != wanted


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


# ---- what was there before

def plain_value(record, name):
    """As it travels in JSON; `plain` of the undoing action (undo/2_undo.py) compares with it."""
    kind = record._fields[name].type
    if kind == 'many2one':
        return record[name].id or False
    if kind == 'many2many':
        return sorted(record.with_context(active_test=False)[name].ids)
    if kind in ('date', 'datetime'):
        return str(record[name]) if record[name] else False
    return '' if record[name] == '' else record[name] or False  # an empty text is not the same as none


def is_own(record):
    """Ours, not adopted: an external id that came later than its record was given to a record of the target's own."""
    whole = record.journal_id if record._name == 'account.payment.method.line' else record
    for row in xids.search([('module', '=', module), ('model', '=', whole._name), ('res_id', '=', whole.id)]):
        if whole.create_date >= row.create_date:
            return True
    return False


def note_before(record, fields):
    """Before a record of the target's own is written: what an undo will put back. Lists of lines and bytes are not kept."""
    if is_own(record):
        return
    for name in fields:
        field = record._fields.get(name)
        if field is not None and field.type not in ('one2many', 'binary', 'json', 'html'):
            written.append({'model': record._name, 'id': record.id, 'field': name, 'before': plain_value(record, name)})


def note_after():
    for one in written:
        if 'after' not in one:
            one['after'] = plain_value(env[one['model']].sudo().browse(one['id']), one['field'])


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
        note_before(account, ['code'])
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
    own = table(model, context, sudo, CREATABLE)
    if model == 'account.analytic.line':
        own = own.with_context(active_test=False)  # Odoo looks for the employee of hours: an earlier run may have archived him
    made = own.create(values)
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


def matches_by_others(move):
    """The external ids of our matches on the items of an entry, as matches_of; and the matches that a person has made there: those that a
    change takes away are made again after it (match_again)."""
    partials = move.line_ids.matched_debit_ids | move.line_ids.matched_credit_ids
    lost, ours = [], set()
    if partials:
        for row in xids.search_read([('module', '=', module), ('model', '=', 'account.partial.reconcile'), ('res_id', 'in', partials.ids)], ['name', 'res_id']):
            lost.append(row['name'])
            ours.add(row['res_id'])
    by_others = []
    kept_for_ours = {}  # (account, sign) -> what our own matches, which are sent again, will take there
    for partial in partials:
        debit = partial.debit_move_id.move_id.id == move.id
        mine, other = (partial.debit_move_id, partial.credit_move_id) if debit else (partial.credit_move_id, partial.debit_move_id)
        place = (mine.account_id.id, 1 if debit else -1)
        if partial.id in ours:
            kept_for_ours[place] = kept_for_ours.get(place, 0.0) + partial.amount
        elif other.move_id.id != move.id:
            by_others.append({
                'place': place, 'other': other, 'amount': partial.amount, 'debit': partial.debit_amount_currency, 'credit': partial.credit_amount_currency,
                'exchange': bool(partial.exchange_move_id), 'name': '%s with %s' % (move.name, other.move_id.name)})
    return lost, by_others, kept_for_ours


def has_open(line, home, foreign):
    return (company.currency_id.compare_amounts(abs(line.amount_residual), home) >= 0
            and line.currency_id.compare_amounts(abs(line.amount_residual_currency), foreign) >= 0)


def made_again(move, one, kept_for_ours):
    """The match of before with all of its amount, beside our own, which come later; None where that cannot be."""
    account, sign = one['place']
    if move.state != 'posted' or one['exchange'] or not one['other'].exists() or one['other'].move_id.state != 'posted':
        return None
    mine_foreign, other_foreign = (one['debit'], one['credit']) if sign > 0 else (one['credit'], one['debit'])
    left = 0.0
    found = None
    for line in move.line_ids:
        if line.account_id.id == account and line.amount_residual * sign > 0:
            left += abs(line.amount_residual)
            if found is None and has_open(line, one['amount'], mine_foreign):
                found = line
    enough = company.currency_id.compare_amounts(left - kept_for_ours.get(one['place'], 0.0), one['amount']) >= 0
    if found is None or not enough or one['other'].amount_residual * sign >= 0 or not has_open(one['other'], one['amount'], other_foreign):
        return None
    debit, credit = (found, one['other']) if sign > 0 else (one['other'], found)
    partial = env['account.partial.reconcile'].create([{
        'debit_move_id': debit.id, 'credit_move_id': credit.id, 'amount': one['amount'], 'debit_amount_currency': one['debit'],
        'credit_amount_currency': one['credit']}])
    close_groups(debit | credit)
    return partial


def match_again(move, by_others, kept_for_ours):
    """What a person has matched stays matched where the changed amounts allow it; else it is told, because only a person knows."""
    for one in by_others:
        if made_again(move, one, kept_for_ours) is None:
            settings.append({'name': 'match of %s' % one['name'], 'before': '%.2f matched by hand' % one['amount'], 'during': 'not matched',
                             'note': 'stays: the record has changed in the source and leaves no room for it; match again in Odoo what belongs together'})


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
    by_others, kept_for_ours = [], {}
    cancel = changes.pop('state', None) == 'cancel' or record.state == 'cancel' and not wants_post
    if hard and record.state != 'draft':
        lost, by_others, kept_for_ours = matches_by_others(record)
        record.button_draft()
    if changes:
        record.write(replace_lines(record, changes))
    if cancel and record.state == 'draft':
        record.button_cancel()
    elif wants_post and record.state == 'draft':
        record.action_post()
    match_again(record, by_others, kept_for_ours)
    return lost


def move_of(record):
    return record if record._name == 'account.move' else record.move_id


def delete(record):
    """An entry, or a payment or statement line with the entry behind it."""
    if record._name == 'account.payment':
        if not is_draft(record):  # somebody has reset it: Odoo refuses to do that twice
            record.action_draft()
        record.unlink()
        return
    move = move_of(record)
    move.line_ids.remove_move_reconcile()
    if move.state != 'draft':
        move.button_draft()
    record.with_context(force_delete=True).unlink()


def replace(names, by):
    """Takes away what an earlier run booked for the same transaction of the source; the external ids of our matches that go with it.
    What a person has settled with it stays as it is: then nothing is replaced."""
    lost = []
    for name in names:
        if name not in known:
            continue
        model, record_id = known[name]
        if model not in REPLACED:
            refuse('%s is %s: it cannot be replaced' % (name, model))
        record = env[model].sudo().browse(record_id).exists()
        if record and model == 'account.partial.reconcile':
            record.unlink()
        elif record:
            matches = matches_of(move_of(record))
            lines = move_of(record).line_ids
            if len(lines.matched_debit_ids | lines.matched_credit_ids) > len(matches):
                raise UserError('%s was booked by an earlier run as %s, and somebody has matched that in Odoo. Undo the match there, then '
                                'run again' % (by, move_of(record).name))
            lost += matches
            delete(record)
        xids.search([('module', '=', module), ('name', '=', name)]).unlink()
        gone[name] = known.pop(name)
    return lost


def remake(row, record, body):
    """Payments and statement lines: an edit as draft would recompute their items."""
    lost, by_others, kept_for_ours = matches_by_others(record.move_id)
    name = row['record']['external_id']
    delete(record)
    xids.search([('module', '=', module), ('name', '=', name)]).unlink()
    known.pop(name, None)
    row['outcome'] = 'changed'
    create_rows(record._name, body.get('context'), body.get('sudo'), [row])
    match_again(env[record._name].browse(known[name][1]).move_id, by_others, kept_for_ours)
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
        note_before(stored, changes)
        write_changes(stored, changes, row['then'])
    row['lost'] += lost
    answer(row, known[record['external_id']][1], 'changed')


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
