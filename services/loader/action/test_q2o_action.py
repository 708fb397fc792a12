"""Unit tests of the loader's action under plain Python: `python3 -m unittest discover services/loader/action`."""
import dis
import unittest

from fake_odoo import CODE, FakeEnv, UserError, create, items, run

FORBIDDEN = ('LOAD_DEREF', 'STORE_DEREF', 'LOAD_CLOSURE', 'MAKE_CELL', 'COPY_FREE_VARS', 'LOAD_CLASSDEREF', 'IMPORT_NAME', 'IMPORT_FROM', 'STORE_ATTR',
             'DELETE_ATTR', 'STORE_GLOBAL', 'DELETE_GLOBAL', 'DELETE_SUBSCR', 'BEFORE_WITH', 'SETUP_WITH', 'LOAD_BUILD_CLASS', 'UNPACK_EX')


def forbidden_in(text):
    """What of the byte code safe_eval does not permit."""
    found = []
    waiting = [compile(text, 'action', 'exec')]
    while waiting:
        code = waiting.pop()
        found += [name for name in code.co_names if '__' in name]
        for instruction in dis.get_instructions(code):
            if instruction.opname in FORBIDDEN:
                found.append('%s in %s line %s' % (instruction.opname, code.co_name, instruction.starts_line))
        waiting += [const for const in code.co_consts if hasattr(const, 'co_code')]
    return found


def outcomes(answer):
    return [result['outcome'] for result in answer['results']]


class SafeEval(unittest.TestCase):
    def test_uses_only_what_safe_eval_permits(self):
        self.assertEqual(forbidden_in(CODE), [])

    def test_says_its_version_in_the_first_line(self):
        self.assertRegex(CODE.splitlines()[0], r'^# q2o-action: \d+$')


