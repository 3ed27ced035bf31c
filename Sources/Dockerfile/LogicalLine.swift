/// The text of one instruction: physical lines joined, comments and continuation characters taken out.
struct LogicalLine: Sendable {
    let text: String
    let location: LineLocation
}
