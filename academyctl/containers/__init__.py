"""The wall round the container engine: docker, or podman's compatible socket. `read_*` observes, every other verb is
one write.

The only importer of docker. Its exceptions never leave: what comes out is a model type, or an error of model/errors.
"""
