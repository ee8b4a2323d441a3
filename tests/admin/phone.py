"""An authenticator app as people have it on their phone: codes after RFC 6238, calculated here and not by what is tested."""

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass

from tests.admin.conftest import Browser


@dataclass
class Phone:
    """Knows a key that was typed in, in base 32."""

    key: str

    def code(self, *, steps: int = 0) -> str:
        """The code that it shows now, or a number of 30-second steps later."""
        secret = base64.b32decode(self.key + "=" * (-len(self.key) % 8))
        counter = int(time.time()) // 30 + steps
        digest = hmac.new(secret, counter.to_bytes(8, "big"), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def typed_in(page: str) -> Phone:
    """A phone into which the key of the page was typed."""
    found = re.search(r'<code class="entry-key"[^>]*>([A-Z2-7 ]+)</code>', page)
    assert found, page
    return Phone(found.group(1).replace(" ", ""))


def recovery_codes(page: str) -> list[str]:
    """The codes on a page that shows them."""
    return re.findall(r"<li><code>([0-9a-f-]{14})</code></li>", page)


def set_up(browser: Browser) -> tuple[Phone, list[str]]:
    """Somebody who is signed in sets up the second factor; their phone and their recovery codes."""
    phone = typed_in(browser.get("/second_factor/").text)
    answer = browser.post("/second_factor/confirm", page="/second_factor/", code=phone.code(steps=-1))
    assert answer.status_code == 200, answer.text
    return phone, recovery_codes(answer.text)
