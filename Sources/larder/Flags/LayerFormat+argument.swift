public import ArgumentParser
public import OCI

extension LayerFormat: ExpressibleByArgument {}
