import CacheAPI

extension GraphQuery {
    /// Checks the limits, and that steps name only steps before them.
    /// - Throws: ``APIFailure`` `badRequest` that names the step.
    func validate() throws {
        guard steps.count <= Self.stepsMaximum else {
            throw APIFailure(
                .badRequest, "The graph has \(steps.count) steps; at most \(Self.stepsMaximum) are allowed.")
        }
        try Self.check(scopes: scopes)
        guard renewed.allSatisfy(steps.indices.contains) else {
            throw APIFailure(.badRequest, "The query asks to renew a step that the graph does not have.")
        }
        try claim?.validate()
        for (index, step) in steps.enumerated() {
            try Self.check(step.parent, of: index)
            guard step.inputs.count <= Limits.inputs else {
                throw APIFailure(
                    .badRequest, "Step \(index) has \(step.inputs.count) inputs; at most \(Limits.inputs).")
            }
            for case .paths(let paths, let source) in step.inputs {
                try Self.check(source, of: index)
                guard (1...Limits.paths).contains(paths.count) else {
                    throw APIFailure(
                        .badRequest, "An input of step \(index) has \(paths.count) paths; 1 to \(Limits.paths).")
                }
            }
            if let built = step.built { try Limits.check(chain: built) }
        }
    }

    /// - Throws: ``APIFailure`` `badRequest`.
    static func check(scopes: [ScopeName]) throws {
        guard (1...Limits.scopes).contains(scopes.count) else {
            throw APIFailure(.badRequest, "A query names 1 to \(Limits.scopes) scopes, not \(scopes.count).")
        }
    }

    private static func check(_ parent: Parent, of index: Int) throws {
        switch parent {
        case .base(let chain, _): try Limits.check(chain: chain)
        case .step(let other):
            guard (0..<index).contains(other) else {
                throw APIFailure(.badRequest, "Step \(index) names step \(other); only steps before it may be named.")
            }
        }
    }
}

extension GraphQuery.Claim {
    /// - Throws: ``APIFailure`` `badRequest`.
    func validate() throws {
        try Self.check(id: id)
        guard writer.utf8.count <= Limits.writerBytes else {
            throw APIFailure(.badRequest, "The writer of a claim has at most \(Limits.writerBytes) bytes.")
        }
        guard begun.count <= GraphQuery.stepsMaximum else {
            throw APIFailure(.badRequest, "A claim names at most \(GraphQuery.stepsMaximum) steps.")
        }
    }

    /// - Throws: ``APIFailure`` `badRequest`.
    static func check(id: String) throws {
        guard (1...idBytesMaximum).contains(id.utf8.count) else {
            throw APIFailure(.badRequest, "The id of a claim has 1 to \(idBytesMaximum) bytes.")
        }
    }
}
