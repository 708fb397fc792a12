"""People of a company, by the edge of a stack whose mails go to the sandbox's mailbox."""
import json
import secrets
import urllib.parse

from edge_client import edge_of
from grpc_calls import ask
from stack import wait_until


def mails(stack, email):
    return json.loads(stack.get("Q2O_PORT_SANDBOX_MAIL", f"/mailbox?to={urllib.parse.quote(email)}"))["mails"]


def mailed_token(stack, email, page):
    """Of the link to a page that a mail to the address has."""

    def links():
        return [link for mail in mails(stack, email) for link in mail["links"] if f"/{page}?token=" in link]

    link = wait_until(links, 60, f"a mail with a link to {page} comes to {email}")[0]
    return urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]


def invited(stack, contracts, tenant, email, role):
    """The token of an invitation into a tenant that need not have people yet."""
    metadata = [("q2o-tenant", tenant), ("q2o-actor", "test")]
    answer = ask(stack, contracts, "q2o.identity.v1.PeopleService", "InvitePerson", metadata, email=email, role=role)
    assert answer.status == 0, answer.message
    return mailed_token(stack, email, "invitation")


def joined(stack, email, token):
    """(edge of the person who has accepted the invitation and signed in, password)."""
    edge, password = edge_of(stack), secrets.token_urlsafe(18)
    for path, body in (
        ("/api/v1/people/invitations/accept", {"token": token, "password": password, "name": email.partition("@")[0]}),
        ("/api/v1/account/sign-in", {"email": email, "password": password}),
    ):
        answer = edge.post(path, body)
        assert answer.status == 200, (path, answer)
    return edge, password


def sign_up(stack, name):
    """(address, password) of a new person who owns a company of her own."""
    email, password = f"{name}.{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(18)
    edge = edge_of(stack)
    answer = edge.post("/api/v1/account/sign-up", {"email": email, "password": password, "company_name": f"{name} Ltd", "name": name})
    assert answer.status == 200, answer
    answer = edge.post("/api/v1/account/verify-email", {"token": mailed_token(stack, email, "verify"), "password": password})
    assert answer.status == 200, answer
    return email, password


def signed_in(stack, email, password):
    """The edge as a browser sees it in which that person has signed in."""
    edge = edge_of(stack)
    answer = edge.post("/api/v1/account/sign-in", {"email": email, "password": password})
    assert answer.status == 200, answer
    return edge
