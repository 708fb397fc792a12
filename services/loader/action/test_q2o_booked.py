"""Unit tests of what is posted: posting, changing it while it is posted, making payments and statement lines anew."""
import unittest

from fake_odoo import FakeEnv, UserError, create, items, run
from test_q2o_action import outcomes
from test_q2o_match import match

SALES, BANK = 11, 12  # journals
EXACT = {'skip_invoice_sync': True}


class Booked(unittest.TestCase):
    def setUp(self):
        self.env = FakeEnv()
        term = self.env['account.payment.term'].create([{'name': 'Net 30', 'line_ids': [[0, 0, {'nb_days': 30}]]}])
        self.env['res.partner'].create([{'name': 'Theirs', 'property_payment_term_id': term.id}])
        run(self.env, [create('receivable', {'code': '1', 'account_type': 'asset_receivable'}, 'account.account'),
                       create('sales', {'code': '2', 'account_type': 'income'}, 'account.account'),
                       create('bank', {'code': '3', 'account_type': 'asset_cash'}, 'account.account'),
                       create('amy', {'name': 'Amy', 'property_payment_term_id': term.id}), create('bob', {'name': 'Bob'})])

    def invoice(self, external_id='invoice', amount=63.63, tax=5.31, post=True, **more):
        """Its tax is not what the rate gives: 8.25 % of 63.63 is 5.25."""
        lines = [{'display_type': 'product', 'account_id': {'ref': 'sales'}, 'balance': -amount},
                 {'display_type': 'tax', 'account_id': {'ref': 'sales'}, 'balance': -tax},
                 {'display_type': 'payment_term', 'account_id': {'ref': 'receivable'}, 'balance': amount + tax, 'date_maturity': '2023-06-20',
                  'name': 'Invoice'}]  # Odoo puts the number there
        values = {'move_type': 'out_invoice', 'name': '1045', 'journal_id': SALES, 'partner_id': {'ref': 'amy'}, 'date': '2023-05-04',
                  'invoice_date': '2023-05-04', 'invoice_date_due': '2023-06-20', 'invoice_payment_term_id': None, 'line_ids': {'lines': lines}}
        return create(external_id, dict(values, **more), 'account.move', post, context=EXACT)

    def payment(self, amount=68.94, external_id='payment', **more):
        lines = [{'account_id': {'ref': 'bank'}, 'balance': amount}, {'account_id': {'ref': 'receivable'}, 'balance': -amount}]
        values = {'payment_type': 'inbound', 'amount': amount, 'date': '2023-05-10', 'memo': 'check 17', 'journal_id': BANK,
                  'partner_id': {'ref': 'amy'}, 'line_ids': {'lines': lines}}
        return create(external_id, dict(values, **more), 'account.payment', True)

    def send(self, *records, mode='create', **more):
        return run(self.env, list(records), mode, **more)

    def balances(self, name):
        return [line.balance for line in self.env.record(name).line_ids]

    def seen(self, name='invoice'):
        move = self.env.record(name)
        return (move.state, move.name, move.date, move.invoice_date_due)

    def done(self, model='account.move'):
        return [entry[0] for entry in self.env.log if entry[1] == model and entry[0] in ('write', 'draft', 'post')]

    def names(self):
        return [row['name'] for row in self.env['ir.model.data'].search_read([], ['name'])]


