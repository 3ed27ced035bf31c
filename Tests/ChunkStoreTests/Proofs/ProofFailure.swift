/// A store did what it must not.
struct ProofFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless `condition` holds.
func demand(_ condition: Bool, _ description: @autoclosure () -> String) throws {
    guard condition else { throw ProofFailure(description()) }
}
