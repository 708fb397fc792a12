// QuickBooks sent the person back: code, state and realm go to the service, which knows whose session began this.
const say = (text) => { document.getElementById('said').textContent = text; };
const asked = new URLSearchParams(location.search);
// Out of the address bar and the history: the code is a secret until it is used.
history.replaceState(null, '', location.pathname);
if (asked.get('error')) {
  say('QuickBooks was not connected: the permission was not given. Nothing has changed; begin again when you like.');
} else if (!asked.get('code') || !asked.get('state')) {
  say('This page is where QuickBooks sends you back to. Begin with "Connect QuickBooks".');
} else {
  fetch('/api/oauth/quickbooks_online/callback', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: asked.get('code'), state: asked.get('state'), realm_id: asked.get('realmId') || '' }),
  }).then(async (answer) => {
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return say('QuickBooks is connected. You can close this page.');
    const hint = (said.details || []).map((detail) => detail.metadata && detail.metadata.hint).find(Boolean);
    say(`QuickBooks is not connected: ${said.message || `status ${answer.status}`}. ${hint || 'Begin again with "Connect QuickBooks".'}`);
  }).catch(() => say('The service does not answer. Nothing has changed; begin again with "Connect QuickBooks".'));
}