class Posting(Booked):
    def test_number_dates_and_amounts_are_kept(self):
        self.assertEqual(outcomes(self.send(self.invoice())), ['created'])
        self.assertEqual(self.seen(), ('posted', '1045', '2023-05-04', '2023-06-20'))
        self.assertEqual(self.balances('invoice'), [-63.63, -5.31, 68.94])

    def test_without_a_number_the_journal_gives_the_next(self):
        self.send(self.invoice(), self.invoice('next', name=None), self.invoice('padded', name='JE-0012a'), self.invoice('last', name=None))
        self.assertEqual([self.env.record(name).name for name in ('next', 'last')], ['1046', 'JE-0013a'])

    def test_neighbours_are_posted_together_and_a_draft_stays_one(self):
        self.send(self.invoice('a', name='1'), self.invoice('b', name='2', post=False), self.invoice('c', name='3'))
        self.assertEqual([self.env.record(name).state for name in 'abc'], ['posted', 'draft', 'posted'])
        posted = [self.env.record('a').id, self.env.record('c').id]
        self.assertEqual([entry[2] for entry in self.env.log if entry[0] == 'post'], [posted])

    def test_what_was_voided_is_cancelled_from_the_start(self):
        self.send(self.invoice(state='cancel', post=False))
        self.assertEqual(self.seen()[:2], ('cancel', '1045'))

    def test_one_that_odoo_does_not_post_leaves_no_trace(self):
        odd = self.invoice('odd', name='1046', line_ids=items(1.0, -0.99))
        answer = self.send(self.invoice('a'), self.invoice('twin'), odd, self.invoice('b', name='1047'), isolate=True)
        self.assertEqual(outcomes(answer), ['created', 'rejected', 'rejected', 'created'])
        self.assertEqual((answer['results'][1]['error_name'], answer['results'][2]['message']), ('ValidationError', 'The entry is not balanced.'))
        self.assertIn('Another entry with the same name', answer['results'][1]['message'])
        self.assertEqual(len(self.env['account.move'].search([])), 2)
        self.assertEqual([name for name in self.names() if name in ('a', 'twin', 'odd', 'b')], ['a', 'b'])
        with self.assertRaisesRegex(UserError, 'same name'):
            self.send(self.invoice('twin'))

    def test_what_refers_to_one_that_was_not_posted_waits(self):
        answer = self.send(self.invoice('a'), self.payment(), self.invoice('twin'), match('m', 'twin', 'payment', 68.94), isolate=True)
        self.assertEqual((outcomes(answer), answer['results'][3]['message']), (['created', 'created', 'rejected', 'waits'], 'twin'))

    def test_a_payment_that_is_in_process_from_its_birth_is_posted_too(self):
        self.send(self.payment())
        move = self.env.record('payment').move_id
        self.assertEqual((move.state, move.date, [line.balance for line in move.line_ids]), ('posted', '2023-05-10', [68.94, -68.94]))


