"""Read a business plan and propose what a startup's profile could say.

    bytes -> kind, checks of the archive -> lines with their place -> proposals, each with its passage

`child.extract` does all of it in a process of its own, with limits; nothing here knows a database or HTTP.
"""
