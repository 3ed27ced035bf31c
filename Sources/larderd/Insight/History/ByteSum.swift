extension UInt64 {
    /// Adds `other`; what would be too much is the most there is, since what clients say of themselves must end nothing here.
    mutating func addUpToMaximum(_ other: UInt64) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}