class ChangingAnEntry(Booked):
    def setUp(self):
        super().setUp()
        self.send(self.invoice(), self.payment(), match('m', 'invoice', 'payment', 68.94))
        self.id = self.env.record('invoice').id
        self.env.log.clear()

    def change(self, mode='update', **more):
        self.answer = self.send(self.invoice(**more), mode=mode)
        return outcomes(self.answer)[0]

    def unmatched(self):
        return self.answer['results'][0].get('unmatched')

    def test_an_equal_one_is_left_alone(self):
        self.assertEqual((self.change(), self.done(), self.unmatched()), ('unchanged', [], None))
        self.assertEqual((self.change(mode='create', amount=1.0), self.done()), ('unchanged', []))

    def test_the_same_lines_in_another_order_are_no_difference(self):
        lines = self.invoice()['values']['values']['line_ids']['lines']
        self.assertEqual((self.change(line_ids={'lines': lines[::-1]}), self.done()), ('unchanged', []))

    def test_a_header_field_is_written_while_it_is_posted_and_its_match_stays(self):
        self.assertEqual(self.change(ref='PO 77', invoice_date_due='2023-07-01', name='1045-A'), 'changed')
        self.assertEqual((self.done(), self.unmatched(), 'm' in self.names()), (['write'], None, True))
        self.assertEqual(self.seen(), ('posted', '1045-A', '2023-05-04', '2023-07-01'))

    def test_lines_are_replaced_in_the_draft_and_it_is_posted_again_as_it_was(self):
        before = self.env.record('invoice').line_ids.ids
        self.assertEqual(self.change(amount=70.0), 'changed')
        self.assertEqual(self.done(), ['draft', 'write', 'post'])
        self.assertEqual(set(before) & set(self.env.record('invoice').line_ids.ids), set())
        self.assertEqual((self.env.record('invoice').id, self.seen()), (self.id, ('posted', '1045', '2023-05-04', '2023-06-20')))
        self.assertEqual(self.balances('invoice'), [-70.0, -5.31, 75.31])
        self.assertEqual(outcomes(self.send(self.invoice(amount=70.0), mode='update')), ['unchanged'])

    def test_a_line_more(self):
        lines = self.invoice(amount=60.0)['values']['values']['line_ids']['lines']
        more = {'display_type': 'product', 'account_id': {'ref': 'sales'}, 'balance': -3.63}
        lines[2]['balance'] = 68.94
        self.assertEqual(self.change(line_ids={'lines': lines + [more]}), 'changed')
        self.assertEqual(sorted(self.balances('invoice')), [-60.0, -5.31, -3.63, 68.94])

    def test_another_date_keeps_number_and_exact_tax(self):
        self.assertEqual(self.change(date='2023-05-05', invoice_date='2023-05-05'), 'changed')
        self.assertEqual(self.seen(), ('posted', '1045', '2023-05-05', '2023-06-20'))
        self.assertEqual(self.balances('invoice'), [-63.63, -5.31, 68.94])

    def test_a_number_that_odoo_gave_is_kept_too(self):
        self.send(self.invoice('bill', name=None))
        given = self.invoice('bill', amount=70.0)
        del given['values']['values']['name']
        self.send(given, mode='update')
        self.assertEqual(self.seen('bill')[:2], ('posted', '1046'))

    def test_our_matches_that_go_with_it_are_told_and_can_be_sent_again(self):
        self.change(amount=70.0)
        self.assertEqual((self.unmatched(), 'm' in self.names()), (['m'], False))
        self.assertEqual(outcomes(self.send(match('m', 'invoice', 'payment', 68.94), mode='update')), ['created'])

    def test_of_other_matches_nothing_is_told(self):
        self.send(self.invoice('other', name='1046'), self.payment(external_id='second'), match('m2', 'other', 'second', 68.94))
        self.change(amount=70.0)
        self.assertEqual((self.unmatched(), 'm2' in self.names()), (['m'], True))

    def test_one_that_was_reset_by_hand_is_posted_again(self):
        self.env.record('invoice').with_context(**EXACT).button_draft()
        self.env.log.clear()
        self.assertEqual((self.change(), self.done()), ('changed', ['post']))
        self.assertEqual(self.seen(), ('posted', '1045', '2023-05-04', '2023-06-20'))

    def test_one_that_was_reset_by_hand_and_differs_is_replaced_and_posted(self):
        self.env.record('invoice').with_context(**EXACT).button_draft()
        self.env.log.clear()
        self.assertEqual((self.change(amount=70.0), self.done()), ('changed', ['write', 'post']))
        self.assertEqual((self.seen()[:2], self.balances('invoice')), (('posted', '1045'), [-70.0, -5.31, 75.31]))

    def test_one_that_is_not_to_be_posted_stays_a_draft(self):
        self.send(self.invoice('draft', name='1046', post=False))
        for amount, outcome in ((63.63, 'unchanged'), (70.0, 'changed')):
            self.assertEqual(self.change(external_id='draft', name='1046', amount=amount, post=False), outcome)
            self.assertEqual(self.seen('draft')[:2], ('draft', '1046'))

    def test_its_items_are_exact_in_a_record_that_does_not_say_so(self):
        record = self.invoice(amount=70.0)
        del record['values']['context']
        self.send(record, mode='update')
        self.assertEqual(self.balances('invoice'), [-70.0, -5.31, 75.31])

    def test_voided_it_is_cancelled_and_booked_again_it_is_posted(self):
        self.assertEqual(self.change(state='cancel', amount=0.0, tax=0.0, post=False), 'changed')
        self.assertEqual((self.seen()[:2], self.unmatched(), self.balances('invoice')), (('cancel', '1045'), ['m'], [0, 0, 0]))
        self.assertEqual(self.change(state='cancel', amount=0.0, tax=0.0, post=False), 'unchanged')
        self.assertEqual(self.change(state='cancel', amount=0.0, tax=0.0, post=False, invoice_date='2023-05-05', date='2023-05-05'), 'changed')
        self.assertEqual(self.seen()[:2], ('cancel', '1045'), 'what is voided stays so whatever else changes')
        self.assertEqual(self.change(), 'changed')
        self.assertEqual((self.seen(), self.balances('invoice')), (('posted', '1045', '2023-05-04', '2023-06-20'), [-63.63, -5.31, 68.94]))

    def test_a_change_that_odoo_refuses_leaves_it_posted_and_matched(self):
        answer = self.send(self.invoice(line_ids=items(1.0, -0.5)), mode='update', isolate=True)
        self.assertEqual((outcomes(answer), answer['results'][0].get('unmatched')), (['rejected'], None))
        self.assertEqual((self.seen()[:2], self.balances('invoice')), (('posted', '1045'), [-63.63, -5.31, 68.94]))
        self.assertIn('m', self.names())


