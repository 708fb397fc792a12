// Pages that mails link to, until the app exists: the token goes to the service; where it is needed, a form asks for a password first.
const page = document.body.dataset.page;
const say = (text) => { document.getElementById('said').textContent = text; };
const token = new URLSearchParams(location.search).get('token') || '';
// Out of the address bar and the history: the token is a secret until it is used.
history.replaceState(null, '', location.pathname);
const paths = {
  verify: '/api/v1/account/verify-email',
  reset: '/api/v1/account/reset-password',
  request: '/api/v1/account/request-password-reset',
  invitation: '/api/v1/people/invitations/accept',
};
const done = {
  verify: 'Your address is confirmed. You can sign in now.',
  reset: 'Your new password is set, and all sessions have ended. You can sign in now.',
  request: 'If the address has an account, a mail with a link is on its way.',
  invitation: 'You have joined. You can sign in now.',
};
async function send(kind, body) {
  const answer = await fetch(paths[kind], {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  }).catch(() => null);
  if (!answer) return say('The service does not answer. Nothing has changed; try again in a moment.');
  if (answer.ok) {
    document.querySelectorAll('form').forEach((form) => form.remove());
    return say(done[kind]);
  }
  const problem = await answer.json().catch(() => ({}));
  const hint = (problem.details || []).map((detail) => detail.metadata && detail.metadata.hint).find(Boolean);
  say(`That did not work: ${problem.message || `status ${answer.status}`}. ${hint || ''}`);
}
document.querySelectorAll('form').forEach((form) => {
  const kind = form.dataset.sends;
  // Without a token there is nothing to set a password for: then a link can be asked for.
  form.hidden = (kind === 'request') !== (token === '');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    send(kind, kind === 'request' ? fields : { ...fields, token });
  });
});
// By a click and the password only: programs that look at mails follow their links, and so do people who did not sign up.
if (page === 'verify' && !token) say('This page is where the mail of your sign-up leads to. Follow the link in it.');
