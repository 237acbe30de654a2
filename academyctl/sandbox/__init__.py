"""The embedded AWS, the far side of the wall: the only importer of moto, and beside `aws` the only one of boto3.

Serves moto on loopback and fills it as an account of the stack would be. What academyctl does to it, it does through
`aws`, as it would to AWS; nothing here is imported by a command of another group.
"""
