"""The wall round AWS: one file a service. `read_*` observes, every other verb is one write.

The only importer of botocore. ClientError never leaves: what comes out is a model type, or an error of
model/errors that names the IAM action.
"""