class MatchedByAPerson(Booked):
    """A payment of 40.00 that somebody has registered in Odoo on an invoice of 68.94; 20.00 of it are paid by a payment of ours."""

    def setUp(self):
        super().setUp()
        self.send(self.invoice(), self.payment(20.0), match('m', 'invoice', 'payment', 20.0))
        self.theirs = self.env['account.move'].create([{'name': 'theirs', 'journal_id': BANK, 'line_ids': [
            [0, 0, {'account_id': self.env.record('receivable').id, 'balance': -40.0}], [0, 0, {'account_id': self.env.record('bank').id, 'balance': 40.0}]]}])
        self.theirs.action_post()
        self.pair = self.due('invoice').id, self.theirs.line_ids.ids[0]
        self.by_hand(40.0)

    def by_hand(self, amount):
        return self.env['account.partial.reconcile'].create([{'debit_move_id': self.pair[0], 'credit_move_id': self.pair[1], 'amount': amount,
                                                              'debit_amount_currency': amount, 'credit_amount_currency': amount}])

    def due(self, name):
        return [line for line in self.env.record(name).line_ids if line.account_id.id == self.env.record('receivable').id][0]

    def change(self, record):
        self.answer = self.send(record, mode='update')
        if record['post']:
            self.send(match('m', 'invoice', 'payment', 20.0), mode='update')
        return outcomes(self.answer)[0], self.answer['settings']

    def open(self):
        return (self.due('invoice').amount_residual, self.env['account.move.line'].browse(self.pair[1]).amount_residual)

    def test_stays_matched_where_the_changed_amount_has_room_for_it_beside_ours(self):
        self.assertEqual(self.open(), (8.94, 0))
        self.assertEqual(self.change(self.invoice(amount=70.0)), ('changed', []))
        self.assertEqual((self.open(), self.answer['results'][0]['unmatched']), ((15.31, 0), ['m']))

    def test_is_closed_when_nothing_is_left(self):
        self.assertEqual(self.change(self.invoice(amount=54.69)), ('changed', []))
        self.assertEqual(self.open(), (0, 0))
        self.assertTrue(self.due('invoice').full_reconcile_id.id)

    def test_is_told_where_there_is_no_room_and_ours_come_first(self):
        outcome, told = self.change(self.invoice(amount=50.0))
        self.assertEqual((outcome, self.open()), ('changed', (35.31, -40.0)))
        self.assertEqual([(one['name'], one['before'], one['during']) for one in told], [('match of 1045 with theirs', '40.00 matched by hand', 'not matched')])
        self.assertTrue(told[0]['note'].startswith('stays: '))

    def test_is_told_when_the_document_was_voided(self):
        outcome, told = self.change(self.invoice(state='cancel', amount=0.0, tax=0.0, post=False))
        self.assertEqual((outcome, len(told), self.open()[1]), ('changed', 1, -40.0))

    def test_is_told_where_odoo_has_booked_an_exchange_difference_with_it(self):
        self.env['account.partial.reconcile'].search([('credit_move_id', '=', self.pair[1])]).write({'exchange_move_id': self.theirs.id})
        self.assertEqual(len(self.change(self.invoice(amount=70.0))[1]), 1)

    def test_of_a_payment_that_is_made_anew_likewise(self):
        self.send(self.payment(30.0, 'late'))
        debit = self.env['account.move'].create([{'name': 'refund', 'journal_id': BANK, 'line_ids': [
            [0, 0, {'account_id': self.env.record('receivable').id, 'balance': 30.0}], [0, 0, {'account_id': self.env.record('bank').id, 'balance': -30.0}]]}])
        debit.action_post()
        self.pair = debit.line_ids.ids[0], self.due('late').id
        self.by_hand(30.0)
        self.assertEqual(self.change(self.payment(35.0, 'late')), ('changed', []))
        self.assertEqual((self.due('late').amount_residual, self.env['account.move.line'].browse(self.pair[0]).amount_residual), (-5.0, 0))

    def test_a_change_that_is_refused_tells_nothing(self):
        answer = self.send(self.invoice(line_ids=items(1.0, -0.5)), mode='update', isolate=True)
        self.assertEqual((outcomes(answer), answer['settings'], self.open()), (['rejected'], [], (8.94, 0)))


