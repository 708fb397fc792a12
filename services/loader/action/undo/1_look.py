# q2o-undo: 1
# Runs inside Odoo 18 as code of an ir.actions.server (safe_eval: no imports, no `with`, no classes, no closures). ../README.md defines what
# is asked and answered. One call = one transaction. It touches nothing but records that bear an external id with the given prefix.
# The numbered files of this folder are joined in their order to one text; this one only looks.

STEPS = ('look', 'needs', 'undo', 'restore')
ODOOBOT = 1
# What belongs to a record and goes with it.
PARTS = {
    'account.move': ('line_ids', 'line_ids.analytic_line_ids'), 'account.payment': ('move_id', 'move_id.line_ids', 'move_id.line_ids.analytic_line_ids'),
    'account.bank.statement.line': ('move_id', 'move_id.line_ids', 'move_id.line_ids.analytic_line_ids'),
    'sale.order': ('order_line',), 'purchase.order': ('order_line',), 'product.product': ('product_tmpl_id',), 'account.tax': ('repartition_line_ids',),
    'account.payment.term': ('line_ids',), 'hr.employee': ('resource_id', 'work_contact_id'), 'project.project': ('account_id',),
    'account.journal': ('inbound_payment_method_line_ids', 'outbound_payment_method_line_ids')}
# From a part to what it belongs to: the field, and the model at its end.
OWNERS = {
    'account.move.line': ('move_id', 'account.move'), 'account.analytic.line': ('move_line_id.move_id', 'account.move'),
    'sale.order.line': ('order_id', 'sale.order'), 'purchase.order.line': ('order_id', 'purchase.order'),
    'account.tax.repartition.line': ('tax_id', 'account.tax'), 'account.payment.term.line': ('payment_id', 'account.payment.term'),
    'account.payment.method.line': ('journal_id', 'account.journal')}
MADE_BESIDE = {'account.move': (('account.payment', 'move_id'), ('account.bank.statement.line', 'move_id')),
               'product.template': (('product.product', 'product_tmpl_id'),), 'resource.resource': (('hr.employee', 'resource_id'),),
               'res.partner': (('hr.employee', 'work_contact_id'),), 'account.analytic.account': (('project.project', 'account_id'),)}
NEVER_ADOPTED = ('account.move', 'account.payment', 'account.bank.statement.line', 'account.partial.reconcile', 'account.analytic.line')
NOISE = ('mail.', 'discuss.', 'bus.', 'ir.', 'digest.', 'privacy.', 'sms.', 'snailmail.', 'rating.', 'utm.', 'account.full.reconcile')
FROM_OUTSIDE = ('account.payment.invoice_ids', 'sale.order.line.invoice_lines')  # uses, although the record has the other end of the link
MOVES = ('account.move', 'account.payment', 'account.bank.statement.line')
MATCH = 'account.partial.reconcile'

request = env.context
module = request.get('module') or 'q2o'
prefix = request.get('prefix') or ''
since = request.get('since') or ''
step = request.get('step')
isolate = bool(request.get('isolate'))
names = request.get('names') or []
changes = request.get('changes') or []
restores = {}  # (model, id, field) -> (before, what we wrote there); it is put back, so it keeps nothing
for one in request.get('restores') or []:
    restores[(one[0], one[1], one[2])] = (one[3] or False, one[4] or False)

base = {'tracking_disable': True, 'active_test': False}
for key in ('lang', 'tz', 'uid', 'allowed_company_ids'):
    if key in request:
        base[key] = request[key]
env = env(context=base)
xids = env['ir.model.data'].sudo()
company = env.company
ours_of = {}   # model -> ids of records that we created, and what was made beside them
links_of = {}  # model -> fields that may refer to it
known = {}     # external id -> its row


def refuse(text):
    raise UserError('Q2O refuses: ' + text)


def name_of(rows):
    """Only those with our prefix: `_` of a LIKE pattern stands for any character."""
    return [row for row in rows if row['name'].startswith(prefix)]


def rows_of(model, ids=None):
    domain = [('module', '=', module), ('model', '=', model)]
    if ids is not None:
        domain.append(('res_id', 'in', list(ids)))
    return name_of(xids.search_read(domain, ['name', 'model', 'res_id', 'create_date']))


