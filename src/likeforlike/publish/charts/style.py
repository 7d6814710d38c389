"""What the class names in charts mean.

On pages the stylesheet colours the classes (so that dark mode and print can differ); a chart that leaves
the site gets the same look as presentation attributes, because a file has no stylesheet and inline style is
never allowed.
"""

from __future__ import annotations

from types import MappingProxyType

ACCENT, NEAREST, MEAN, MEDIAN = "#0b5cad", "#d55e00", "#00846a", "#5c6670"
INK, MUTED, RULE, PEER = "#1a1f24", "#56606a", "#c9d0d7", "#a7b1bb"

#: Class name -> presentation attributes, for files. The stylesheet holds the same for pages.
ATTRIBUTES = MappingProxyType(
    {
        "m": 'stroke="#fff" stroke-width=".5"',
        "m0": 'fill="#dfeaf6"',
        "m1": 'fill="#b0cfea"',
        "m2": 'fill="#77abd9"',
        "m3": 'fill="#3a7fbf"',
        "m4": 'fill="#0b4a8f"',
        "c-axis": f'stroke="{RULE}" stroke-width="1" fill="none"',
        "c-grid": f'stroke="{RULE}" stroke-width="1" stroke-opacity=".6" fill="none"',
        "c-text": f'fill="{MUTED}" font-size="12"',
        "c-ink": f'fill="{INK}" font-size="12"',
        "c-title": f'fill="{INK}" font-size="15" font-weight="700"',
        "c-peer": f'stroke="{PEER}" stroke-width="1" fill="none"',
        "c-peers": f'fill="{PEER}" stroke="none"',
        "c-dot": f'fill="{MEDIAN}" fill-opacity=".5" stroke="none"',
        "c-bar": f'fill="{ACCENT}" fill-opacity=".75" stroke="none"',
        "c-spread": f'stroke="{PEER}" stroke-width="1.2" fill="none"',
        "c-neighbour": f'stroke="{MEAN}" stroke-width="1.4" fill="#fff"',
        "c-nearest": f'fill="{NEAREST}" stroke="none"',
        "c-council": f'fill="{ACCENT}" stroke="none"',
        "c-interval": f'stroke="{ACCENT}" stroke-width="2" fill="none"',
        "c-median": f'stroke="{MEDIAN}" stroke-width="1.4" fill="none"',
        "c-band": f'fill="{ACCENT}" fill-opacity=".13" stroke="none"',
        "l-council": f'stroke="{ACCENT}" stroke-width="3" fill="none" stroke-linejoin="round"',
        "l-nearest": f'stroke="{NEAREST}" stroke-width="1.3" fill="none" stroke-linejoin="round"',
        "l-mean": f'stroke="{MEAN}" stroke-width="2" fill="none" stroke-linejoin="round"',
        "l-median": f'stroke="{MEDIAN}" stroke-width="1.6" stroke-dasharray="5 4" fill="none"',
        "l-peer": f'stroke="{PEER}" stroke-width="1" fill="none"',
        "t-council": f'fill="{ACCENT}" font-size="12" font-weight="700"',
        "t-nearest": 'fill="#a84900" font-size="12"',
        "t-mean": 'fill="#006b56" font-size="12"',
        "t-median": f'fill="{MEDIAN}" font-size="12"',
        "p-council": f'fill="{ACCENT}" stroke="{ACCENT}" stroke-width="1.5"',
        "p-nearest": f'fill="{NEAREST}" stroke="{NEAREST}" stroke-width="1"',
        "p-mean": f'fill="{MEAN}" stroke="{MEAN}" stroke-width="1"',
        "p-median": f'fill="{MEDIAN}" stroke="{MEDIAN}" stroke-width="1"',
        "p-hollow": 'fill="#fff"',
    }
)
