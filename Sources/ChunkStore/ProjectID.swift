/// A project of a store: the unit of tenancy.
public struct ProjectID: Hashable, Sendable {
    /// The number that stands for the project in keys and records, from 1.
    public let number: UInt32

    init(number: UInt32) {
        self.number = number
    }
}
