import CacheAPI

extension StepRecord {
    /// Checks that the record is within limits and makes sense.
    /// - Throws: ``APIFailure`` `badRequest`.
    func validate() throws {
        try CacheLimits.check(chain: chain)
        try Self.require(seconds.isFinite && seconds >= 0, "'seconds' is a number from 0 up")
        try Self.require(
            instruction.utf8.count <= CacheLimits.instructionBytes,
            "'instruction' has at most \(CacheLimits.instructionBytes) bytes")
        try Self.require(
            writer.utf8.count <= CacheLimits.writerBytes, "'writer' has at most \(CacheLimits.writerBytes) bytes")
        try Self.require(lineage.count <= Self.lineageMaximum, "'lineage' has at most \(Self.lineageMaximum) places")
        try Self.require(
            read.count <= CacheLimits.inputs && read.allSatisfy { (1...CacheLimits.paths).contains($0.count) },
            "'read' has at most \(CacheLimits.inputs) lists of 1 to \(CacheLimits.paths) paths")
        try Self.require(
            components.count <= CacheLimits.components, "there are at most \(CacheLimits.components) components")
        try Self.require(
            components.allSatisfy { $0.name.utf8.count <= CacheLimits.componentNameBytes },
            "the name of a component has at most \(CacheLimits.componentNameBytes) bytes")
    }

    /// Checks that the writer signed this very record.
    /// - Throws: ``APIFailure`` `invalidContent`.
    func checkSignature(in project: ProjectName) throws {
        guard let signature, !signature.holds(for: RecordStatement(self, in: project)) else { return }
        throw APIFailure(.invalidContent, "The signature of the step record is of something else.")
    }

    private static func require(_ holds: Bool, _ rule: String) throws {
        guard holds else { throw APIFailure(.badRequest, "The step record cannot be kept: \(rule).") }
    }
}