class WritingLinesInPlace(Booked):
    """Lines that others link to stay the same records while their number is the same."""

    def order(self, *prices):
        lines = [{'name': 'x', 'price_unit': price} for price in prices]
        confirmed = {'state': 'sale', 'locked': True}
        return create('order', {'name': 'SO-1', 'order_line': {'lines': lines}}, 'sale.order', then=confirmed)

    def lines(self):
        lines = self.env.record('order').order_line
        return lines.ids, lines.mapped('price_unit')

    def test_of_a_confirmed_order(self):
        self.send(self.order(75.0, 20.0))
        before = self.lines()[0]
        self.assertEqual(outcomes(self.send(self.order(75.0, 25.0), mode='update')), ['changed'])
        self.assertEqual(self.lines(), (before, [75.0, 25.0]))
        self.assertEqual((self.env.record('order').state, self.env.record('order').locked), ('sale', True))

    def test_with_another_number_they_are_replaced_and_the_order_is_confirmed_again(self):
        self.send(self.order(75.0, 20.0))
        before = self.lines()[0]
        self.assertEqual(outcomes(self.send(self.order(75.0), mode='update')), ['changed'])
        after, prices = self.lines()
        self.assertEqual((prices, set(after) & set(before)), ([75.0], set()))
        self.assertEqual((self.env.record('order').state, self.env.record('order').locked), ('sale', True))

    def test_of_anything_else_with_lines(self):
        self.send(create('term', {'name': 'N', 'line_ids': {'lines': [{'nb_days': 10}, {'nb_days': 30}]}}, 'account.payment.term'))
        before = self.env.record('term').line_ids.ids
        self.send(create('term', {'name': 'N', 'line_ids': {'lines': [{'nb_days': 10}, {'nb_days': 45}]}}, 'account.payment.term'), mode='update')
        self.assertEqual((self.env.record('term').line_ids.ids, self.env.record('term').line_ids.mapped('nb_days')), (before, [10, 45]))


