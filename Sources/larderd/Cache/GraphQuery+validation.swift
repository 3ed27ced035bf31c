import CacheAPI

extension GraphQuery {
    /// Checks the limits, and that steps name only steps before them.
    /// - Throws: ``APIFailure`` `badRequest` that names the step.
    func validate() throws {
        guard steps.count <= Self.stepsMaximum else {
            throw APIFailure(
                .badRequest, "The graph has \(steps.count) steps; at most \(Self.stepsMaximum) are allowed.")
        }
        guard (1...CacheLimits.scopes).contains(scopes.count) else {
            throw APIFailure(.badRequest, "A query names 1 to \(CacheLimits.scopes) scopes, not \(scopes.count).")
        }
        for (index, step) in steps.enumerated() {
            try Self.check(step.parent, of: index)
            guard step.inputs.count <= CacheLimits.inputs else {
                throw APIFailure(
                    .badRequest, "Step \(index) has \(step.inputs.count) inputs; at most \(CacheLimits.inputs).")
            }
            for case .paths(let paths, let source) in step.inputs {
                try Self.check(source, of: index)
                guard (1...CacheLimits.paths).contains(paths.count) else {
                    throw APIFailure(
                        .badRequest, "An input of step \(index) has \(paths.count) paths; 1 to \(CacheLimits.paths).")
                }
            }
            if let built = step.built { try CacheLimits.check(chain: built) }
        }
    }

    private static func check(_ parent: Parent, of index: Int) throws {
        switch parent {
        case .base(let chain, _): try CacheLimits.check(chain: chain)
        case .step(let other):
            guard (0..<index).contains(other) else {
                throw APIFailure(.badRequest, "Step \(index) names step \(other); only steps before it may be named.")
            }
        }
    }
}
