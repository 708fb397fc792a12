"""What a person does in a browser, by plain HTTP at the sandbox that plays QuickBooks and Stripe."""
import html.parser
import http.client
import urllib.parse
import urllib.request


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and its hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.action = values.get("action", "")
        if tag == "input" and values.get("name"):
            self.fields[values["name"]] = values.get("value", "")


def consent(url):
    """What a person does at the platform's page: looks at it, presses Connect. (address it was at, query of the address that it sends back to)."""
    with urllib.request.urlopen(url, timeout=20) as page:
        form = Form(page.read().decode())
    address = urllib.parse.urlsplit(urllib.parse.urljoin(url, form.action))
    connection = http.client.HTTPConnection(address.netloc, timeout=20)
    connection.request("POST", address.path, urllib.parse.urlencode({**form.fields, "decision": "connect"}), {"content-type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    location = answer.getheader("location") or ""
    answer.read()
    connection.close()
    if answer.status not in (302, 303) or "code=" not in location:
        raise OSError(f"the platform's page answers {answer.status} instead of sending the person back")
    return f"{address.scheme}://{address.netloc}{address.path}", location.split("?")[0], dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


def pay_by_card(page):
    request = urllib.request.Request(page, data=b'{"card":"4242424242424242"}', headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status
