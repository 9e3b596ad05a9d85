"""Django's tags of translation, with the plain words of `{% translate %}` looked up once per catalogue.

A table says the same few words in each of its rows: the method's page 3,000 times, which was half of what it
cost. Templates load it as `i18n`, see `TEMPLATES` in settings.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.template import Library, Node
from django.template.base import Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation.trans_real import catalog

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class WordsNode(Node):
    """Words without anything of the page in them."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self._node = node
        self._said: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        """By catalogue, not language: one that is loaded anew has words of its own."""

    def render(self, context: Context) -> str:
        """The words in the page's language."""
        words = catalog()
        said = self._said.get(words)
        if said is None:
            said = self._said[words] = self._node.render(context)
        return said


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """Django's `{% translate %}`."""
    node: Any = i18n.do_translate(parser, token)
    return WordsNode(node) if _is_plain(node) else node


def _is_plain(node: Any) -> bool:
    """Whether it is the same on every page: literal words, not put aside under a name, not filtered."""
    words, about = node.filter_expression, node.message_context
    if node.asvar or node.noop or words.filters:
        return False
    return _is_literal(words.var) and (about is None or _is_literal(about.var))


def _is_literal(var: Any) -> bool:
    return isinstance(var, str) or (isinstance(var, Variable) and var.literal is not None)
