"""Unit tests of matching: which open items are taken, for how much, and when a group is closed."""
import unittest

from fake_odoo import FakeEnv, UserError, create, run
from test_q2o_action import outcomes

HOME, EURO = 1, 2


def match(name, debit, credit, amount=None, **more):
    values = dict({'debit': debit, 'credit': credit, 'account': {'ref': 'receivable'}, 'amount': amount}, **more)
    return {'external_id': name, 'model': 'account.partial.reconcile', 'operation': 'match', 'values': values}


class Matching(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()
        run(self.env, [create('receivable', {'code': '1', 'account_type': 'asset_receivable'}, 'account.account'),
                       create('sales', {'code': '2', 'account_type': 'income'}, 'account.account'),
                       create('amy', {'name': 'Amy'}), create('bob', {'name': 'Bob'})])

    def book(self, name, *open_items, **more):
        """A posted entry with the items given on the receivable account (an amount or its fields) and one against them."""
        lines = [item if isinstance(item, dict) else {'balance': item} for item in open_items]
        lines = [dict(line, account_id={'ref': 'receivable'}) for line in lines]
        lines.append({'account_id': {'ref': 'sales'}, 'balance': -sum(line['balance'] for line in lines)})
        run(self.env, [create(name, dict({'name': name, 'line_ids': {'lines': lines}}, **more), 'account.move', True)])

    def euros(self, balance, amount):
        return {'balance': balance, 'amount_currency': amount, 'currency_id': EURO}

    def items(self, name):
        account = self.env.record('receivable').id
        return [line for line in self.env.record(name).line_ids if line.account_id.id == account]

    def item(self, name):
        return self.items(name)[0]

    def open(self, name):
        return [(line.amount_residual, line.amount_residual_currency) for line in self.items(name)]

    def partial(self, name):
        one = self.env.record(name)
        return (one.amount, one.debit_amount_currency, one.credit_amount_currency)

    def by_hand(self, debit, credit, amount):
        self.env['account.partial.reconcile'].create([{'debit_move_id': self.item(debit).id, 'credit_move_id': self.item(credit).id, 'amount': amount,
                                                       'debit_amount_currency': amount, 'credit_amount_currency': amount}])


class Amounts(Matching):
    def test_exact_closes_both_and_their_group(self):
        self.book('invoice', 100.0)
        self.book('payment', -100.0)
        answer = run(self.env, [match('m', 'invoice', 'payment', '100.00')])
        self.assertEqual(outcomes(answer), ['created'])
        self.assertEqual(answer['results'][0]['id'], self.env.record('m').id)
        self.assertEqual(self.partial('m'), (100.0, 100.0, 100.0))
        self.assertEqual(self.open('invoice') + self.open('payment'), [(0, 0), (0, 0)])
        closed = self.item('invoice').full_reconcile_id
        self.assertTrue(closed.id)
        self.assertEqual(self.item('payment').full_reconcile_id, closed)
        self.assertEqual(self.env.record('m').full_reconcile_id, closed)

    def test_a_part_leaves_the_rest_open_and_the_group_too(self):
        self.book('invoice', 100.0)
        self.book('payment', -60.0)
        run(self.env, [match('m', 'invoice', 'payment', 60.0)])
        self.assertEqual(self.open('invoice'), [(40.0, 40.0)])
        self.assertTrue(self.item('payment').reconciled)
        self.assertFalse(self.item('payment').full_reconcile_id.id)

    def test_only_the_amount_given_of_what_both_have_open(self):
        self.book('invoice', 100.0)
        self.book('payment', -100.0)
        run(self.env, [match('m', 'invoice', 'payment', 33.33)])
        self.assertEqual(self.open('invoice') + self.open('payment'), [(66.67, 66.67), (-66.67, -66.67)])

    def test_without_an_amount_what_both_have_open(self):
        self.book('invoice', 100.0)
        self.book('payment', -70.0)
        run(self.env, [match('m', 'invoice', 'payment')])
        self.assertEqual(self.partial('m'), (70.0, 70.0, 70.0))

    def test_more_than_is_open_is_an_error_and_matches_nothing(self):
        self.book('invoice', 100.0)
        self.book('payment', -150.0)
        answer = run(self.env, [match('m', 'invoice', 'payment', 100.01)], isolate=True)
        self.assertEqual(outcomes(answer), ['rejected'])
        self.assertIn('invoice has only 100.00 open, 100.01 is to be matched', answer['results'][0]['message'])
        self.assertEqual(self.open('invoice') + self.open('payment'), [(100.0, 100.0), (-150.0, -150.0)])

    def test_once_only(self):
        self.book('invoice', 100.0)
        self.book('payment', -100.0)
        run(self.env, [match('m', 'invoice', 'payment', 40.0)])
        self.assertEqual(outcomes(run(self.env, [match('m', 'invoice', 'payment', 40.0)], mode='update')), ['unchanged'])
        self.assertEqual(self.open('invoice'), [(60.0, 60.0)])

    def test_waits_for_a_record_that_is_not_there(self):
        self.book('invoice', 100.0)
        answer = run(self.env, [match('m', 'invoice', 'nobody', 100.0)])
        self.assertEqual((outcomes(answer), answer['results'][0]['message']), (['waits'], 'nobody'))

    def test_a_record_without_an_item_on_that_side_is_an_error(self):
        self.book('invoice', 100.0)
        self.book('other', 100.0)
        with self.assertRaisesRegex(UserError, 'other has no credit item on this account'):
            run(self.env, [match('m', 'invoice', 'other', 100.0)])
        with self.assertRaisesRegex(UserError, 'a match without an account'):
            run(self.env, [match('m', 'invoice', 'other', 100.0, account=None)])


class Choosing(Matching):
    """One entry may have several open items on the account."""

    def matched(self, **more):
        run(self.env, [match('m', 'invoice', 'payment', **more)])
        return self.items('invoice').index(next(line for line in self.items('invoice') if line.id == self.env.record('m').debit_move_id.id))

    def of(self, balance, partner):
        return {'balance': balance, 'partner_id': {'ref': partner}}

    def test_the_one_with_exactly_this_open_first(self):
        self.book('invoice', self.of(80.0, 'amy'), self.of(50.0, 'bob'))
        self.book('payment', -50.0)
        self.assertEqual(self.matched(amount=50.0, debit_partner={'ref': 'amy'}), 1)

    def test_then_that_of_the_partner(self):
        self.book('invoice', self.of(80.0, 'amy'), self.of(80.0, 'bob'))
        self.book('payment', -50.0)
        self.assertEqual(self.matched(amount=50.0, debit_partner={'ref': 'bob'}), 1)

    def test_the_same_on_the_credit_side(self):
        self.book('invoice', 50.0)
        self.book('payment', self.of(-80.0, 'amy'), self.of(-80.0, 'bob'))
        run(self.env, [match('m', 'invoice', 'payment', 50.0, credit_partner={'ref': 'bob'})])
        self.assertEqual(self.open('payment'), [(-80.0, -80.0), (-30.0, -30.0)])

    def test_then_the_oldest(self):
        self.book('invoice', 80.0, 80.0)
        self.book('payment', -50.0)
        self.assertEqual(self.matched(amount=50.0), 0)

    def test_one_with_enough_open(self):
        self.book('invoice', 30.0, 80.0)
        self.book('payment', -50.0)
        self.assertEqual(self.matched(amount=50.0), 1)

    def test_items_on_other_accounts_are_not_looked_at(self):
        self.book('invoice', 100.0)
        self.book('payment', -100.0)
        with self.assertRaisesRegex(UserError, 'no debit item'):
            run(self.env, [match('m', 'invoice', 'payment', 100.0, account={'ref': 'sales'})])


class Groups(Matching):
    """Neighbours are one call of Odoo; each sees what the ones before it have taken."""

    def test_two_payments_of_one_invoice_close_one_group(self):
        self.book('invoice', 0.3)
        self.book('first', -0.1)
        self.book('second', -0.2)
        answer = run(self.env, [match('m1', 'invoice', 'first', 0.1), match('m2', 'invoice', 'second', 0.2)])
        self.assertEqual(outcomes(answer), ['created', 'created'])
        self.assertEqual(self.env.creates['account.partial.reconcile'], [2])
        closed = {self.item(name).full_reconcile_id.id for name in ('invoice', 'first', 'second')}
        self.assertEqual(len(closed), 1)
        self.assertTrue(closed.pop())
        self.assertEqual(len(self.env['account.full.reconcile'].search([])), 1)

    def test_one_payment_over_two_invoices_of_which_one_stays_open(self):
        self.book('paid', 100.0)
        self.book('open', 80.0)
        self.book('payment', -150.0)
        run(self.env, [match('m1', 'paid', 'payment', 100.0), match('m2', 'open', 'payment', 50.0)])
        self.assertEqual(self.open('paid') + self.open('open') + self.open('payment'), [(0, 0), (30.0, 30.0), (0, 0)])
        self.assertEqual(self.env['account.full.reconcile'].search([]).ids, [])

    def test_the_group_is_closed_by_the_match_of_a_later_call(self):
        self.book('invoice', 100.0)
        self.book('first', -40.0)
        self.book('second', -60.0)
        run(self.env, [match('m1', 'invoice', 'first', 40.0)])
        self.assertFalse(self.item('first').full_reconcile_id.id)
        run(self.env, [match('m2', 'invoice', 'second', 60.0)])
        self.assertTrue(self.item('first').full_reconcile_id.id)
        self.assertEqual(self.env.record('m1').full_reconcile_id, self.env.record('m2').full_reconcile_id)

    def test_separate_groups_are_closed_separately(self):
        for name in ('one', 'two'):
            self.book('invoice_' + name, 100.0)
            self.book('payment_' + name, -100.0)
        run(self.env, [match('m1', 'invoice_one', 'payment_one', 100.0), match('m2', 'invoice_two', 'payment_two', 100.0)])
        self.assertEqual(len(self.env['account.full.reconcile'].search([])), 2)

    def test_neighbours_do_not_take_the_same_money_twice(self):
        self.book('invoice', 100.0)
        self.book('first', -60.0)
        self.book('second', -60.0)
        with self.assertRaisesRegex(UserError, 'invoice has only 40.00 open, 60.00'):
            run(self.env, [match('m1', 'invoice', 'first', 60.0), match('m2', 'invoice', 'second', 60.0)])
        self.book('other', 100.0)
        with self.assertRaisesRegex(UserError, 'first has only 20.00 open, 60.00'):
            run(self.env, [match('m3', 'invoice', 'first', 40.0), match('m4', 'other', 'first', 60.0)])

    def test_a_match_may_stand_beside_the_entries_it_needs(self):
        self.book('invoice', 100.0)
        line = {'account_id': {'ref': 'receivable'}, 'balance': -100.0}
        against = {'account_id': {'ref': 'sales'}, 'balance': 100.0}
        answer = run(self.env, [create('payment', {'name': 'p', 'line_ids': {'lines': [line, against]}}, 'account.move', True),
                                match('m', 'invoice', 'payment', 100.0)])
        self.assertEqual(outcomes(answer), ['created', 'created'])


class ClosedByHand(Matching):
    """What a user has matched in Odoo is no error and is not touched."""

    def setUp(self):
        super().setUp()
        self.book('invoice', 100.0)
        self.book('payment', -100.0)
        self.book('theirs', -100.0)

    def test_a_closed_item_is_skipped_and_its_neighbours_go(self):
        self.by_hand('invoice', 'theirs', 100.0)
        self.book('other_invoice', 100.0)
        answer = run(self.env, [match('m1', 'invoice', 'payment', 100.0), match('m2', 'other_invoice', 'payment', 100.0)])
        self.assertEqual(outcomes(answer), ['skipped', 'created'])
        self.assertEqual(answer['results'][0]['message'], 'nothing open on invoice')
        self.assertEqual(self.env['ir.model.data'].search([('name', '=', 'm1')]).ids, [])
        self.assertEqual(self.open('payment'), [(0, 0)])

    def test_the_same_on_the_other_side_and_alone(self):
        self.book('their_invoice', 100.0)
        self.by_hand('their_invoice', 'payment', 100.0)
        answer = run(self.env, [match('m', 'invoice', 'payment', 100.0)], isolate=True)
        self.assertEqual((outcomes(answer), answer['results'][0]['message']), (['skipped'], 'nothing open on payment'))
        self.assertEqual(self.open('invoice'), [(100.0, 100.0)])

    def test_a_part_taken_by_hand_is_an_error_not_a_smaller_match(self):
        self.by_hand('invoice', 'theirs', 30.0)
        with self.assertRaisesRegex(UserError, 'invoice has only 70.00 open'):
            run(self.env, [match('m', 'invoice', 'payment', 100.0)])


class ForeignCurrency(Matching):
    def test_the_amounts_given_whatever_the_rates_are(self):
        self.book('invoice', self.euros(110.0, 100.0))
        self.book('payment', self.euros(-110.0, -100.0))
        run(self.env, [match('m', 'invoice', 'payment', 110.0, amount_currency='100.00')])
        self.assertEqual(self.partial('m'), (110.0, 100.0, 100.0))
        self.assertTrue(self.item('invoice').full_reconcile_id.id)

    def test_another_rate_of_the_payment_leaves_the_difference_at_home_and_no_closed_group(self):
        self.book('invoice', self.euros(110.0, 100.0))
        self.book('payment', self.euros(-105.0, -100.0))
        run(self.env, [match('m', 'invoice', 'payment', 105.0, amount_currency=100.0)])
        self.assertEqual(self.open('invoice') + self.open('payment'), [(5.0, 0), (0, 0)])
        self.assertFalse(self.item('payment').full_reconcile_id.id)
        # The entry with the realised difference of the source: an item of 0.00 euros.
        self.book('difference', self.euros(-5.0, 0.0))
        run(self.env, [match('m2', 'invoice', 'difference', 5.0, amount_currency=0)])
        self.assertEqual(self.partial('m2'), (5.0, 0, 0))
        self.assertTrue(self.item('payment').full_reconcile_id.id)

    def test_a_part_without_its_foreign_amount_goes_by_the_rate_of_the_item(self):
        self.book('invoice', self.euros(110.0, 100.0))
        self.book('payment', self.euros(-33.0, -30.0))
        run(self.env, [match('m', 'invoice', 'payment', 33.0)])
        self.assertEqual(self.partial('m'), (33.0, 30.0, 30.0))
        self.assertEqual(self.open('invoice'), [(77.0, 70.0)])

    def test_the_rest_takes_the_rest_of_the_foreign_amount_to_the_cent(self):
        self.book('invoice', self.euros(100.0, 90.91))
        for name, amount in (('first', -33.33), ('second', -33.33), ('third', -33.34)):
            self.book(name, amount)
        run(self.env, [match(name + '_m', 'invoice', name, amount) for name, amount in (('first', 33.33), ('second', 33.33), ('third', 33.34))])
        self.assertEqual(self.open('invoice'), [(0, 0)])
        self.assertEqual(self.partial('first_m'), (33.33, 30.3, 33.33))

    def test_the_rest_of_a_payment_likewise(self):
        self.book('payment', self.euros(-100.0, -90.91))
        self.book('one', 33.33)
        self.book('two', 66.67)
        run(self.env, [match('m1', 'one', 'payment', 33.33), match('m2', 'two', 'payment', 66.67)])
        self.assertEqual(self.open('payment'), [(0, 0)])

    def test_a_difference_at_home_takes_nothing_of_the_foreign_amount(self):
        self.book('invoice', self.euros(110.0, 100.0))
        self.book('difference', self.euros(-5.0, 0.0))
        run(self.env, [match('m', 'invoice', 'difference', 5.0, amount_currency=0)])
        self.assertEqual(self.open('invoice'), [(105.0, 100.0)])

    def test_an_item_in_home_currency_has_the_same_amount_twice(self):
        self.book('invoice', self.euros(110.0, 100.0))
        self.book('payment', -110.0)
        run(self.env, [match('m', 'invoice', 'payment', 110.0, amount_currency=100.0)])
        self.assertEqual(self.partial('m'), (110.0, 100.0, 110.0))

    def test_an_item_that_is_nothing_at_home_is_skipped_only_when_nothing_foreign_is_open(self):
        self.book('invoice', self.euros(0.0, 0.01))
        self.book('payment', self.euros(-0.0, -0.01))
        self.assertEqual(outcomes(run(self.env, [match('m', 'invoice', 'payment', 0.0, amount_currency=0.01)])), ['created'])
        self.assertEqual(self.open('invoice'), [(0, 0)])
        self.assertEqual(outcomes(run(self.env, [match('m2', 'invoice', 'payment', 0.0, amount_currency=0.01)])), ['skipped'])


if __name__ == '__main__':
    unittest.main()
