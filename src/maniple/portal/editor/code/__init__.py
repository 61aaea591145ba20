"""Text fields for manifests and bodies: highlighting, findings at their places, completion.

What others use: `CodeEditor` (a whole manifest) and `PayloadEditor` (the body or item of one call).
"""

from maniple.portal.editor.code.editor import CodeEditor
from maniple.portal.editor.code.payload import PayloadEditor

__all__ = ["CodeEditor", "PayloadEditor"]