def was_there_before(record, row):
    """An external id that came later than its record was given to a record of the target's own."""
    return record.create_date < row['create_date']


def ours(model):
    """Ids of the records that we created, and of those that Odoo made beside them."""
    if model in ours_of:
        return ours_of[model]
    ids = set()
    rows = {}
    if model in env:
        for row in rows_of(model):
            rows[row['res_id']] = row
    if model in NEVER_ADOPTED:
        ids.update(rows)
    else:
        for record in env[model].sudo().browse(list(rows)).exists():
            if not was_there_before(record, rows[record.id]):
                ids.add(record.id)
    for owner, field in MADE_BESIDE.get(model, ()):
        if owner in env:
            for record in env[owner].sudo().browse(list(ours(owner))).exists():
                if is_beside(record, record[field]):
                    ids.add(record[field].id)
    ours_of[model] = ids
    return ids


def is_beside(record, part):
    """Made in the same transaction: not a record that was there and only linked."""
    return bool(part) and part.create_date == record.create_date


def parts_of(records):
    """{model: {id: id of the record it belongs to}}, the records themselves included."""
    out = {records._name: {}}
    for record in records:
        out[records._name][record.id] = record.id
        for path in PARTS.get(records._name, ()):
            parts = record.mapped(path)
            if record._fields[path.split('.')[0]].type == 'many2one' and path in record._fields and not is_beside(record, parts):
                continue
            for part in parts:
                out.setdefault(part._name, {})[part.id] = record.id
    return out


def links_to(model):
    """(model, field) of all stored links to records of the model."""
    if model not in links_of:
        links_of[model] = []
        fields = env['ir.model.fields'].sudo().search(
            [('relation', '=', model), ('ttype', 'in', ('many2one', 'many2many')), ('store', '=', True)], order='model, name')
        for field in fields:
            if field.model.startswith(NOISE) or field.model not in env or field.name not in env[field.model]._fields:
                continue
            table = env[field.model]
            if table._abstract or table._transient or not table._auto:
                continue
            if field.model + '.' + field.name in FROM_OUTSIDE or not is_other_end(table._fields[field.name], env[model]):
                links_of[model].append((field.model, field.name))
    return links_of[model]


def is_other_end(link, table):
    """A many2many that is a field of the record itself too: who wrote it has changed the record."""
    if link.type == 'many2many':
        for name in table._fields:
            own = table._fields[name]
            if own.type == 'many2many' and own.store and own.relation == link.relation:
                return True
    return False


def others_only(model):
    """Leaves out what we created."""
    domain = []
    if ours(model):
        domain.append(('id', 'not in', list(ours(model))))
    if model in OWNERS:
        path, owner = OWNERS[model]
        domain += ['|', (path.split('.')[0], '=', False), (path, 'not in', list(ours(owner)))]
    return domain


def in_words(row, mine):
    if row._name == MATCH:
        line = row.credit_move_id if row.debit_move_id.id in mine else row.debit_move_id
        return 'reconciled with %s' % line.move_id.display_name
    if 'move_id' in row._fields and row.move_id and row._name == 'account.move.line':
        row = row.move_id
    return 'used in %s: %s' % (row._description, row.display_name)


def says_nothing(row, field, parts, birth):
    """What goes with the record, what is put back anyway, and what Odoo made beside the record in the same transaction."""
    place = (row._name, row.id, field)
    if place in restores and plain(row, field) == restores[place][1]:
        return True
    return row.id in parts.get(row._name, ()) or row._log_access and row.create_date == birth


def uses(root, parts, births, reasons):
    """What others have that refers to the records or to their parts: one example for each."""
    # Few refer to a document, so each row is asked whose it is; to a contact or an account nearly everything of ours does.
    few = root in NEVER_ADOPTED
    for model in parts:
        for other, field in links_to(model):
            left = set(parts[model])
            seen = []
            while left:
                domain = [(field, 'in', list(left)), ('id', 'not in', seen)] + ([] if few else others_only(other))
                rows = env[other].sudo().search(domain, limit=500)
                for row in rows:
                    seen.append(row.id)
                    for part in row[field].ids:
                        if part in left and not says_nothing(row, field, parts, births[parts[model][part]]):
                            if not (few and owner_names(other, [row.id])):
                                left.discard(part)
                                reasons.setdefault(parts[model][part], in_words(row, parts[model]))
                if not rows:
                    break


