"""The language bridge: a text in Korean, German, Spanish or English to an English gloss with alignment.

Importing this package costs nothing. `gloss.py` is the way in; `language.py` tells the language of a text.
"""
