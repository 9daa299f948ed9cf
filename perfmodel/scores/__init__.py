"""How wrong models are: by the paper's protocol, on configurations left out, and in intervals."""

from __future__ import annotations
