/// What a repair found, what it did, and what is lost for good.
public struct RepairReport: Sendable, Codable, Hashable {
    /// What was wrong before.
    public internal(set) var before = CheckReport()
    /// What had to be given up.
    public internal(set) var losses = LossReport()
    /// Rows of the index that were set right.
    public internal(set) var rows = 0
    /// Records in chunk files that do not count any more.
    public internal(set) var voidedRecords = 0
    /// Damaged chunk files whose sound part was copied.
    public internal(set) var salvagedFiles = 0
    /// What is wrong still; empty but for surprises.
    public internal(set) var after = CheckReport()

    init() {}
}
