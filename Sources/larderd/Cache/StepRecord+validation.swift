import CacheAPI

extension StepRecord {
    /// Checks that the record is within limits and makes sense.
    /// - Throws: ``APIFailure`` `badRequest`.
    func validate() throws {
        try Limits.check(chain: chain)
        try Self.require(seconds.isFinite && seconds >= 0, "'seconds' is a number from 0 up")
        try Self.require(
            instruction.utf8.count <= Limits.instructionBytes,
            "'instruction' has at most \(Limits.instructionBytes) bytes")
        try Self.require(
            writer.utf8.count <= Limits.writerBytes, "'writer' has at most \(Limits.writerBytes) bytes")
        try Self.require(lineage.count <= Self.lineageMaximum, "'lineage' has at most \(Self.lineageMaximum) places")
        try Self.require(
            read.count <= Limits.inputs && read.allSatisfy { (1...Limits.paths).contains($0.count) },
            "'read' has at most \(Limits.inputs) lists of 1 to \(Limits.paths) paths")
        try Self.require(
            components.count <= Limits.components, "there are at most \(Limits.components) components")
        try Self.require(
            components.allSatisfy { $0.name.utf8.count <= Limits.componentNameBytes },
            "the name of a component has at most \(Limits.componentNameBytes) bytes")
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
