// Asks for a price as any stranger may: it goes through the edge, identity and billing.
const say = (text) => { document.getElementById('status').textContent = text; };
fetch('/api/billing/estimate', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ companies: [{ platform: 'quickbooks_online', years: 5 }] }),
}).then(async (answer) => {
  if (answer.ok) return say('The service answers.');
  const problem = await answer.json().catch(() => ({}));
  say(`The service answers, but not as it should: ${problem.message || answer.status}. Try again in a moment.`);
}).catch(() => say('The service does not answer. Try again in a moment; what runs goes on running.'));
