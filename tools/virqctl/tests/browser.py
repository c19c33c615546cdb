# SPDX-License-Identifier: GPL-2.0-only
"""A headless Chromium, driven through a pipe: the DevTools protocol."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class BrowserError(Exception):
    """The browser does not do what it should."""


class Browser:
    """One page of a headless Chromium. To be used in a with statement."""

    # pylint: disable=too-many-instance-attributes

    def __init__(self, width=1400, height=800):
        self.size = (width, height)
        self.number = 0
        self.buffer = b''
        self.events = []
        self.session = None
        self.profile = tempfile.mkdtemp(prefix='virqchip-chromium.')
        to_browser, self.write_fd = os.pipe()
        self.read_fd, from_browser = os.pipe()
        # pylint: disable=consider-using-with; ended in __exit__
        self.process = subprocess.Popen(
            ['/bin/sh', '-c', 'exec "$@" 3<&%d 4>&%d' % (to_browser,
                                                         from_browser),
             'sh', 'chromium', '--headless', '--no-sandbox', '--disable-gpu',
             '--disable-extensions', '--no-first-run',
             '--user-data-dir=' + self.profile,
             '--window-size=%d,%d' % self.size,
             '--remote-debugging-pipe', 'about:blank'],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)

    def __enter__(self):
        target = self.call('Target.createTarget', url='about:blank')
        self.session = self.call('Target.attachToTarget', flatten=True,
                                 targetId=target['targetId'])['sessionId']
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(domain + '.enable')
        self.call('Emulation.setDeviceMetricsOverride', width=self.size[0],
                  height=self.size[1], deviceScaleFactor=1, mobile=False)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, deadline):
        """Return the next message, which the deadline must bring."""
        while b'\0' not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.read_fd], [], [], left)[0]:
                raise BrowserError('the browser does not answer')
            some = os.read(self.read_fd, 1 << 20)
            if not some:
                raise BrowserError('the browser has ended')
            self.buffer += some
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, timeout=120, **params):
        """Call a method of the protocol; return its result."""
        self.number += 1
        call = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            call['sessionId'] = self.session
        os.write(self.write_fd, json.dumps(call).encode() + b'\0')
        deadline = time.monotonic() + timeout
        while True:
            message = self.receive(deadline)
            if message.get('id') == self.number:
                break
            self.events.append(message)
        if 'error' in message:
            raise BrowserError('%s: %s' % (method, message['error']))
        return message['result']

    def open(self, url):
        """Open a page; return when it is there."""
        # Another address of the page that is there would not load it anew.
        for one in ('about:blank', url):
            self.events.clear()
            self.call('Page.navigate', url=one)
            deadline = time.monotonic() + 60
            while not any(event['method'] == 'Page.loadEventFired'
                          for event in self.events):
                self.events.append(self.receive(deadline))

    def run(self, expression):
        """Evaluate JavaScript, wait if it is a promise; return its value."""
        result = self.call('Runtime.evaluate', expression=expression,
                           awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in result:
            raise BrowserError(json.dumps(result['exceptionDetails']))
        return result['result'].get('value')

    def mouse(self, kind, place, **more):
        """Send an event of the mouse."""
        self.call('Input.dispatchMouseEvent', type=kind, x=place[0],
                  y=place[1], **more)

    def click(self, place):
        """Press and release the left button."""
        for kind in ('mousePressed', 'mouseReleased'):
            self.mouse(kind, place, button='left', clickCount=1)

    def key(self, key):
        """Press and release a key."""
        text = {'text': key} if len(key) == 1 else {}
        self.call('Input.dispatchKeyEvent', type='keyDown', key=key, **text)
        self.call('Input.dispatchKeyEvent', type='keyUp', key=key)

    def prefer(self, scheme):
        """Prefer a scheme of colours: light or dark."""
        self.call('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': scheme}])

    def complaints(self):
        """Return what the page has thrown or logged as an error."""
        return [event['params'] for event in self.events
                if event['method'] == 'Runtime.exceptionThrown' or
                (event['method'] == 'Log.entryAdded' and
                 event['params']['entry']['level'] == 'error')]

    def requests(self):
        """Return the addresses that the page has asked for."""
        return [event['params']['request']['url'] for event in self.events
                if event['method'] == 'Network.requestWillBeSent']

    def screenshot(self, path):
        """Save what is to be seen as a PNG."""
        data = self.call('Page.captureScreenshot')['data']
        with open(path, 'wb') as file:
            file.write(base64.b64decode(data))
