"""The domain tree level by level, as arrays that counts can be summed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.domains import leaves
from analysis.records import DataError, Domain, Ints


@dataclass(frozen=True)
class Tree:
    """For each leaf its node at every level of the domain tree, the leaf itself first.

    Attributes
    ----------
    leaves : tuple of str
        Slugs; a leaf's code is its place.
    nodes : tuple of str
        Slugs of all nodes, the leaves among them.
    node : ndarray of shape (n_leaves, n_levels), dtype=int64
        Places in `nodes`. A leaf whose line ends earlier goes on standing for its last node, so that
        every level holds all contributors.
    """

    leaves: tuple[str, ...]
    nodes: tuple[str, ...]
    node: Ints


def tree_of(domains: Sequence[Domain]) -> Tree:
    """The tree of the domains, leaves coded in the order of `domains.leaves`. The root is no node.

    Raises
    ------
    DataError
        If a parent is unknown or the domains go in a circle.

    Examples
    --------
    >>> tree = tree_of([Domain("science", ""), Domain("physics", "science"), Domain("law", "")])
    >>> [[tree.nodes[n] for n in line] for line in tree.node]
    [['law', 'law'], ['physics', 'science']]
    """
    parent = {domain.slug: domain.parent for domain in domains}
    lines = []
    for leaf in leaves(domains):
        line = [leaf]
        while above := parent[line[-1]]:
            if above not in parent or above in line:
                raise DataError(f"{above!r}, the parent of {line[-1]!r}, is no domain above it")
            line.append(above)
        lines.append(line)
    n_levels = max(map(len, lines), default=1)
    nodes = tuple(sorted({slug for line in lines for slug in line}))
    place = {slug: i for i, slug in enumerate(nodes)}
    filled = [
        [place[slug] for slug in [*line, *line[-1:] * (n_levels - len(line))]] for line in lines
    ]
    return Tree(
        tuple(line[0] for line in lines),
        nodes,
        np.array(filled, dtype=np.int64).reshape(len(lines), n_levels),
    )
