/// What was read is not what it should be.
struct FuzzMismatch: Error, CustomStringConvertible {
    let description: String
}
