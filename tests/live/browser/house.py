"""A server as `scoring-engine serve` starts it, and people with browsers of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).parents[3]
PICTURES = os.environ.get("SCORING_PICTURES", "")
"""A folder for screenshots; none are taken where it is not named."""

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
HALL = {"width": 1920, "height": 1080}


class House:
    """The server: it can be killed and started again on the same ledger and port."""

    def __init__(self, ledger: Path, ruleset: Path, *more: str) -> None:
        self.ledger, self.ruleset, self.more = ledger, ruleset, more
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "scoring_engine", "serve", "--ruleset", str(self.ruleset), "--ledger", str(self.ledger)]
        environment = {**os.environ, "SCORING_ENGINE_LANG": "en", "PYTHONPATH": str(ROOT)}
        command += ["--port", str(self.port), *self.more]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=ROOT
        )
        assert self.process.stdout is not None
        said = [self.process.stdout.readline() for _ in range(2)]
        found = re.search(r"(http://[\d.]+:(\d+))/#(\S+)", said[0])
        pin = re.search(r"PIN: (\w+)", said[1])
        assert found, said
        assert pin, said
        self.base, self.port, self.link, self.pin = found[1], int(found[2]), found[0], pin[1]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Person:
    """Somebody with a browser; `context` is theirs alone."""

    def __init__(self, browser: Browser, name: str, size: dict[str, int], lang: str = "en", **more: Any) -> None:
        self.name = name
        self.lang = lang
        self.size = size
        locale = "zh-CN" if lang == "zh" else "en-GB"
        self.context: BrowserContext = browser.new_context(viewport=size, locale=locale, **more)  # type: ignore[arg-type]
        self.faults: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.faults.append(f"{self.name}: {error}"))
        page.on("console", lambda said: self._heard(said.type, said.text))
        return page

    def _heard(self, kind: str, text: str) -> None:
        known = ("Failed to load resource", "ERR_", "Cross-Origin-Opener-Policy")  # no network, and a header for secure contexts
        if kind == "error" and not any(words in text for words in known):
            self.faults.append(f"{self.name}: {text}")

    def enter(self, link: str, pin: str) -> Page:
        self.page.goto(link)
        self.page.fill("#pin", pin)
        self.page.press("#pin", "Enter")
        self.page.wait_for_url(lambda url: not url.endswith("/"))
        return self.page

    def get(self, path: str) -> Any:
        answer = self.context.request.get(f"{self.page.url.split('/')[0]}//{self.page.url.split('/')[2]}{path}")
        assert answer.ok, (path, answer.status, answer.text())
        return answer.json() if answer.headers.get("content-type", "").startswith("application/json") else answer.text()

    def send(self, path: str, value: Any) -> Any:
        """A change through the API, as the page would make it."""
        base = "/".join(self.page.url.split("/")[:3])
        body = json.dumps(value)
        headers = {"origin": base, "content-type": "application/json"}
        answer = self.context.request.post(f"{base}{path}", data=body, headers=headers)
        assert answer.ok, (path, answer.status, answer.text())
        return answer.json()

    def write(self, *events: dict[str, Any]) -> None:
        """Events through the API; all must be accepted."""
        named = [{"id": f"set-{uuid4()}", **event} for event in events]
        results = self.send("/api/events", {"events": named, "whole": True})["results"]
        assert {result["status"] for result in results} == {"accepted"}, results

    def picture(self, name: str, full: bool = False) -> None:
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            time.sleep(0.9)  # what comes in softly has come
            self.page.screenshot(path=folder / f"{name}.png", full_page=full)

    def speak(self, lang: str) -> None:
        """Change the language, as the switch on each page does."""
        if self.lang != lang:
            self.page.click(f"a[hreflang={lang}]")
            expect(self.page.locator("html")).to_have_attribute("lang", "zh-CN" if lang == "zh" else "en")
            self.lang = lang

    def close(self) -> None:
        self.context.close()


AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def serious(page: Page) -> list[str]:
    """What axe finds on a page, serious or critical, with the first place of each."""
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished)).then(() => null)")  # as it is read
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
