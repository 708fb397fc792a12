"""A mail server that is not ours (aiosmtpd) with a certificate of its own: STARTTLS or nothing. Keeps what it takes, as the standard library reads it."""
import email
import email.policy
import pathlib
import re
import ssl
import subprocess
import tempfile

from aiosmtpd.controller import Controller

from ports import free_ports


class MailReceiver:
    def __init__(self):
        self.mails = []
        self.folder = tempfile.TemporaryDirectory()
        self.certificate, key = pathlib.Path(self.folder.name) / "mail.crt", pathlib.Path(self.folder.name) / "mail.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate)],
            check=True, capture_output=True, timeout=30,
        )  # fmt: skip
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self.certificate, key)
        self.server = Controller(self, hostname="127.0.0.1", port=free_ports(1)[0], tls_context=tls, require_starttls=True)
        self.server.start()

    def stop(self):
        self.server.stop()
        self.folder.cleanup()

    async def handle_DATA(self, _server, session, envelope):
        self.mails.append((session.ssl is not None, envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 taken"

    def to(self, address, subject):
        """Mails to the address whose subject says so."""
        return [mail for _, recipients, mail in list(self.mails) if address in recipients and subject in mail["subject"]]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def links_of(mail):
    return re.findall(r"https?://[^\s<>\"]+", text_of(mail))
