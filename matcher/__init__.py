"""The matching pipeline.

text -> clean -> language bridge -> sentences, vectors, terms    (matcher.bridge, matcher.engine)
startup, program -> eligibility with reasons                     (matcher.engine)
startup, program -> signals -> fused score, contributions kept   (matcher.engine)
rows in, results out                                             (matcher.workflows)
"""
