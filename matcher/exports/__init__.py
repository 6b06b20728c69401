"""Write a shortlist as a file people can use: values in, bytes out.

Nothing here knows a database, a clock or HTTP; equal values give equal bytes.
"""
