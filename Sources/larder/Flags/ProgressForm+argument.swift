public import ArgumentParser
public import Build

extension ProgressForm: ExpressibleByArgument {}
