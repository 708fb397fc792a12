"""Unit tests of the undoing action under plain Python. What Odoo does with it is tested by the contract tests."""
import pathlib
import unittest

from fake_odoo import FakeEnv, UserError, create, run
from test_q2o_action import forbidden_in
from test_q2o_booked import Booked
from test_q2o_match import match

CODE = ''.join(part.read_text(encoding='utf-8') for part in sorted((pathlib.Path(__file__).resolve().parent / 'undo').glob('[0-9]_*.py')))
COMPILED = compile(CODE, 'q2o_undo.py', 'exec')


def undo(env, step, **request):
    env.context = dict({'step': step, 'module': 'q2o', 'prefix': 'qbo1_'}, **request)
    names = {'env': env, 'UserError': UserError}
    exec(COMPILED, names)
    return names['action']['results']


class SafeEval(unittest.TestCase):
    def test_uses_only_what_safe_eval_permits(self):
        self.assertEqual(forbidden_in(CODE), [])

    def test_says_its_version_in_the_first_line(self):
        self.assertRegex(CODE.splitlines()[0], r'^# q2o-undo: \d+$')


class Undoing(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()
        run(self.env, [create('qbo1_parent', {'name': 'P'}), create('qbo1_child', {'name': 'C', 'parent_id': {'ref': 'qbo1_parent'}})])

    def outcomes(self, step, names, **request):
        return [(one['external_id'], one['outcome'], one['message']) for one in undo(self.env, step, names=names, **request)]

    def test_removes_what_is_ours_and_tells_what_is_gone(self):
        names = ['qbo1_child', 'qbo1_parent', 'qbo1_nobody']
        self.assertEqual(self.outcomes('undo', names), [('qbo1_child', 'removed', ''), ('qbo1_parent', 'removed', ''), ('qbo1_nobody', 'gone', '')])
        self.assertEqual(self.env['res.partner'].search([]).ids, [])

    def test_looking_changes_nothing(self):
        before = {model: dict(rows) for model, rows in self.env.tables.items()}
        self.assertEqual(self.outcomes('look', ['qbo1_child']), [('qbo1_child', 'remove', '')])
        self.assertEqual({model: dict(rows) for model, rows in self.env.tables.items()}, before)

    def test_keeps_what_somebody_refers_to(self):
        self.env.later()
        self.env['res.partner'].create([{'name': 'Theirs', 'parent_id': self.env.record('qbo1_parent').id}])
        self.assertEqual(self.outcomes('undo', ['qbo1_parent'])[0][1:], ('keep', 'used in Contact: Theirs'))

    def test_what_stood_beside_our_record_from_its_birth_keeps_nothing(self):
        self.env['res.partner'].create([{'name': 'Made by Odoo', 'parent_id': self.env.record('qbo1_parent').id}])
        self.assertEqual(self.outcomes('look', ['qbo1_parent'])[0][1], 'remove')

    def test_keeps_what_somebody_has_changed(self):
        self.env.record('qbo1_child').write({'phone': '1'})
        self.env.tables['res.partner'][self.env.record('qbo1_child').id]['write_uid'] = 7
        self.assertEqual(self.outcomes('look', ['qbo1_child'])[0][1], 'keep')

    def test_a_change_with_our_own_login_counts_after_our_last_write(self):
        self.assertEqual(self.outcomes('look', ['qbo1_child'], since='2025-12-31 00:00:00')[0][1], 'keep')
        self.assertEqual(self.outcomes('look', ['qbo1_child'], since='2026-12-31 00:00:00')[0][1], 'remove')

    def test_a_record_that_was_there_before_only_loses_our_name(self):
        own = self.env['res.partner'].create([{'name': 'Theirs'}])
        self.env.later()
        run(self.env, [create('qbo1_adopted', {'name': 'Theirs'}, adopt=[[['name', '=', 'Theirs']]])])
        self.assertEqual(self.outcomes('undo', ['qbo1_adopted'])[0][1], 'theirs')
        self.assertEqual(len(own.exists()), 1)
        self.assertEqual(self.outcomes('undo', ['qbo1_adopted'])[0][1], 'gone')

    def test_says_what_a_record_needs(self):
        self.assertEqual(undo(self.env, 'needs', names=['qbo1_child'])[0]['needs'], ['qbo1_parent'])

    def test_touches_nothing_that_is_not_ours(self):
        for request in ({'names': ['qbo2_child']}, {'names': ['qbo1_child'], 'prefix': ''}, {'names': ['qbo1_child'], 'prefix': '_'}):
            with self.assertRaisesRegex(UserError, 'Q2O refuses'):
                undo(self.env, 'undo', **request)
        with self.assertRaisesRegex(UserError, 'Q2O refuses'):
            undo(self.env, 'forget', names=[])
        self.env['ir.model.data'].create([{'module': 'other', 'name': 'qbo1_x', 'model': 'res.partner', 'res_id': self.env.record('qbo1_child').id}])
        self.assertEqual(self.outcomes('undo', ['qbo1_x'])[0][1], 'gone')


class UndoingBookings(Booked):
    def setUp(self):
        super().setUp()
        self.send(self.invoice('qbo1_invoice'), self.payment(external_id='qbo1_payment'), match('qbo1_m', 'qbo1_invoice', 'qbo1_payment', 68.94))

    def assert_removed(self, *names):
        self.assertEqual([one['outcome'] for one in undo(self.env, 'undo', names=list(names))], ['removed'] * len(names))

    def left(self):
        return [self.env[model].search([]).ids for model in ('account.move', 'account.move.line', 'account.payment', 'account.partial.reconcile')]

    def test_posted_and_matched_they_go_with_their_entries(self):
        self.assert_removed('qbo1_m', 'qbo1_payment', 'qbo1_invoice')
        self.assertEqual(self.left(), [[], [], [], []])

    def test_a_payment_that_is_a_draft_again_goes_beside_one_that_is_not(self):
        self.send(self.payment(external_id='qbo1_posted'))
        self.env.record('qbo1_payment').action_draft()
        self.assert_removed('qbo1_payment', 'qbo1_posted', 'qbo1_invoice')
        self.assertEqual(self.left(), [[], [], [], []])


class PuttingBack(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()
        self.own = self.env['res.partner'].create([{'name': 'Old', 'phone': '1'}])
        self.env.later()
        self.changes = run(self.env, [create('qbo1_a', {'name': 'New'}, adopt=[[['name', '=', 'Old']]])])['changes']

    def test_the_loading_action_tells_what_was_there(self):
        wanted = {'model': 'res.partner', 'id': self.own.id, 'field': 'name', 'before': 'Old', 'after': 'New'}
        self.assertEqual(self.changes, [wanted])

    def test_puts_back_what_we_wrote(self):
        self.assertEqual(undo(self.env, 'restore', changes=self.changes)[0]['outcome'], 'restored')
        self.assertEqual(self.own.name, 'Old')
        self.assertEqual(undo(self.env, 'restore', changes=self.changes)[0]['outcome'], 'restored')

    def test_an_empty_text_comes_back_as_one_and_none_as_none(self):
        for before in ('', False):
            own = self.env['res.partner'].create([{'name': 'Kind', 'phone': before}])
            changes = run(self.env, [create('qbo1_%r' % before, {'name': 'Kind', 'phone': '2'}, adopt=[[['id', '=', own.id]]])])['changes']
            self.assertEqual([one['before'] for one in changes], [before])
            own.write({'phone': False})
            changes[0]['after'] = False
            self.assertEqual(undo(self.env, 'restore', changes=changes)[0]['outcome'], 'restored')
            self.assertEqual(repr(own.phone), repr(before))

    def test_leaves_what_somebody_has_changed_since(self):
        self.own.write({'name': 'Newer'})
        self.assertEqual(undo(self.env, 'restore', changes=self.changes)[0], {'outcome': 'keep', 'message': 'somebody has changed it since'})
        self.assertEqual(self.own.name, 'Newer')

    def test_nothing_is_told_of_a_record_of_ours(self):
        run(self.env, [create('qbo1_b', {'name': 'Ours'})])
        self.assertEqual(run(self.env, [create('qbo1_b', {'name': 'Ours too'})], 'update')['changes'], [])

    def test_values_of_other_models_are_refused(self):
        with self.assertRaisesRegex(UserError, 'res.users'):
            undo(self.env, 'restore', changes=[dict(self.changes[0], model='res.users')])


if __name__ == '__main__':
    unittest.main()