class Creating(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()

    def test_creates_and_stores_the_external_id(self):
        answer = run(self.env, [create('qbo1_customer_1', {'name': 'Amy'})])
        self.assertEqual(outcomes(answer), ['created'])
        self.assertEqual(self.env.record('qbo1_customer_1').name, 'Amy')

    def test_creates_nothing_twice(self):
        records = [create('a', {'name': 'Amy'})]
        first = run(self.env, records)
        again = run(self.env, records)
        self.assertEqual(outcomes(again), ['unchanged'])
        self.assertEqual(first['results'][0]['id'], again['results'][0]['id'])

    def test_neighbours_of_one_model_are_one_create(self):
        run(self.env, [create('a', {'name': 'A'}), create('b', {'name': 'B'}), create('c', {'name': 'C'})])
        self.assertEqual(self.env.creates['res.partner'], [3])

    def test_a_parent_may_stand_before_its_child(self):
        answer = run(self.env, [create('a', {'name': 'A'}), create('b', {'name': 'B', 'parent_id': {'ref': 'a'}})])
        self.assertEqual(outcomes(answer), ['created', 'created'])
        self.assertEqual(self.env.record('b').parent_id.id, self.env.record('a').id)

    def test_a_child_without_its_parent_waits_and_its_neighbours_go(self):
        answer = run(self.env, [create('b', {'name': 'B', 'parent_id': {'ref': 'nobody'}}), create('c', {'name': 'C'})])
        self.assertEqual(outcomes(answer), ['waits', 'created'])
        self.assertEqual(answer['results'][0]['message'], 'nobody')

    def test_a_field_called_ref_is_no_reference(self):
        answer = run(self.env, [create('a', {'name': 'A', 'ref': 'b'}), create('b', {'name': 'B', 'ref': 'a'})])
        self.assertEqual(outcomes(answer), ['created', 'created'])
        self.assertEqual(self.env.creates['res.partner'], [2])

    def test_then_is_written_before_posting(self):
        self.env.log.clear()
        run(self.env, [create('m', {'name': '1', 'line_ids': items()}, 'account.move', True, then={'narration': 'x'})])
        self.assertEqual([entry[0] for entry in self.env.log if entry[1] == 'account.move'], ['create', 'write', 'post'])

    def test_adopts_a_record_of_the_targets_own_and_writes_what_differs(self):
        own = self.env['res.partner'].create([{'name': 'Old'}])
        answer = run(self.env, [create('a', {'name': 'New'}, adopt=[[['name', '=', 'Old']]])])
        self.assertEqual(outcomes(answer), ['adopted'])
        self.assertEqual(answer['results'][0]['id'], own.id)
        self.assertEqual(own.name, 'New')

    def test_adopts_nothing_that_bears_an_external_id_of_ours(self):
        run(self.env, [create('a', {'name': 'Same'})])
        answer = run(self.env, [create('b', {'name': 'Same'}, adopt=[[['name', '=', 'Same']]])])
        self.assertEqual(outcomes(answer), ['created'])

    def test_moves_a_chart_account_out_of_the_way_and_says_so(self):
        chart = self.env['account.account'].create([{'code': '4000', 'name': 'Chart'}])
        answer = run(self.env, [create('a', {'code': '4000', 'name': 'Sales'}, 'account.account')])
        self.assertEqual(chart.code, '4000.old')
        self.assertEqual(answer['settings'], [{'name': 'account.account,%d,code' % chart.id, 'before': '4000', 'during': '4000.old'}])


class Updating(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()
        run(self.env, [create('a', {'name': 'A', 'customer_rank': 1, 'category_id': {'refs': []}})])

    def update(self, values):
        return run(self.env, [create('a', values)], mode='update')

    def test_an_equal_record_stays_untouched(self):
        self.env.log.clear()
        self.assertEqual(outcomes(self.update({'name': 'A', 'category_id': {'refs': []}})), ['unchanged'])
        self.assertEqual([entry for entry in self.env.log if entry[0] == 'write'], [])

    def test_only_what_differs_is_written(self):
        self.assertEqual(outcomes(self.update({'name': 'B', 'customer_rank': 1})), ['changed'])
        self.assertEqual(self.env.log[-1][:3], ('write', 'res.partner', {'name': 'B'}))

    def test_a_rank_that_posting_raised_is_no_difference(self):
        self.env.record('a').write({'customer_rank': 7})
        self.assertEqual(outcomes(self.update({'customer_rank': 1})), ['unchanged'])

    def test_null_and_empty_are_the_same(self):
        self.assertEqual(outcomes(self.update({'phone': None})), ['unchanged'])

    def test_a_number_that_odoo_reckons_back_is_the_same_but_for_its_last_bits(self):
        run(self.env, [create('rate', {'name': '2026-01-31', 'inverse_company_rate': 1 / (1 / 49.0)}, model='res.currency.rate')])
        self.assertNotEqual(1 / (1 / 49.0), 49.0)
        for rate, outcome in ((49.0, 'unchanged'), (49.00000001, 'changed'), (0, 'changed')):
            answer = run(self.env, [create('rate', {'inverse_company_rate': rate}, model='res.currency.rate')], mode='update')
            self.assertEqual(outcomes(answer), [outcome], rate)


class Files(unittest.TestCase):
    """Bytes travel beside the values, to the record that bears them."""

    def setUp(self):
        self.env = FakeEnv()
        run(self.env, [create('payment_1_line', {'payment_ref': 'x', 'move_id': 7}, 'account.bank.statement.line'), create('bill_1', {'name': 'B'}, 'account.move')])

    def attach(self, datas='aGk=', of='bill_1', mode='create'):
        values = {'name': 'a.txt', 'res_model': {'holder_model': [of, of + '_line']}, 'res_id': {'holder': [of, of + '_line']}}
        return run(self.env, [dict(create('file_1', values, 'ir.attachment', context={'image_no_postprocess': True}), datas=datas)], mode)

    def test_are_stored_with_their_bytes_on_the_record(self):
        self.assertEqual(outcomes(self.attach()), ['created'])
        file = self.env.record('file_1')
        self.assertEqual((file.datas, file.res_model, file.res_id), ('aGk=', 'account.move', self.env.record('bill_1').id))

    def test_of_a_statement_line_are_kept_on_the_entry_behind_it(self):
        self.attach(of='payment_1')
        file = self.env.record('file_1')
        self.assertEqual((file.res_model, file.res_id), ('account.move', 7))

    def test_wait_for_a_record_that_is_not_there(self):
        answer = self.attach(of='invoice_9')
        self.assertEqual((outcomes(answer), answer['results'][0]['message']), (['waits'], 'invoice_9'))

    def test_are_written_again_only_when_the_bytes_differ(self):
        self.attach()
        self.env.record('file_1').write({'datas': b'aGk='})  # as Odoo gives them
        self.assertEqual(outcomes(self.attach(mode='update')), ['unchanged'])
        self.assertEqual(outcomes(self.attach('aGEh', mode='update')), ['changed'])
        self.assertEqual(self.env.record('file_1').datas, 'aGEh')

    def test_of_anything_but_an_attachment_are_refused(self):
        for record in (dict(create('a', {'name': 'A'}), datas='aGk='), dict(create('b', {'name': 'B'}, 'ir.attachment'), datas=5)):
            with self.assertRaisesRegex(UserError, 'bytes of a file'):
                run(self.env, [record])


class Replacing(unittest.TestCase):
    """A transaction that an earlier run booked from the ledger alone, and whose record has come now."""

    def setUp(self):
        self.env = FakeEnv()
        run(self.env, [self.booked('ledger_transaction_7', 'L7'), self.booked('other', 'O')])
        self.entry = self.env.record('ledger_transaction_7').id
        self.line, self.opposite = self.env.record('ledger_transaction_7').line_ids.ids[0], self.env.record('other').line_ids.ids[1]

    def booked(self, external_id, name, **more):
        return create(external_id, dict({'name': name, 'line_ids': items()}, **more), 'account.move', True)

    def record(self, **more):
        return dict(self.booked('invoice_7', 'I7', **more), replaces=['ledger_transaction_7'])

    def names(self):
        return sorted(row['name'] for row in self.env['ir.model.data'].search_read([], ['name']))

    def match(self, name=None):
        made = self.env['account.partial.reconcile'].create([{'debit_move_id': self.line, 'credit_move_id': self.opposite}])
        if name:
            self.env['ir.model.data'].create([{'module': 'q2o', 'name': name, 'model': made._name, 'res_id': made.id}])

    def test_the_entry_goes_when_the_document_comes(self):
        self.assertEqual(outcomes(run(self.env, [self.record()])), ['created'])
        self.assertEqual(self.names(), ['invoice_7', 'other'])
        self.assertFalse(self.env['account.move'].browse(self.entry).exists().ids)
        self.assertEqual(outcomes(run(self.env, [self.record()], mode='update')), ['unchanged'])

    def test_it_stays_when_the_document_is_rejected_or_waits(self):
        self.match('payment_3_match1')
        answer = run(self.env, [self.record(nope=1), self.booked('ledger_transaction_7', 'L7')], isolate=True)
        self.assertEqual(outcomes(answer), ['rejected', 'unchanged'])
        self.assertNotIn('unmatched', answer['results'][0])
        answer = run(self.env, [self.record(narration={'ref': 'nobody'})])
        self.assertEqual((outcomes(answer), self.names()), (['waits'], ['ledger_transaction_7', 'other', 'payment_3_match1']))

    def test_it_goes_when_the_document_is_there_already(self):
        run(self.env, [self.booked('invoice_7', 'I7')])
        self.assertEqual(outcomes(run(self.env, [self.record()], mode='update')), ['unchanged'])
        self.assertEqual(self.names(), ['invoice_7', 'other'])

    def test_our_matches_that_go_with_it_are_named(self):
        self.match('payment_3_match1')
        self.assertEqual(run(self.env, [self.record()])['results'][0]['unmatched'], ['payment_3_match1'])

    def test_what_a_person_has_matched_stays(self):
        self.match()
        answer = run(self.env, [self.record()], isolate=True)
        self.assertEqual(outcomes(answer), ['rejected'])
        self.assertIn('somebody has matched', answer['results'][0]['message'])
        self.assertEqual(self.names(), ['ledger_transaction_7', 'other'])

    def test_only_bookings_are_replaced_and_only_by_what_is_created(self):
        run(self.env, [create('a', {'name': 'A'})])
        for record in (dict(self.record(), replaces=['a']), dict(self.record(), operation='write')):
            with self.assertRaisesRegex(UserError, 'Q2O refuses'):
                run(self.env, [record])


class Refusing(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()

    def refused(self, record, words):
        with self.assertRaisesRegex(UserError, words):
            run(self.env, [record])

    def test_unknown_things(self):
        self.refused(create('a', {'name': 'x'}, 'res.users'), 'res.users')
        self.refused(create('a', {'name': {'nope': 1}}), 'nope')
        self.refused(create('a', {'name': {'ref': 'a', 'x': 1}}), '2 keys')
        self.refused(dict(create('a', {}), operation='delete'), 'delete')
        self.refused(dict(create('a', {}), extra=1), 'extra')
        self.refused(create('a', {}, surprise=1), 'surprise')
        self.refused(create('a', {}, context={'force_company': 2}), 'force_company')
        self.refused(create('a', {'name': {'find': ['res.users', []]}}), 'res.users')
        self.refused(create('a', {'name': 'x'}, post=True), 'not posted')
        with self.assertRaises(UserError):
            run(self.env, [], mode='delete')

    def test_isolated_the_bad_one_is_rejected_by_name_and_the_others_stay(self):
        answer = run(self.env, [create('a', {'name': 'A'}), create('b', {'nope': 1}), create('c', {'name': 'C'})], isolate=True)
        self.assertEqual(outcomes(answer), ['created', 'rejected', 'created'])
        self.assertEqual(answer['results'][1]['error_name'], 'ValueError')
        self.assertIn('nope', answer['results'][1]['message'])

    def test_all_or_nothing_without_isolation(self):
        with self.assertRaises(ValueError):
            run(self.env, [create('a', {'name': 'A'}), create('b', {'nope': 1})])

    def test_a_conflict_of_the_database_fails_the_call_even_when_isolated(self):
        self.env.fail_create_with = type('SerializationFailure', (Exception,), {})('again')
        with self.assertRaisesRegex(Exception, 'again'):
            run(self.env, [create('a', {'name': 'A'})], isolate=True)

    def test_the_end_of_odoos_patience_is_no_rejection_of_the_record_it_came_in(self):
        self.env.fail_create_with = Exception('CPU time limit exceeded.')
        with self.assertRaisesRegex(Exception, 'CPU time limit'):
            run(self.env, [create('a', {'name': 'A'})], isolate=True)

    def test_a_record_that_another_call_is_just_storing_is_looked_up_not_rejected(self):
        self.env.fail_create_with = type('UniqueViolation', (Exception,), {})('duplicate key: ir_model_data_module_name_uniq_index')
        with self.assertRaisesRegex(Exception, 'module_name_uniq'):
            run(self.env, [create('a', {'name': 'A'})], isolate=True)


class Expressions(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()
        run(self.env, [create('a', {'name': 'A'}), create('b', {'name': 'B'})])

    def value(self, expression):
        run(self.env, [create('x%d' % len(self.env.log), {'name': expression})])
        return [entry for entry in self.env.log if entry[:2] == ('create', 'res.partner')][-1][2][0]['name']

    def test_every_form(self):
        a, b = self.env.record('a').id, self.env.record('b').id
        self.assertIs(self.value(None), False)
        self.assertEqual(self.value({'ref': 'a'}), a)
        self.assertEqual(self.value({'refs': [{'ref': 'a'}, {'ref': 'b'}]}), [[6, 0, [a, b]]])
        self.assertEqual(self.value({'lines': [{'account': {'ref': 'a'}, 'ref': 'text'}]}), [[0, 0, {'account': a, 'ref': 'text'}]])
        self.assertEqual(self.value({'find': ['res.partner', [['id', '=', {'ref': 'b'}]]]}), b)
        self.assertIs(self.value({'find_or_false': ['res.partner', [['name', '=', 'nobody']]]}), False)
        self.assertEqual(self.value({'distribution': [[[{'ref': 'a'}, {'ref': 'b'}], '60.0']]}), {'%d,%d' % (a, b): 60.0})
        self.assertEqual(self.value({'xmlid': 'base.partner_{company}'}), 501)
        self.assertEqual(self.value({'company': 'id'}), 1)
        self.assertEqual(self.value({'default': ['res.partner', 'lang']}), 'en_US')
        self.assertIs(self.value({'default': ['res.partner', 'city']}), False)

    def test_find_must_be_certain(self):
        with self.assertRaisesRegex(UserError, 'Nothing found'):
            self.value({'find': ['res.partner', [['name', '=', 'nobody']]]})
        with self.assertRaisesRegex(UserError, 'Several found'):
            self.value({'find': ['res.partner', []]})


if __name__ == '__main__':
    unittest.main()
