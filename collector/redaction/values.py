"""The grammar of values, for the patterns of `secret_forms`: what stands before a value, and where it ends.

A value that says it is none (`<empty>`, `***`, null) stays as it is, and so does what was removed before.
"""

from __future__ import annotations

BETWEEN = r"\s{0,4}(?:=>|[:=]{1,2}|%(?:25){0,3}3[ad]|：|＝|\xa3\xba|[为是]\s{0,2}[:：]?)\s{0,4}"
BETWEEN = BETWEEN.replace("[为是]", "(?:为|是)").replace("[:：]", "(?::|：)")  # no classes of what is several bytes
NOT_MASKED = (
    r"(?!<empty>|<nil>|null\b|nil\b|\*{3,}(?=[\s\"',;\]})]|$)|\"\"|''|\\{1,15}\"\\{1,15}\"|\[\](?![\w{])"
    r"|\\{0,15}[\"']?\[redacted\])"
)
QUOTED = r"[bu]?\"(?:[^\"\\\n]|\\.)*\"?|[bu]?'[^'\n]*'?|`[^`\n]*`?"
# In a string within a string the quote that ends it has as many backslashes as the one that began it.
ESCAPED = r"(?P<esc>\\+)\"(?:[^\"\\\n]|(?P=esc)\\++[^\n]|(?!(?P=esc)\")\\++[^\"\\\n])*(?:(?P=esc)\")?"
BYTES = r"\[\](?:byte|uint8)\{[^}\n]*\}?"  # Go's %#v of bytes
LIST = r"\[[^\]\n]*\]?"
BRACED = r"\{[^\s\"':={}\[\]]+\}?\S*"
WORD = r"[^\s\"'\[{\\](?:\\[^\n]|\S)*"
# In JSON a bare value (a number) ends where the next one begins.
BARE = r"[^\s\"'\[{\\,][^\s,}\]]*"
# A Go map or struct ends a value before the next `key:` or the bracket that closes it; the value may hold blanks.
GO_VALUE = r"(?:(?![\]})]+(?:[\s,;\"'\]})]|$)| [\w.-]{1,60}:)[^\n])+"