def edits(records, parts, reasons):
    """Somebody else wrote it last, or we did after our last run (a person with our login)."""
    makers = {}
    for record in records:
        makers[record.id] = (record.create_uid.id, env.uid, ODOOBOT)
    for model in parts:
        if model == 'res.partner' and records._name != 'res.partner' or not env[model]._log_access:
            continue
        for part in env[model].sudo().browse(list(parts[model])):
            root = parts[model][part.id]
            by_others = part.write_uid.id not in makers[root]
            later = since and part.write_uid.id != ODOOBOT and str(part.write_date) > since
            if by_others or later:
                reasons.setdefault(root, 'changed by %s on %s' % (part.write_uid.name, str(part.write_date)[:16]))


def lift_our_lock():
    """The closing date that a run of ours has set is put back before anything goes. (In a savepoint that is rolled back.)"""
    place = ('res.company', company.id, 'fiscalyear_lock_date')
    if place in restores and plain(company, place[2]) == restores[place][1]:
        company.sudo().write({place[2]: restores[place][0]})


def locked(record):
    """Why Odoo does not let a posted entry go (its own rule is account.move._can_be_unlinked), or ''."""
    move = record if record._name == 'account.move' else record.move_id
    if not move or move.state != 'posted':
        return ''
    if move.inalterable_hash:
        return 'its journal is secured with a hash'
    if not move._can_be_unlinked():
        return 'its period is locked'
    if move._is_protected_by_audit_trail():
        return 'the company keeps an audit trail'
    return ''


def owner_names(model, ids):
    """External ids of ours for records or for what they belong to."""
    out = set()
    if not ids or model not in env:
        return out
    for row in rows_of(model, ids):
        out.add(row['name'])
    records = env[model].sudo().browse(list(ids)).exists()
    if model in OWNERS:
        out |= owner_names(OWNERS[model][1], records.mapped(OWNERS[model][0]).ids)
    for owner, field in MADE_BESIDE.get(model, ()):
        if owner in env:
            out |= owner_names(owner, env[owner].sudo().search([(field, 'in', list(ids))]).ids)
    return out


def needed(record, matched):
    """External ids of ours that the record refers to; with `matched` also its matches, its notes and its files."""
    wanted = {}
    parts = parts_of(record)
    for model in parts:
        for part in env[model].sudo().browse(list(parts[model])):
            for name in part._fields:
                field = part._fields[name]
                if field.store and field.type in ('many2one', 'many2many'):
                    wanted.setdefault(field.comodel_name, set()).update(part[name].ids)
                elif name == 'analytic_distribution':
                    for shares in part[name] or {}:
                        wanted.setdefault('account.analytic.account', set()).update([int(one) for one in shares.split(',')])
                elif matched and name in ('matched_debit_ids', 'matched_credit_ids'):
                    wanted.setdefault(MATCH, set()).update(part[name].ids)
        if matched:
            wanted.setdefault('ir.attachment', set()).update(
                env['ir.attachment'].sudo().search([('res_model', '=', model), ('res_id', 'in', list(parts[model]))]).ids)
            wanted.setdefault('mail.message', set()).update(
                env['mail.message'].sudo().search([('model', '=', model), ('res_id', 'in', list(parts[model]))]).ids)
    out = set()
    for model in wanted:
        out |= owner_names(model, wanted[model])
    return sorted(out - owner_names(record._name, [record.id]))


def look_at(records, rows):
    """{id: (outcome, reason)}; what others have done with a record since keeps it."""
    out = {}
    mine = []
    for record in records:
        if was_there_before(record, rows[record.id]):
            out[record.id] = ('theirs', 'was there before')
        else:
            mine.append(record.id)
    mine = records.browse(mine)
    parts = parts_of(mine)
    births = {}
    for record in mine:
        births[record.id] = record.create_date
    reasons = {}
    uses(records._name, parts, births, reasons)
    edits(mine, parts, reasons)
    for record in mine:
        reason = locked(record) if record._name in MOVES else ''
        if record.id in reasons:
            out[record.id] = ('keep', reasons[record.id])
        elif reason:
            out[record.id] = ('reverse', reason)
        else:
            out[record.id] = ('remove', '')
    return out
