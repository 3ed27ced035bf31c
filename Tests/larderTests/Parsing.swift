import ArgumentParser

@testable import larder

extension Surroundings {
    /// A machine on which nothing is set but what is given.
    static func sample(_ environment: [String: String] = ["LARDER_SERVER": "http://127.0.0.1:7070", "HOME": "/home/a"])
        -> Surroundings
    {
        Surroundings(environment: environment, isRoot: false, hostName: "runner-1", architecture: "amd64")
    }
}

/// What `larder build` with these arguments comes down to.
func order(_ arguments: [String], in surroundings: Surroundings = .sample()) throws -> BuildOrder {
    try BuildOrder(try BuildFlags.parse(arguments), in: surroundings)
}

/// What is said of arguments that are not right; empty when they are.
func refusal(_ arguments: [String], in surroundings: Surroundings = .sample()) -> String {
    do {
        _ = try order(arguments, in: surroundings)
        return ""
    } catch {
        return BuildFlags.message(for: error)
    }
}