class Remaking(Booked):
    """A payment or statement line that differs: an edit of it would recompute its items."""

    def setUp(self):
        super().setUp()
        self.send(self.invoice(), self.payment(), match('m', 'invoice', 'payment', 68.94))
        self.old, self.old_move = self.env.record('payment').id, self.env.record('payment').move_id.id

    def change(self, record):
        self.answer = self.send(record, mode='update')
        return outcomes(self.answer)[0]

    def assert_remade(self, amount):
        payment = self.env.record('payment')
        self.assertFalse(self.env['account.payment'].browse(self.old).exists().ids + self.env['account.move'].browse(self.old_move).exists().ids)
        self.assertEqual(self.answer['results'][0]['id'], payment.id)
        self.assertEqual((payment.amount, payment.date, payment.memo), (amount, '2023-05-10', 'check 17'))
        self.assertEqual((payment.move_id.state, [line.balance for line in payment.line_ids]), ('posted', [amount, -amount]))
        self.assertEqual(self.names().count('payment'), 1)

    def test_an_equal_one_is_left_alone(self):
        self.assertEqual(self.change(self.payment()), 'unchanged')
        self.assertEqual((self.env.record('payment').id, 'm' in self.names()), (self.old, True))

    def test_a_different_one_is_made_anew_under_its_name_and_posted(self):
        self.assertEqual(self.change(self.payment(60.0)), 'changed')
        self.assert_remade(60.0)
        self.assertEqual(self.change(self.payment(60.0)), 'unchanged')

    def test_its_items_alone_are_a_difference(self):
        lines = self.payment()['values']['values']['line_ids']['lines']
        lines[1]['partner_id'] = {'ref': 'bob'}
        self.assertEqual(self.change(self.payment(line_ids={'lines': lines})), 'changed')
        self.assert_remade(68.94)

    def test_its_matches_are_told_and_the_invoice_is_open_again(self):
        self.change(self.payment(60.0))
        self.assertEqual((self.answer['results'][0]['unmatched'], 'm' in self.names()), (['m'], False))
        self.assertEqual(outcomes(self.send(match('m', 'invoice', 'payment', 60.0), mode='update')), ['created'])
        self.assertEqual([line.amount_residual for line in self.env.record('invoice').line_ids], [0, 0, 8.94])

    def test_one_that_was_reset_by_hand_is_posted_again_not_made_anew(self):
        self.env.record('payment').action_draft()
        self.assertEqual(self.change(self.payment()), 'changed')
        self.assertEqual((self.env.record('payment').id, self.env.record('payment').move_id.state), (self.old, 'posted'))

    def test_one_that_was_reset_by_hand_and_differs_is_made_anew(self):
        self.env.record('payment').action_draft()
        self.assertEqual(self.change(self.payment(60.0)), 'changed')
        self.assert_remade(60.0)

    def test_one_that_odoo_refuses_stays_as_it_was(self):
        answer = self.send(self.payment(line_ids=items(1.0, -0.5)), mode='update', isolate=True)
        self.assertEqual((outcomes(answer), answer['results'][0].get('unmatched')), (['rejected'], None))
        self.assertEqual((self.env.record('payment').id, self.env.record('payment').move_id.state, 'm' in self.names()), (self.old, 'posted', True))
        self.assertEqual(self.change(self.payment()), 'unchanged')

    def test_one_that_somebody_deleted_is_created_again(self):
        self.env['account.payment'].rows.pop(self.old)
        self.assertEqual(self.change(self.payment()), 'created')
        self.assertEqual(self.env.record('payment').move_id.state, 'posted')

    def test_a_statement_line_likewise(self):
        def line(amount):
            lines = [{'account_id': {'ref': 'bank'}, 'balance': amount}, {'account_id': {'ref': 'receivable'}, 'balance': -amount}]
            values = {'payment_ref': 'x', 'date': '2023-05-11', 'amount': amount, 'journal_id': BANK,
                      'line_ids': {'lines': lines}}
            return create('line', values, 'account.bank.statement.line', sudo=True)
        self.send(line(10.0), self.invoice('other', name='1046'), match('m2', 'other', 'line', 10.0))
        old = self.env.record('line').move_id
        self.assertEqual(self.change(line(10.0)), 'unchanged')
        self.assertEqual((self.change(line(12.0)), self.answer['results'][0]['unmatched']), ('changed', ['m2']))
        self.assertEqual((old.exists().ids, self.env.record('line').move_id.state, self.balances('line')), ([], 'posted', [12.0, -12.0]))


if __name__ == '__main__':
    unittest.main()
