"""The page that shows the portal in a browser. Everything it needs comes from the server itself."""

from __future__ import annotations

from html import escape

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The terminal in the page sets styles on its elements; nothing else needs an exception."""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="referrer" content="no-referrer">
<link rel="stylesheet" href="/static/css/xterm.css">
<script src="/static/js/textual.js"></script>
<style>
  @font-face {{ font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); font-weight: 100 700; }}
  @font-face {{ font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-Italic-VariableFont_wght.ttf");
    font-weight: 100 700; font-style: italic; }}
  html, body {{ margin: 0; height: 100%; background: #121212; color: #e0e0e0; font: 16px/1.5 "Roboto Mono", monospace; }}
  #terminal {{ position: absolute; inset: 0; opacity: 0; }}
  body.-first-byte #terminal {{ opacity: 1; }}
  .note {{ position: absolute; inset: 0; display: none; place-content: center; text-align: center; z-index: 10; }}
  #begins {{ display: grid; }}
  body.-first-byte #begins {{ display: none; }}
  body.-closed #ended {{ display: grid; background: #121212; }}
  button {{ font: inherit; color: inherit; background: #0178d4; border: 0; padding: 0.5em 1.5em; cursor: pointer; }}
</style>
</head>
<body>
<div id="begins" class="note">{title} is starting …</div>
<div id="ended" class="note"><p>The portal has ended. What you typed is kept.</p><p><button>Start again</button></p></div>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="{font_size}"></div>
<script nonce="{nonce}">document.querySelector("#ended button").onclick = () => location.reload();</script>
</body>
</html>
"""


def page(title: str, socket: str, nonce: str, font_size: int) -> str:
    """The page's HTML. `socket` is the address of the WebSocket, `nonce` what the policy lets its one script run by."""
    return _PAGE.format(title=escape(title), socket=escape(socket), nonce=escape(nonce), font_size=font_size)
